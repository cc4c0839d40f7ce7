#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "host/tool_version.hpp"
#include "resolve/driver_need.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

/// The module's kind, as it is loaded or, where none is, as the packages name it.
std::optional<host::ModuleFlavour> flavour_of(const Case& at)
{
  if (at.facts.driver) {
    return at.facts.driver->flavour;
  }
  const std::string package = driver_package(at);
  if (package.empty()) {
    return std::nullopt;
  }
  const bool is_open = package.find("-open") != std::string::npos;
  // From 615 on there is the open one alone, whatever its package is called.
  const auto installed = installed_driver(at);
  constexpr std::uint32_t k_open_only = 615;
  return is_open || (installed && installed->major_part() >= k_open_only) ? host::ModuleFlavour::open
                                                                          : host::ModuleFlavour::proprietary;
}

/// The driver that is loaded or, where none is, installed.
std::optional<base::Version> driver_of(const Case& at)
{
  return at.facts.driver ? std::optional(at.facts.driver->version) : installed_driver(at);
}

Signs held_by(const Case& at, std::string_view driver)
{
  Signs signs;
  for (const host::GpuDevice& gpu : at.facts.gpus) {
    if (base::lower(base::replace_all(gpu.bound_driver, "_", "")) == driver) {
      const bool is_there = has_driver(at);
      signs.push_back({gpu.bound_driver + " drives " + gpu_label(at, gpu),
                       {is_there ? hint("NVIDIA's driver is installed: a reboot loads it instead", {"sudo", "reboot"})
                                 : hint("install NVIDIA's driver", {"sudo", "cudasetup", "install"})}});
      if (is_there) {
        signs.back().remedies.push_back(hint("where a reboot did not, the initial RAM disk still lets " +
                                                 gpu.bound_driver + " in: renew it, and reboot",
                                             {"sudo", "update-initramfs", "-u"}));
      }
    }
  }
  return owns_kernel(at) ? signs : Signs{};
}

Signs nouveau(const Case& at)
{
  return held_by(at, "nouveau");
}

Signs nova(const Case& at)
{
  return held_by(at, "novacore");
}

Signs no_driver(const Case& at)
{
  const bool is_there = has_driver(at) || at.facts.driver || !at.details.libraries.empty();
  if (!owns_kernel(at) || at.facts.jetson || !has_gpu(at) || is_there) {
    return {};
  }
  const bool is_free = std::all_of(at.facts.gpus.begin(), at.facts.gpus.end(), [](const host::GpuDevice& gpu) {
    return gpu.bound_driver.empty() || gpu.bound_driver == "vfio-pci";
  });
  return is_free
             ? sign(gpu_label(at, at.facts.gpus.front()) + " is on the PCI bus, and no driver of NVIDIA's is installed",
                    "install one",
                    {"sudo", "cudasetup", "install"})
             : Signs{};
}

Signs wrong_module(const Case& at, manifest::KernelModule needed, host::ModuleFlavour wrong)
{
  const auto flavour = owns_kernel(at) ? flavour_of(at) : std::nullopt;
  Signs signs;
  for (const resolve::TargetGpu& gpu : at.target.gpus) {
    if (flavour == wrong && gpu.module == needed && gpu.record != nullptr) {
      const bool wants_open = wrong == host::ModuleFlavour::proprietary;
      signs.push_back({gpu.label() + ", with the " + (wants_open ? "proprietary" : "open") + " kernel module",
                       {install_hint("install the driver with the other one",
                                     {"--cuda",
                                      "none",
                                      "--torch",
                                      "none",
                                      "--driver",
                                      "auto",
                                      "--module",
                                      wants_open ? "open" : "proprietary"})},
                       gpu.source()});
    }
  }
  return signs;
}

Signs needs_open(const Case& at)
{
  return wrong_module(at, manifest::KernelModule::open_only, host::ModuleFlavour::proprietary);
}

Signs needs_proprietary(const Case& at)
{
  return wrong_module(at, manifest::KernelModule::proprietary_only, host::ModuleFlavour::open);
}

enum class Side { too_old, too_new };

Signs wrong_branch(const Case& at, Side side)
{
  const auto driver = owns_kernel(at) ? driver_of(at) : std::nullopt;
  Signs signs;
  for (const resolve::TargetGpu& gpu : at.target.gpus) {
    if (!driver || gpu.driven) {
      continue;
    }
    const bool is_too_new = gpu.last_branch && driver->major_part() > *gpu.last_branch;
    const resolve::Obstacle obstacle = resolve::branch_obstacle(*driver, gpu);
    if (obstacle.stands() && is_too_new == (side == Side::too_new)) {
      signs.push_back({obstacle.text + "; the driver here is " + driver->text(),
                       {install_hint("install a driver that knows it",
                                     {"--cuda",
                                      "none",
                                      "--torch",
                                      "none",
                                      "--driver",
                                      is_too_new ? std::to_string(*gpu.last_branch) : "auto"})},
                       obstacle.source});
    }
  }
  return signs;
}

Signs too_old(const Case& at)
{
  return wrong_branch(at, Side::too_old);
}

Signs too_new(const Case& at)
{
  return wrong_branch(at, Side::too_new);
}

Signs no_common_driver(const Case& at)
{
  if (at.target.gpus.size() < 2 || !owns_kernel(at)) {
    return {};
  }
  const resolve::Obstacle obstacle = resolve::common_obstacle(at.target.gpus, resolve::ModuleChoice::automatic);
  return obstacle.stands() ? Signs{{obstacle.text,
                                    {hint("choose which of them to use; leave the others to a virtual machine")},
                                    obstacle.source}}
                           : Signs{};
}

Signs no_memory_window(const Case& at)
{
  Signs signs;
  for (const std::string& address : at.details.gpus_without_memory) {
    signs.push_back({"the first memory window of " + address + " is empty",
                     {hint("in the firmware's settings, switch \"Above 4G Decoding\" and \"Resizable BAR\" on")}});
  }
  return owns_kernel(at) ? signs : Signs{};
}

Signs switched_off(const Case& at)
{
  return at.details.prime_mode == "off" && has_driver(at) && owns_kernel(at)
             ? sign("/etc/prime-discrete says off",
                    "have it switched on as needed",
                    {"sudo", "prime-select", "on-demand"})
             : Signs{};
}

Signs no_prime(const Case& at)
{
  const bool is_hybrid = at.details.is_laptop && !at.details.other_displays.empty() && has_gpu(at);
  const bool is_desktop = has_package(at, "xserver-xorg-core") && !package_with(at, "nvidia-driver-").empty();
  return is_hybrid && is_desktop && !has_package(at, "nvidia-prime")
             ? sign("a laptop with a second display device, and no nvidia-prime",
                    "install it, so that the display stays on the other GPU",
                    {"sudo", "apt-get", "install", "nvidia-prime"})
             : Signs{};
}

/// NVSwitches want NVIDIA's fabric manager of exactly the driver's version.
std::string fabric_manager(const Case& at)
{
  return package_with(at, "nvidia-fabricmanager");
}

Signs no_fabric_manager(const Case& at)
{
  if (at.details.nvswitches == 0 || !at.facts.driver || !fabric_manager(at).empty()) {
    return {};
  }
  const std::uint32_t branch = at.facts.driver->version.major_part();
  return sign(std::to_string(at.details.nvswitches) +
                  " NVSwitches are on the bus, and no nvidia-fabricmanager is installed",
              "install that of the driver's branch",
              {"sudo", "apt-get", "install", "nvidia-fabricmanager-" + std::to_string(branch)});
}

Signs other_fabric_manager(const Case& at)
{
  const std::string package = at.details.nvswitches == 0 || !at.facts.driver ? "" : fabric_manager(at);
  const auto version = package.empty() ? std::nullopt : host::upstream_version(at.facts.packages.at(package).version);
  return version && *version != at.facts.driver->version
             ? sign(package + " is " + version->text() + ", the driver is " + at.facts.driver->version.text(),
                    "bring both to one version",
                    {"sudo", "apt-get", "install", "--only-upgrade", package})
             : Signs{};
}

constexpr std::string_view k_readme = "NVIDIA driver README 595, chapter 45B; NVIDIA/open-gpu-kernel-modules#872";

constexpr std::array k_rules = {
    Rule{"nouveau-holds-gpu",
         Blocks::gpu,
         "nouveau holds the GPU, so that NVIDIA's module cannot",
         "NVIDIA/open-gpu-kernel-modules, nv.c: \"already bound to nouveau\"",
         nouveau},
    Rule{"nova-holds-gpu",
         Blocks::gpu,
         "nova_core holds the GPU, so that NVIDIA's module cannot",
         "beclab/Olares#3963; Launchpad 2150845",
         nova},
    Rule{"gpus-without-common-driver",
         Blocks::gpu,
         "no driver drives all GPUs of this machine",
         k_readme,
         no_common_driver},
    Rule{"module-must-be-open",
         Blocks::gpu,
         "this GPU needs the open kernel module: nvidia-smi finds no devices",
         k_readme,
         needs_open},
    Rule{"module-must-be-proprietary",
         Blocks::gpu,
         "the open kernel module does not drive a GPU before Turing",
         k_readme,
         needs_proprietary},
    Rule{"driver-too-old-for-gpu",
         Blocks::gpu,
         "the driver is older than the GPU, and does not know it",
         "NVIDIA's lists of supported GPUs",
         too_old},
    Rule{
        "driver-too-new-for-gpu", Blocks::gpu, "the driver has dropped this GPU", "NixOS/nixos-hardware#1880", too_new},
    Rule{"gpu-without-memory-window",
         Blocks::gpu,
         "the firmware gave the GPU no memory window",
         "NVIDIA/open-gpu-kernel-modules#862",
         no_memory_window},
    Rule{"gpu-switched-off",
         Blocks::gpu,
         "the NVIDIA GPU of this laptop is switched off",
         "ubuntu-drivers-common, share/hybrid/gpu-manager.c",
         switched_off},
    Rule{"fabric-manager-missing",
         Blocks::gpu,
         "GPUs behind NVSwitches need NVIDIA's fabric manager: \"system not yet initialized\" (802)",
         "aws-samples/aws-deep-learning-ami-ubuntu-dcv-desktop#33",
         no_fabric_manager},
    Rule{"fabric-manager-other-version",
         Blocks::gpu,
         "NVIDIA's fabric manager is of another version than the driver",
         "NVIDIA/gpu-operator#544",
         other_fabric_manager},
    Rule{"prime-missing",
         Blocks::later,
         "on a laptop with two GPUs the display may stay black",
         "bayasdev/envycontrol#75",
         no_prime},
    Rule{"driver-missing",
         Blocks::gpu,
         "no driver for the GPU is installed",
         "cudasetup",
         no_driver,
         Fix::by_hand,
         Order::last},
};

} // namespace

std::span<const Rule> gpu_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
