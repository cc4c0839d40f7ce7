#include "base/text.hpp"
#include "verify/checks.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

/// Where WSL keeps what Windows' driver gives to Linux programs.
constexpr const char* k_wsl_driver = "/usr/lib/wsl/lib/libcuda.so.1";
constexpr const char* k_wsl_smi = "/usr/lib/wsl/lib/nvidia-smi";
constexpr const char* k_device_file = "/dev/nvidia0";

bool is_other_tree(const Context& context)
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

bool owns_kernel(const host::HostFacts& facts)
{
  return !facts.wsl && facts.container == host::Container::none;
}

Check driver_check(std::string name, CheckResult result, std::string because)
{
  return make_check(Level::driver, std::move(name), result, std::move(because));
}

Check skipped(std::string because)
{
  return driver_check("loaded", CheckResult::skipped, std::move(because));
}

std::string_view name_of(host::ModuleFlavour flavour)
{
  return flavour == host::ModuleFlavour::open ? "open" : "proprietary";
}

Check loaded(const host::LoadedDriver& driver)
{
  Check check =
      driver_check("loaded", CheckResult::passed, "the NVIDIA module " + driver.version.text() + " is loaded");
  check.facts.emplace_back("version", driver.version.text());
  if (driver.flavour) {
    check.facts.emplace_back("module", name_of(*driver.flavour));
  }
  return check;
}

Check not_loaded(const Context& context)
{
  Check check = judge_aspect(context,
                             {Level::driver,
                              "loaded",
                              {"driver-missing",
                               "module-not-loaded",
                               "gpu-switched-off",
                               "gpu-without-memory-window",
                               "reboot-awaited",
                               "failed-after-reboot"},
                              "",
                              ""});
  const std::string reason = std::move(check.because);
  check.result = CheckResult::failed;
  check.because = "a GPU is there, but no NVIDIA module is loaded";
  for (const host::GpuDevice& gpu : context.facts.gpus) {
    if (is_on_bus(gpu) && !gpu.bound_driver.empty() && gpu.bound_driver != "nvidia") {
      check.because += "; " + gpu.bound_driver + " holds " + gpu.address;
    }
  }
  if (!reason.empty()) {
    check.because += ": " + reason;
  }
  if (check.hints.empty()) {
    check.hints.push_back({"where no driver is installed, install one", base::Command{{"cudasetup", "install"}}});
    check.hints.push_back({"where one was installed, a reboot loads it", base::Command{{"reboot"}}});
  }
  return check;
}

/// Of the loaded module: the libraries that go with it.
Check check_library(const Context& context)
{
  const auto& libraries = context.request.details.libraries;
  std::string seen;
  if (context.facts.driver && !libraries.empty() && libraries.front().version == context.facts.driver->version) {
    seen = "its libraries are of " + libraries.front().version.text() + " too";
  }
  return judge_aspect(context,
                      {Level::driver,
                       "library",
                       {"driver-version-mismatch",
                        "driver-runfile-beside-packages",
                        "driver-several-libraries",
                        "driver-library-missing",
                        "driver-mixed-versions",
                        "container-driver-library"},
                       std::move(seen),
                       libraries.empty() ? "no library of a driver's is found where Ubuntu has it"
                                         : "no module is loaded to compare the libraries with"});
}

Check check_holder(const Context& context)
{
  std::string seen;
  for (const host::GpuDevice& gpu : context.facts.gpus) {
    if (is_on_bus(gpu) && gpu.bound_driver == "nvidia") {
      seen += (seen.empty() ? "nvidia drives " : ", ") + gpu.address;
    }
  }
  return judge_aspect(context,
                      {Level::driver,
                       "nouveau",
                       {"nouveau-holds-gpu", "nova-holds-gpu"},
                       std::move(seen),
                       "nothing is told to drive a GPU here"});
}

Check check_flavour(const Context& context)
{
  const auto& driver = context.facts.driver;
  std::string doubt = doubt_about_gpus(context);
  std::string seen;
  if (driver && has_gpu_on_bus(context.facts) && doubt.empty()) {
    seen = driver->flavour ? "the " + std::string(name_of(*driver->flavour)) + " module serves these GPUs"
                           : "branch " + std::to_string(driver->version.major_part()) + " serves these GPUs";
  }
  return judge_aspect(context,
                      {Level::driver,
                       "module",
                       {"module-must-be-open",
                        "module-must-be-proprietary",
                        "driver-too-old-for-gpu",
                        "driver-too-new-for-gpu",
                        "gpus-without-common-driver"},
                       std::move(seen),
                       doubt.empty() ? "there is no driver and GPU to compare" : std::move(doubt)});
}

Check check_secure_boot(const Context& context)
{
  const auto& boot = context.request.details.secure_boot;
  std::string seen;
  if (boot && *boot != host::SecureBoot::on) {
    seen = "Secure Boot is off";
  } else if (boot && context.facts.driver) {
    seen = "Secure Boot is on, and the kernel took the module";
    if (context.request.details.key_is_enrolled == true) {
      seen += "; the key of this machine's own modules is enrolled";
    }
  }
  return judge_aspect(context,
                      {Level::driver,
                       "secure-boot",
                       {"module-not-signed", "module-key-not-enrolled", "module-key-pending"},
                       std::move(seen),
                       boot ? "Secure Boot is on, and no module is loaded" : "the firmware's state cannot be read"});
}

/// "6.8.0-48-generic has /lib/modules/…/nvidia.ko (by DKMS)"; empty: it has none.
std::string module_of(const host::Kernel& kernel)
{
  if (kernel.modules.empty()) {
    return "";
  }
  const host::ModuleFile& file = kernel.modules.front();
  const std::string by = file.origin == host::ModuleOrigin::dkms       ? "built by DKMS"
                         : file.origin == host::ModuleOrigin::prebuilt ? "prebuilt"
                                                                       : "by an installer or by hand";
  return kernel.release + " has " + file.path + " (" + by + ")";
}

Check check_kernel(const Context& context)
{
  const auto& kernels = context.request.details.kernels;
  const auto running = std::find_if(kernels.begin(), kernels.end(), [&](const host::Kernel& kernel) {
    return kernel.release == context.facts.kernel;
  });
  return judge_aspect(context,
                      {Level::driver,
                       "kernel",
                       {"dkms-build-failed",
                        "kernel-headers-missing",
                        "module-missing",
                        "module-blacklisted",
                        "module-blacklisted-at-boot",
                        "gcc-older-than-kernels"},
                       running == kernels.end() ? "" : module_of(*running),
                       running == kernels.end() ? "the running kernel is none of those in /boot"
                                                : "no module for " + running->release + " is where one is looked for"});
}

Check check_next_kernel(const Context& context)
{
  const auto& kernels = context.request.details.kernels;
  std::string seen;
  if (!kernels.empty()) {
    const std::string has = module_of(kernels.back());
    const bool is_running = kernels.back().release == context.facts.kernel;
    seen = has.empty() || !is_running ? has : "the running kernel is the newest, and boots next";
  }
  return judge_aspect(context,
                      {Level::driver,
                       "next-kernel",
                       {"next-kernel-headers-missing", "next-kernel-module-missing"},
                       std::move(seen),
                       kernels.empty() ? "no kernel is in /boot"
                                       : "no module for " + kernels.back().release + " is where one is looked for"});
}

Check check_devices(const Context& context)
{
  const host::Details& details = context.request.details;
  std::string seen;
  if (details.device_files && details.device_files->contains("/dev/nvidiactl")) {
    seen = std::to_string(details.device_files->size()) + " device files of NVIDIA's are in /dev";
  } else if (details.device_files && details.has_nvidia_modprobe) {
    seen = "nvidia-modprobe makes the device files at their first use";
  }
  return judge_aspect(context,
                      {Level::driver,
                       "devices",
                       {"device-files-missing", "uvm-missing", "device-files-closed"},
                       std::move(seen),
                       details.device_files ? "no device file of NVIDIA's is in /dev" : "/dev cannot be read here"});
}

/// What needs a driver that is loaded, or should be.
std::vector<Check> check_live(const Context& context)
{
  const host::HostFacts& facts = context.facts;
  std::vector<Check> checks = {check_library(context),
                               check_holder(context),
                               check_flavour(context),
                               check_secure_boot(context),
                               check_devices(context),
                               check_toolkit_need(context),
                               check_torch_need(context)};
  if (context.request.details.nvswitches > 0) {
    checks.push_back(judge_aspect(context,
                                  {Level::driver,
                                   "fabric",
                                   {"fabric-manager-missing", "fabric-manager-other-version"},
                                   "NVIDIA's fabric manager is of the driver's version",
                                   ""}));
  }
  if (facts.driver) {
    checks.push_back(check_smi(context));
  }
  return checks;
}

std::vector<Check> check_wsl(const Context& context)
{
  std::vector<Check> checks = {judge_aspect(context,
                                            {Level::driver,
                                             "loaded",
                                             {"wsl-linux-driver", "wsl-system-libraries", "wsl-ubuntu-toolkit"},
                                             "",
                                             "under WSL the driver is Windows' own"})};
  if (context.request.details.has_wsl_library && context.effects.target.status(k_wsl_smi, effects::FollowLinks::yes)) {
    checks.push_back(check_smi(context));
  }
  return checks;
}

std::vector<Check> check_container(const Context& context)
{
  if (!context.facts.driver) {
    return {skipped("in a container the driver is the host's")};
  }
  std::vector<Check> checks = {loaded(*context.facts.driver), check_library(context)};
  if (context.effects.target.status(k_device_file, effects::FollowLinks::yes)) {
    checks.push_back(check_smi(context));
  }
  return checks;
}

} // namespace

bool is_gpu_present(const Context& context)
{
  if (is_other_tree(context)) {
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
  if (is_other_tree(context) && !context.request.sys_path) {
    return {skipped("a tree under --root has no running kernel to look at")};
  }
  if (!owns_kernel(facts)) {
    return facts.wsl ? check_wsl(context) : check_container(context);
  }
  if (!facts.driver && !has_gpu_on_bus(facts)) {
    return {skipped(facts.pci_readable ? "no NVIDIA GPU is on the PCI bus" : "the PCI bus cannot be read here")};
  }
  // What a reboot will load is looked at, too; what is loaded now may be what the reboot is for.
  const bool is_expected = context.request.expect_gpu != ExpectGpu::no;
  std::vector<Check> checks = {facts.driver  ? loaded(*facts.driver)
                               : is_expected ? not_loaded(context)
                                             : skipped("no NVIDIA module is loaded, nor is one expected yet")};
  if (is_expected) {
    for (Check& check : check_live(context)) {
      checks.push_back(std::move(check));
    }
  }
  checks.push_back(check_kernel(context));
  checks.push_back(check_next_kernel(context));
  return checks;
}

} // namespace cudasetup::verify
