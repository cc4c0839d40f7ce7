#include "verify/checks.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

/// Where WSL keeps what Windows' driver gives to Linux programs.
constexpr const char* k_wsl_driver = "/usr/lib/wsl/lib/libcuda.so.1";
constexpr const char* k_device_file = "/dev/nvidia0";

bool is_image(const Context& context)
{
  return !context.request.root.empty() && context.request.root != "/";
}

/// A GPU named by --gpu has no place on the bus.
bool is_on_bus(const host::GpuDevice& gpu)
{
  return !gpu.address.empty();
}

bool has_gpu_on_bus(const host::HostFacts& facts)
{
  return std::any_of(facts.gpus.begin(), facts.gpus.end(), is_on_bus);
}

std::vector<Check> skipped(std::string because)
{
  return {make_check(Level::driver, "loaded", CheckResult::skipped, std::move(because))};
}

Check not_loaded(const host::HostFacts& facts)
{
  Check check =
      make_check(Level::driver, "loaded", CheckResult::failed, "a GPU is there, but no NVIDIA module is loaded");
  for (const host::GpuDevice& gpu : facts.gpus) {
    if (is_on_bus(gpu) && !gpu.bound_driver.empty() && gpu.bound_driver != "nvidia") {
      check.because += "; " + gpu.bound_driver + " holds " + gpu.address;
    }
  }
  check.hints.push_back({"where no driver is installed, install one", base::Command{{"cudasetup", "install"}}});
  check.hints.push_back({"where one was installed, a reboot loads it", base::Command{{"reboot"}}});
  return check;
}

} // namespace

bool is_gpu_present(const Context& context)
{
  if (is_image(context)) {
    return false;
  }
  const auto exists = [&](const char* path) {
    return context.effects.target.status(path, effects::FollowLinks::yes).has_value();
  };
  return has_gpu_on_bus(context.facts) || exists(k_device_file) || (context.facts.wsl && exists(k_wsl_driver));
}

std::vector<Check> check_driver(const Context& context)
{
  const host::HostFacts& facts = context.facts;
  if (is_image(context)) {
    return skipped("a tree under --root has no running kernel to look at");
  }
  if (facts.driver) {
    Check check = make_check(Level::driver,
                             "loaded",
                             CheckResult::passed,
                             "the NVIDIA module " + facts.driver->version.text() + " is loaded");
    check.facts.emplace_back("version", facts.driver->version.text());
    return {std::move(check)};
  }
  if (facts.wsl) {
    return skipped("under WSL the driver is Windows' own");
  }
  if (facts.container != host::Container::none) {
    return skipped("in a container the driver is the host's");
  }
  if (!has_gpu_on_bus(facts)) {
    return skipped(facts.pci_readable ? "no NVIDIA GPU is on the PCI bus" : "the PCI bus cannot be read here");
  }
  if (context.request.expect_gpu == ExpectGpu::no) {
    return skipped("no NVIDIA module is loaded, nor is one expected yet");
  }
  return {not_loaded(facts)};
}

} // namespace cudasetup::verify
