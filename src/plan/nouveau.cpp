#include "base/text.hpp"
#include "host/paths.hpp"
#include "plan/parts.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

/// Of what is blacklisted: in Ubuntu's own list (nvidia-graphics-drivers.conf of nvidia-kernel-common, 580.126.09).
constexpr std::string_view k_nouveau_text =
    "# Written by cudasetup: NVIDIA's module cannot have a GPU that one of these "
    "holds.\n"
    "blacklist nouveau\n"
    "blacklist lbm-nouveau\n"
    "blacklist nova\n"
    "blacklist nova_core\n";

/// Whether the module is loaded, or has a GPU. @p bound: as it names itself to the bus, in lower case.
bool is_about(const host::HostFacts& facts, const std::string& module, std::string_view bound)
{
  return (facts.ground.modules && facts.ground.modules->contains(module)) ||
         std::any_of(facts.gpus.begin(), facts.gpus.end(), [&](const host::GpuDevice& gpu) {
           return base::lower(gpu.bound_driver) == bound;
         });
}

} // namespace

std::vector<Step> nouveau_steps(const Input& input)
{
  const DriverOrigin origin = driver_origin(input);
  // nova_core registers itself as NovaCore.
  const bool has_nova = is_about(input.facts, "nova_core", "novacore");
  const bool has_nouveau = is_about(input.facts, "nouveau", "nouveau");
  const bool packages_do_it = origin == DriverOrigin::ubuntu && !has_nova;
  if (origin == DriverOrigin::none || packages_do_it || (!has_nova && !has_nouveau) ||
      presence_of_file(input.facts, host::k_nouveau_file, std::string(k_nouveau_text)) == Presence::present) {
    return {};
  }
  const std::string name = has_nova ? "nova_core" : "nouveau";
  Step step;
  step.id = "keep-nouveau-off";
  step.title = "Keep " + name + " from the GPU";
  step.because = name + " is loaded, and NVIDIA's module cannot have a GPU that it holds: it is to stay away at the "
                        "next boot, in the initial RAM disk too";
  Run renew = run({"update-initramfs", "-u"});
  renew.on_failure = OnFailure::go_on;
  step.actions = {WriteFile{std::string(host::k_nouveau_file), std::string(k_nouveau_text)}, renew};
  step.undo = "rm " + std::string(host::k_nouveau_file) + ", then update-initramfs -u";
  step.interruptible = Interruptible::no;
  return {step};
}

} // namespace cudasetup::plan
