#include "resolve/driver_ground.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cudasetup::resolve {

namespace {

/// "6.8" of 6.8.0-151-generic.
std::optional<base::Version> series_of(std::string_view release)
{
  const auto version = base::Version::parse(release.substr(0, release.find('-')));
  return version ? base::Version::parse(version->prefix(2)).value_or(base::Version{}) : std::optional<base::Version>();
}

/// Parts of a GPU as a hypervisor shows them to its guests, by device and board (NVIDIA's vGPU table: 1eb8 with
/// 10de:1309 is a GRID T4-1B). No full list was published.
struct LentPart {
  const char* device;
  const char* subsystem;
  const char* name;
};
constexpr std::array<LentPart, 1> k_lent = {{{"10de:1eb8", "10de:1309", "GRID T4-1B"}}};

Obstacle lent_obstacle(const Target& target)
{
  for (const host::GpuDevice& gpu : target.facts->gpus) {
    const auto part = std::find_if(k_lent.begin(), k_lent.end(), [&](const LentPart& lent) {
      return gpu.id && gpu.subsystem && gpu.id->text() == lent.device && gpu.subsystem->text() == lent.subsystem;
    });
    if (part != k_lent.end()) {
      return {
          fmt::format("the GPU at {} is a part that a hypervisor lends (vGPU, {}): it needs the guest driver of that "
                      "hypervisor's licence, which its owner has, and no archive",
                      gpu.address,
                      part->name),
          "NVIDIA's vGPU device table"};
    }
  }
  return {};
}

} // namespace

bool has_desktop(const host::HostFacts& facts)
{
  constexpr std::array k_desktops = {"ubuntu-desktop",
                                     "ubuntu-desktop-minimal",
                                     "kubuntu-desktop",
                                     "gdm3",
                                     "gnome-shell",
                                     "lightdm",
                                     "sddm",
                                     "xserver-xorg-core"};
  // Who has the driver for a desktop keeps to it: a branch's number follows (nvidia-driver-assistant is none), and what
  // comes after the digits is a colon.
  constexpr std::string_view k_driver = "nvidia-driver-";
  const auto driver = facts.packages.lower_bound(std::string(k_driver) + "0");
  return (driver != facts.packages.end() && driver->first < std::string(k_driver) + ":") ||
         std::any_of(
             k_desktops.begin(), k_desktops.end(), [&](const char* name) { return facts.packages.contains(name); });
}

DriverPackages kind_of(const Target& target, DriverPackages asked)
{
  if (asked != DriverPackages::automatic) {
    return asked;
  }
  if (target.facts->ground.nvswitches > 0) {
    return DriverPackages::server;
  }
  // Of a machine whose packages nobody saw nothing is left out.
  return target.facts->packages.empty() || has_desktop(*target.facts) ? DriverPackages::desktop
                                                                      : DriverPackages::headless;
}

Obstacle machine_obstacle(const Target& target)
{
  if (Obstacle lent = lent_obstacle(target); lent.stands()) {
    return lent;
  }
  if (target.facts->ground.has_runfile_driver) {
    return {"a driver that NVIDIA's own installer put there is in the way: two copies of its libraries do not go "
            "together; remove it first with `sudo nvidia-uninstall`, then install",
            "/usr/bin/nvidia-uninstall"};
  }
  return {};
}

Obstacle kernel_obstacle(const Target& target, const UbuntuDriver& driver)
{
  const auto& kernels = target.ubuntu->kernels;
  const auto first = std::find_if(
      kernels.begin(), kernels.end(), [](const manifest::UbuntuKernel& kernel) { return kernel.flavour == "generic"; });
  const auto ga = first != kernels.end() ? series_of(first->release) : std::nullopt;
  for (const std::string& kernel : kernels_to_serve(*target.facts)) {
    const auto series = series_of(kernel);
    if (!driver.is_current && ga && series && *ga < *series) {
      return {
          fmt::format("kernel {0} is too new for it: Ubuntu builds no modules of it for the kernels of today, and it "
                      "is not known to build for one after {1}, which Ubuntu {2} began with: boot that one "
                      "(linux-generic)",
                      kernel,
                      ga->text(),
                      target.ubuntu->version.text()),
          "Ubuntu archive indexes of 2026-11-21"};
    }
  }
  return {};
}

std::string kernel_doubt(const Target& target)
{
  const auto& known = target.ubuntu->kernels;
  for (const std::string& kernel : kernels_to_serve(*target.facts)) {
    const auto series = series_of(kernel);
    const bool is_newest =
        !known.empty() && series && std::all_of(known.begin(), known.end(), [&](const manifest::UbuntuKernel& each) {
          return series_of(each.release) < series;
        });
    if (is_newest) {
      return fmt::format("kernel {} is newer than all that Ubuntu {} has: whether a module builds for it is not known",
                         kernel,
                         target.ubuntu->version.text());
    }
  }
  return {};
}

} // namespace cudasetup::resolve
