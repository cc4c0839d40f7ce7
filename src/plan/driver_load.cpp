#include "plan/parts.hpp"
#include "resolve/secure_boot.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

/// Whether a GPU is on the bus, and nothing has any: neither NVIDIA's module of another version, which only a reboot
/// takes away for certain, nor nouveau, nova_core or vfio-pci.
bool is_free(const host::HostFacts& facts)
{
  const auto& modules = facts.ground.modules;
  return !facts.driver && modules && modules->empty() && !facts.gpus.empty() &&
         std::all_of(facts.gpus.begin(), facts.gpus.end(), [](const host::GpuDevice& gpu) {
           return !gpu.address.empty() && gpu.bound_driver.empty();
         });
}

} // namespace

bool loads_now(const Input& input)
{
  const resolve::DriverSelection& driver = input.resolution.driver;
  const bool waits = driver.action == resolve::DriverAction::keep && input.facts.waiting_driver;
  // The program is named where it is the running system that is changed.
  return (driver_origin(input) != DriverOrigin::none || waits) && !input.settings.program.empty() &&
         is_free(input.facts) && resolve::console_need(driver, input.facts).empty();
}

std::vector<Step> load_steps(const Input& input)
{
  if (!loads_now(input)) {
    return {};
  }
  Step step;
  step.id = "load-driver";
  step.title = "Load the driver's module";
  step.because = "nothing has the GPU, so that no reboot is needed";
  // The verification shows whether it is loaded, and why not.
  Run load = run({"modprobe", "-a", "nvidia", "nvidia_uvm"});
  load.on_failure = OnFailure::go_on;
  step.actions = {load};
  step.undo = "the module stays loaded until the next boot, which does without it once its packages are gone";
  return {step};
}

} // namespace cudasetup::plan
