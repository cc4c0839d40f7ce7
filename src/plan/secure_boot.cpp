#include "resolve/secure_boot.hpp"

#include "host/paths.hpp"
#include "plan/parts.hpp"

namespace cudasetup::plan {

namespace {

Step key_step()
{
  const std::string key(host::k_module_key);
  const std::string secret(host::k_module_key_secret);
  Step step;
  step.id = "make-module-key";
  step.title = "Make the key that DKMS signs modules with";
  step.because = "Secure Boot is on: the kernel loads no module that is not signed with a key that the firmware knows";
  // Without that variable it has dpkg enrol the key later on, which asks by debconf: dkms does the same.
  Run make = run({"update-secureboot-policy", "--new-key"});
  make.command.environment = {{"SHIM_NOTRIGGER", "y"}};
  make.makes = {key, secret};
  // It makes nothing, and says nothing, where only one of them is there.
  step.actions = {make, run({"ls", "-l", key, secret})};
  step.undo = "rm " + key + " " + secret + ", unless the firmware knows the key";
  return step;
}

Step import_step()
{
  Step step;
  step.id = k_enrol_step;
  step.title = "Ask the firmware to enrol that key";
  step.because = "it asks for a password, which is needed once: " + resolve::console_steps();
  Run import = run({"mokutil", "--import", std::string(host::k_module_key)});
  import.asks = Asks::new_password;
  step.actions = {import};
  step.undo = "mokutil --revoke-import";
  return step;
}

} // namespace

bool enrols_key(const Input& input)
{
  const host::Ground& ground = input.facts.ground;
  // A driver that is there was signed with the key that is there, or with none.
  const bool is_of_use = driver_origin(input) != DriverOrigin::none || ground.has_module_key;
  return is_of_use && !ground.key_is_pending && !resolve::console_need(input.resolution.driver, input.facts).empty();
}

std::vector<std::string> enrolment_tools(const Input& input)
{
  return enrols_key(input) ? std::vector<std::string>{"dkms", "mokutil", "shim-signed"} : std::vector<std::string>{};
}

std::vector<Step> enrolment_steps(const Input& input)
{
  if (!enrols_key(input)) {
    return {};
  }
  std::vector<Step> steps;
  if (!input.facts.ground.has_module_key) {
    steps.push_back(key_step());
  }
  steps.push_back(import_step());
  return steps;
}

} // namespace cudasetup::plan
