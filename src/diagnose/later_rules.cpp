#include "base/text.hpp"
#include "diagnose/rules.hpp"
#include "host/package_names.hpp"
#include "host/paths.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace cudasetup::diagnose {

namespace {

Signs unfinished(const Case& at)
{
  const std::string& id = at.known.past.unfinished;
  if (id.empty()) {
    return {};
  }
  Signs signs =
      sign("transaction " + id + " has no end in the journal", "go on with it", {"sudo", "cudasetup", "resume"});
  signs.front().remedies.push_back(hint("or take it back", {"sudo", "cudasetup", "undo", id}));
  return signs;
}

Signs damaged_journal(const Case& at)
{
  const std::string& damage = at.known.past.damaged;
  return damage.empty() ? Signs{}
                        : sign(damage,
                               "see what is left; with the damaged file put aside the others are read again",
                               {"sudo", "ls", "-l", "/var/lib/cudasetup/transactions"});
}

Signs failed_after_boot(const Case& at)
{
  const std::string& id = at.known.past.failed_after_boot;
  return id.empty() ? Signs{}
                    : sign("transaction " + id + " was verified after the reboot, and failed",
                           "see what fails now",
                           {"cudasetup", "verify"});
}

Signs awaits_boot(const Case& at)
{
  const std::string& id = at.known.past.awaiting_boot;
  return id.empty()
             ? Signs{}
             : sign("transaction " + id + " installed a driver that only a reboot loads", "reboot", {"sudo", "reboot"});
}

Signs asked_for_boot(const Case& at)
{
  const bool by_driver =
      std::any_of(at.details.reboot_packages.begin(), at.details.reboot_packages.end(), [](const std::string& package) {
        return package.find("nvidia") != std::string::npos || package.starts_with("linux-");
      });
  return at.details.has_reboot_file && by_driver && owns_kernel(at) && at.known.past.awaiting_boot.empty()
             ? sign("/run/reboot-required, by " + base::join(at.details.reboot_packages, ", "),
                    "reboot when it suits you",
                    {"sudo", "reboot"})
             : Signs{};
}

/// The kernel that boots next, where it is another than the running one and has no module of the driver's, though the
/// running one has.
const host::Kernel* next_without(const Case& at)
{
  const host::Kernel* next = next_kernel(at);
  const host::Kernel* running = running_kernel(at);
  const bool works_now = at.facts.driver || (running != nullptr && !running->modules.empty());
  return next != nullptr && next != running && next->modules.empty() && has_driver(at) && works_now ? next : nullptr;
}

bool is_built_here(const Case& at)
{
  return !package_with(at, "nvidia-dkms").empty();
}

Signs next_without_headers(const Case& at)
{
  const host::Kernel* next = next_without(at);
  return next != nullptr && is_built_here(at) && !next->has_headers
             ? sign(next->release + " boots next, and /lib/modules/" + next->release + "/build leads nowhere",
                    "install them; the module is then built",
                    {"sudo", "apt-get", "install", "linux-headers-" + next->release})
             : Signs{};
}

/// Ends the hold of the driver: ours with what belongs to it, or somebody else's.
base::Hint let_go(const Case& at, std::string text)
{
  const bool is_ours = std::any_of(
      at.facts.pins.begin(), at.facts.pins.end(), [](const auto& pin) { return pin.file == host::k_holds_file; });
  if (is_ours) {
    return install_hint(std::move(text), {"--cuda", "none", "--torch", "none", "--driver", "keep", "--no-hold"});
  }
  base::Command unhold{{"sudo", "apt-mark", "unhold"}};
  std::copy_if(at.facts.holds.begin(), at.facts.holds.end(), std::back_inserter(unhold.argv), host::is_driver_package);
  return {std::move(text), std::move(unhold)};
}

Signs next_without_module(const Case& at)
{
  const host::Kernel* next = next_without(at);
  if (next == nullptr || (is_built_here(at) && !next->has_headers)) {
    return {};
  }
  const std::string evidence = next->release + " boots next, and has no nvidia.ko";
  if (is_built_here(at)) {
    return sign(evidence, "build it", {"sudo", "dkms", "autoinstall", "-k", next->release});
  }
  const std::string prebuilt = package_with(at, "linux-modules-nvidia-");
  if (prebuilt.empty()) {
    return sign(evidence,
                "see which packages have modules for it",
                {"apt-cache", "search", "--names-only", "linux-modules-nvidia.*" + next->release});
  }
  if (!holds_driver(at)) {
    return sign(evidence,
                "install its modules; where they need a newer driver, apt brings that along",
                {"sudo", "apt-get", "install", modules_stem(prebuilt) + "-" + next->release});
  }
  return {{evidence + "; those that Ubuntu has may be for a newer driver, and this one is on hold",
           {hint("do without that kernel, as long as the driver is to stay",
                 {"sudo", "apt-get", "purge", "linux-image-" + next->release}),
            let_go(at, "let the driver go; `sudo apt-get dist-upgrade` then brings a newer one, with its modules")}}};
}

Signs older_gcc(const Case& at)
{
  const host::Kernel* running = running_kernel(at);
  if (!at.details.kernel_gcc || !at.facts.gcc || running == nullptr || !running->modules.empty() ||
      !is_built_here(at)) {
    return {};
  }
  // Ubuntu's headers bring the compiler of their kernel along, and DKMS takes that.
  const std::string compiler = "gcc-" + std::to_string(*at.details.kernel_gcc);
  return at.facts.gcc->major_part() < *at.details.kernel_gcc && !has_package(at, compiler)
             ? sign("the kernel was built with " + compiler + ", gcc is " + at.facts.gcc->text() +
                        ", and there is no module for " + running->release,
                    "install the kernel's compiler",
                    {"sudo", "apt-get", "install", compiler})
             : Signs{};
}

/// Packages that bring the whole driver along.
bool is_top(std::string_view name)
{
  return (name.starts_with("nvidia-driver-") && !name.starts_with("nvidia-driver-pinning")) ||
         name.starts_with("nvidia-headless-") || name.starts_with("cuda-drivers") || name.starts_with("nvidia-open");
}

Signs autoremovable(const Case& at)
{
  std::vector<std::string> automatic;
  for (const auto& [name, package] : at.facts.packages) {
    const bool needs_it = name == "cuda" || name.starts_with("cuda-runtime-") || name.starts_with("cuda-demo-suite") ||
                          (name.starts_with("cuda-1") && name.size() <= std::string_view("cuda-13-4").size());
    if (needs_it) {
      return {};
    }
    if (is_top(name)) {
      if (!at.details.automatic.contains(name)) {
        return {};
      }
      automatic.push_back(name);
    }
  }
  if (automatic.empty()) {
    return {};
  }
  base::Command mark{{"sudo", "apt-mark", "manual"}};
  mark.argv.insert(mark.argv.end(), automatic.begin(), automatic.end());
  return {{base::join(automatic, ", ") +
               " is marked as installed for the sake of others, and no package of CUDA's needs it",
           {hint("see whether apt would take it away", {"apt-get", "--simulate", "autoremove"}),
            base::Hint{"say that it is wanted", mark}}}};
}

/// An old GPU whose driver apt may move past the last one that drives it.
Signs unpinned_legacy(const Case& at)
{
  const std::string moving = has_package(at, "cuda-drivers")  ? "cuda-drivers"
                             : has_package(at, "nvidia-open") ? "nvidia-open"
                                                              : "";
  const bool is_kept =
      !package_with(at, "nvidia-driver-pinning-").empty() ||
      std::any_of(at.facts.holds.begin(),
                  at.facts.holds.end(),
                  [](const std::string& name) {
                    return name.find("nvidia") != std::string::npos || name.starts_with("cuda-drivers");
                  }) ||
      std::any_of(at.facts.pins.begin(), at.facts.pins.end(), [](const host::Pin& pin) {
        return pin.pin.starts_with("version");
      });
  for (const resolve::TargetGpu& gpu : at.target.gpus) {
    if (gpu.last_branch && !moving.empty() && !is_kept && owns_kernel(at)) {
      return sign(gpu.label() + " is driven up to branch " + std::to_string(*gpu.last_branch) + ", and " + moving +
                      " follows the newest",
                  "keep apt on that branch",
                  {"sudo", "apt-get", "install", "nvidia-driver-pinning-" + std::to_string(*gpu.last_branch)});
    }
  }
  return {};
}

Signs nouveau_may_come_back(const Case& at)
{
  const bool is_kept_off = std::any_of(at.details.blacklisted.begin(),
                                       at.details.blacklisted.end(),
                                       [](const host::Blacklisted& each) { return each.module == "nouveau"; });
  return at.details.has_runfile_driver && owns_kernel(at) && !is_kept_off
             ? sign("a driver by runfile, and no file of modprobe.d has \"blacklist nouveau\"",
                    "see what is there; NVIDIA's installer offers to write one",
                    {"ls", "/etc/modprobe.d", "/usr/lib/modprobe.d"})
             : Signs{};
}

Signs boot_is_full(const Case& at)
{
  const auto find = [&](const std::string& path) -> const host::FileSystem* {
    const auto found = std::find_if(at.facts.file_systems.begin(),
                                    at.facts.file_systems.end(),
                                    [&](const host::FileSystem& each) { return each.path == path; });
    return found == at.facts.file_systems.end() ? nullptr : &*found;
  };
  const host::FileSystem* boot = find("/boot");
  const host::FileSystem* root = find("/");
  const bool is_own = boot != nullptr && root != nullptr && boot->device != root->device;
  return is_own && at.details.largest_initrd && boot->free_bytes < *at.details.largest_initrd && has_driver(at)
             ? sign("/boot has " + base::human_bytes(boot->free_bytes) + " left, an initial RAM disk there " +
                        base::human_bytes(*at.details.largest_initrd),
                    "remove kernels that are not needed any more",
                    {"sudo", "apt-get", "autoremove", "--purge"})
             : Signs{};
}

constexpr std::string_view k_next = "GoogleCloudPlatform/compute-gpu-installation; Ubuntu's linux-restricted-modules";

constexpr std::array k_rules = {
    Rule{"transaction-cut-off", Blocks::packages, "an installation was cut off", "cudasetup", unfinished},
    Rule{"journal-damaged",
         Blocks::later,
         "the journal of what cudasetup did is damaged, and what it tells of cannot be taken back",
         "cudasetup",
         damaged_journal},
    Rule{"failed-after-reboot",
         Blocks::gpu,
         "what was installed did not work after the reboot",
         "cudasetup",
         failed_after_boot},
    Rule{"reboot-awaited", Blocks::gpu, "a reboot is needed", "cudasetup", awaits_boot},
    Rule{"reboot-asked-for", Blocks::later, "a package asks for a reboot", "Ubuntu's update-notifier", asked_for_boot},
    Rule{"next-kernel-headers-missing",
         Blocks::later,
         "the kernel that boots next lacks the headers to build the driver's module",
         k_next,
         next_without_headers},
    Rule{"next-kernel-module-missing",
         Blocks::later,
         "the kernel that boots next has no NVIDIA module",
         k_next,
         next_without_module},
    Rule{"gcc-older-than-kernels",
         Blocks::gpu,
         "gcc is older than the kernel's compiler, and may not take its options when it builds the driver's module",
         "intel/hdk#622",
         older_gcc},
    Rule{"driver-autoremovable",
         Blocks::later,
         "apt-get autoremove may take the driver away",
         "apt-get(8), autoremove",
         autoremovable},
    Rule{"driver-may-drop-gpu",
         Blocks::later,
         "the next upgrade may bring a driver that has dropped this GPU",
         "NixOS/nixos-hardware#1880, omacom/omarchy#4314",
         unpinned_legacy},
    Rule{"nouveau-may-come-back",
         Blocks::later,
         "nothing keeps nouveau from the GPU at the next boot",
         "microsoft/pai#2962",
         nouveau_may_come_back},
    Rule{"boot-full",
         Blocks::later,
         "/boot has no room for another kernel, and upgrades would stop half-way",
         "Ubuntu's initramfs-tools",
         boot_is_full},
};

} // namespace

std::span<const Rule> later_rules()
{
  return k_rules;
}

} // namespace cudasetup::diagnose
