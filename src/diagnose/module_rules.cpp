#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "host/paths.hpp"
#include "resolve/secure_boot.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

/// Whether NVIDIA's module is to be expected, and is not loaded.
bool lacks_module(const Case& at)
{
  return owns_kernel(at) && has_gpu(at) && has_driver(at) && !at.facts.driver && at.details.modules &&
         !at.details.modules->contains("nvidia");
}

bool is_built_here(const Case& at)
{
  return !package_with(at, "nvidia-dkms").empty() || !package_with(at, "nvidia-kernel-dkms").empty();
}

Signs failed_build(const Case& at)
{
  Signs signs;
  for (const host::FailedBuild& build : at.details.failed_builds) {
    const auto kernel = std::find_if(at.details.kernels.begin(),
                                     at.details.kernels.end(),
                                     [&](const host::Kernel& each) { return each.release == build.kernel; });
    const bool is_there = kernel != at.details.kernels.end() && !kernel->modules.empty();
    if (is_there || !is_built_here(at)) {
      continue; // it was built since
    }
    signs.push_back({"driver " + build.version + (build.kernel.empty() ? "" : ", kernel " + build.kernel) +
                         (build.error.empty() ? "" : ": " + build.error),
                     {hint("see the end of the log", {"tail", "-n", "40", build.log}),
                      hint("a newer driver of the same branch may know this kernel", {"sudo", "apt-get", "upgrade"}),
                      hint("then build again", {"sudo", "dkms", "autoinstall"})}});
  }
  return signs;
}

Signs no_headers(const Case& at)
{
  const host::Kernel* kernel = running_kernel(at);
  const bool lacks = kernel != nullptr && kernel->modules.empty() && !kernel->has_headers;
  return lacks && is_built_here(at) ? sign("/lib/modules/" + kernel->release + "/build leads nowhere, and " +
                                               package_with(at, "nvidia-dkms") + " builds its module here",
                                           "install them; the module is then built",
                                           {"sudo", "apt-get", "install", "linux-headers-" + kernel->release})
                                    : Signs{};
}

Signs no_module(const Case& at)
{
  const host::Kernel* kernel = running_kernel(at);
  if (kernel == nullptr || !kernel->modules.empty() || !has_driver(at) || at.facts.driver) {
    return {};
  }
  if (is_built_here(at)) {
    return !kernel->has_headers ? Signs{} // told by another rule
                                : sign("no nvidia.ko below /lib/modules/" + kernel->release,
                                       "build it",
                                       {"sudo", "dkms", "autoinstall"});
  }
  const std::string prebuilt = package_with(at, "linux-modules-nvidia-");
  if (prebuilt.empty()) {
    return {};
  }
  return sign("no nvidia.ko below /lib/modules/" + kernel->release + ", though " + prebuilt + " is installed",
              "install the modules for this kernel",
              {"sudo", "apt-get", "install", modules_stem(prebuilt) + "-" + kernel->release});
}

/// The module that would be loaded: one that DKMS made goes first.
const host::ModuleFile* module_to_load(const Case& at)
{
  const host::Kernel* kernel = running_kernel(at);
  return kernel == nullptr || kernel->modules.empty() ? nullptr : &kernel->modules.front();
}

Signs unsigned_module(const Case& at)
{
  const host::ModuleFile* module = module_to_load(at);
  return at.details.secure_boot == host::SecureBoot::on && lacks_module(at) && module != nullptr &&
                 module->is_signed == false
             ? sign("Secure Boot is on, and " + module->path + " has no signature",
                    "install Ubuntu's signed modules, or switch Secure Boot off in the firmware's settings",
                    {"ubuntu-drivers", "list"})
             : Signs{};
}

/// Whether the module that would be loaded is signed with the key of the machine's own, which the firmware does not
/// know.
bool is_of_unknown_key(const Case& at)
{
  const host::ModuleFile* module = module_to_load(at);
  return at.details.secure_boot == host::SecureBoot::on && lacks_module(at) && module != nullptr &&
         module->origin == host::ModuleOrigin::dkms && at.details.key_is_enrolled == false;
}

Signs unknown_key(const Case& at)
{
  if (!is_of_unknown_key(at) || at.details.key_is_pending) {
    return {};
  }
  Signs signs =
      sign("Secure Boot is on, and the key of " + module_to_load(at)->path + " (" + std::string(host::k_module_key) +
               ") is not enrolled, nor does the next boot ask for it: nobody gave it, or \"Continue boot\" was "
               "chosen, or nothing within 10 seconds",
           "have the next boot ask for it; the password that it asks for is needed once",
           {"sudo", "mokutil", "--import", std::string(host::k_module_key)});
  signs.front().remedies.push_back(hint("then reboot, with somebody at the console: " + resolve::console_steps()));
  return signs;
}

Signs pending_key(const Case& at)
{
  return is_of_unknown_key(at) && at.details.key_is_pending
             ? sign("Secure Boot is on, and the key of " + module_to_load(at)->path + " waits for the next boot",
                    "reboot, with somebody at the console: " + resolve::console_steps(),
                    {"sudo", "reboot"})
             : Signs{};
}

Signs blacklisted(const Case& at)
{
  for (const host::Blacklisted& each : at.details.blacklisted) {
    if (each.module == "nvidia" && lacks_module(at)) {
      return sign(each.file + " keeps nvidia from being loaded",
                  "see what put it there; without that line the next boot loads the module",
                  {"grep", "-n", "nvidia", each.file});
    }
  }
  return {};
}

Signs blacklisted_at_boot(const Case& at)
{
  for (const std::string_view word : base::words(at.details.command_line)) {
    const std::size_t value = word.find("blacklist=");
    const auto modules = value == std::string_view::npos ? std::vector<std::string_view>{}
                                                         : base::split(word.substr(word.find('=') + 1), ',');
    if (lacks_module(at) && std::find(modules.begin(), modules.end(), "nvidia") != modules.end()) {
      return sign("the kernel's command line has " + std::string(word),
                  "take it out of /etc/default/grub, then",
                  {"sudo", "update-grub"});
    }
  }
  return {};
}

Signs not_loaded(const Case& at)
{
  const host::ModuleFile* module = module_to_load(at);
  if (!lacks_module(at) || module == nullptr) {
    return {};
  }
  Signs signs = sign(module->path + " is there, and not loaded", "load it", {"sudo", "modprobe", "nvidia"});
  signs.front().remedies.push_back(hint("where that says nothing useful", {"sudo", "dmesg"}));
  return signs;
}

Signs no_device_files(const Case& at)
{
  const auto& devices = at.details.device_files;
  if (!devices || !at.facts.driver || !has_gpu(at) || !owns_kernel(at) || devices->contains("/dev/nvidiactl") ||
      at.details.has_nvidia_modprobe) { // which makes them at their first use
    return {};
  }
  return sign("the module is loaded, and there is no /dev/nvidiactl",
              "have them made, and see what it says",
              {"sudo", "nvidia-smi"});
}

Signs no_uvm(const Case& at)
{
  const auto& devices = at.details.device_files;
  const bool lacks = devices && devices->contains("/dev/nvidiactl") && !devices->contains("/dev/nvidia-uvm");
  return lacks && owns_kernel(at) && at.facts.driver && at.details.modules &&
                 !at.details.modules->contains("nvidia_uvm") && !at.details.has_nvidia_modprobe
             ? sign("nvidia_uvm is not loaded, and there is no nvidia-modprobe that would load it",
                    "load it",
                    {"sudo", "modprobe", "nvidia_uvm"})
             : Signs{};
}

Signs closed_devices(const Case& at)
{
  constexpr unsigned k_for_others = 0006;
  if (!at.details.device_files) {
    return {};
  }
  for (const char* path : {"/dev/nvidiactl", "/dev/nvidia0", "/dev/nvidia-uvm"}) {
    const auto device = at.details.device_files->find(path);
    if (device != at.details.device_files->end() && (device->second & k_for_others) != k_for_others) {
      return sign(std::string(path) + " may not be read and written by everybody",
                  "see who may, and whether a rule of udev's or NVreg_DeviceFileMode says so",
                  {"ls", "-l", path});
    }
  }
  return {};
}

constexpr std::string_view k_secure_boot = "NVIDIA driver README 595; MicrosoftDocs/azure-docs#111536";
constexpr std::string_view k_dkms = "pop-os/pop#3811, mailrocketsystems/CudaSetupUbuntu20#1";

constexpr std::array k_rules = {
    Rule{"dkms-build-failed", Blocks::gpu, "the driver's module could not be built", k_dkms, failed_build},
    Rule{"kernel-headers-missing",
         Blocks::gpu,
         "the headers of the running kernel are missing, and the driver's module cannot be built without",
         k_dkms,
         no_headers},
    Rule{"module-missing",
         Blocks::gpu,
         "the running kernel has no NVIDIA module",
         "ubuntu-drivers-common; Ubuntu's linux-restricted-modules",
         no_module},
    Rule{"module-not-signed",
         Blocks::gpu,
         "Secure Boot refuses a module without a signature",
         k_secure_boot,
         unsigned_module},
    Rule{"module-key-not-enrolled",
         Blocks::gpu,
         "Secure Boot refuses the module: its key is not enrolled",
         k_secure_boot,
         unknown_key},
    Rule{"module-key-pending",
         Blocks::gpu,
         "Secure Boot refuses the module until its key is enrolled at the console",
         k_secure_boot,
         pending_key},
    Rule{"module-blacklisted",
         Blocks::gpu,
         "modprobe is told not to load NVIDIA's module",
         "modprobe.d(5)",
         blacklisted},
    Rule{"module-blacklisted-at-boot",
         Blocks::gpu,
         "the kernel was started without NVIDIA's module",
         "kernel-parameters: module_blacklist",
         blacklisted_at_boot},
    Rule{"device-files-missing",
         Blocks::gpu,
         "the driver has made no device files",
         "NVIDIA driver README 595, chapter 5",
         no_device_files},
    Rule{"uvm-missing", Blocks::gpu, "CUDA needs the module nvidia_uvm too", "ollama/ollama, docs/gpu.md", no_uvm},
    Rule{"device-files-closed",
         Blocks::nothing,
         "not everybody may use the GPU",
         "NVIDIA driver README 595, chapter 5",
         closed_devices},
    Rule{"module-not-loaded",
         Blocks::gpu,
         "the driver is installed, and its module is not loaded",
         "NVIDIA/open-gpu-kernel-modules, nv.c",
         not_loaded,
         Fix::by_hand,
         Order::last},
};

} // namespace

std::span<const Rule> module_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
