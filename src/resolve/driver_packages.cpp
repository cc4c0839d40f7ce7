#include "resolve/driver_packages.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace cudasetup::resolve {

using host::ModuleFlavour;
using manifest::KernelModule;

const std::string* package_of(const manifest::Manifest& manifest, std::uint32_t branch, ModuleFlavour flavour)
{
  const manifest::DriverBranch* known = manifest.find_branch(branch);
  if (known == nullptr) {
    return nullptr;
  }
  const auto& package = flavour == ModuleFlavour::open ? known->open_package : known->proprietary_package;
  return package ? &*package : nullptr;
}

bool is_named_by_branch(const manifest::Manifest& manifest, std::uint32_t branch)
{
  const std::string ending = "-" + std::to_string(branch);
  for (const ModuleFlavour flavour : {ModuleFlavour::open, ModuleFlavour::proprietary}) {
    const std::string* package = package_of(manifest, branch, flavour);
    if (package != nullptr && !std::string_view(*package).ends_with(ending)) {
      return false;
    }
  }
  return true;
}

const std::string* pin_of(const manifest::Manifest& manifest, std::uint32_t branch)
{
  const manifest::DriverBranch* known = manifest.find_branch(branch);
  return known != nullptr && known->pin && !is_named_by_branch(manifest, branch) ? &*known->pin : nullptr;
}

bool can_be_held(const manifest::Manifest& manifest, std::uint32_t branch)
{
  return is_named_by_branch(manifest, branch) || pin_of(manifest, branch) != nullptr;
}

ModuleFlavour choose_module(const manifest::Manifest& manifest,
                            const std::vector<TargetGpu>& gpus,
                            std::uint32_t branch,
                            ModuleChoice asked)
{
  const auto some = [&](KernelModule module) {
    return std::any_of(gpus.begin(), gpus.end(), [&](const TargetGpu& gpu) { return gpu.module == module; });
  };
  if (asked == ModuleChoice::open || some(KernelModule::open_only)) {
    return ModuleFlavour::open;
  }
  if (asked == ModuleChoice::proprietary || some(KernelModule::proprietary_only)) {
    return ModuleFlavour::proprietary;
  }
  return package_of(manifest, branch, ModuleFlavour::open) != nullptr ? ModuleFlavour::open
                                                                      : ModuleFlavour::proprietary;
}

std::string_view name_of(ModuleFlavour flavour)
{
  return flavour == ModuleFlavour::open ? "open" : "proprietary";
}

std::vector<manifest::AptPackage>
packages_of(const manifest::Manifest& manifest, const base::Version& driver, ModuleFlavour flavour, DriverSource source)
{
  const std::string* name = package_of(manifest, driver.major_part(), flavour);
  if (name == nullptr) {
    return {};
  }
  // cuda-drivers-NNN has the revision 1. Of the others -1ubuntu1 and -0ubuntu1 were seen
  // (nvidia-open-570=570.148.08-1ubuntu1, cuda-drivers=590.48.01-0ubuntu1), without a rule.
  const bool is_known = flavour == ModuleFlavour::proprietary && is_named_by_branch(manifest, driver.major_part());
  std::vector<manifest::AptPackage> packages;
  const std::string* pin = pin_of(manifest, driver.major_part());
  if (pin != nullptr && source == DriverSource::archive) {
    packages.push_back({*pin, ""});
  }
  packages.push_back({*name, driver.text() + (is_known ? "-1" : "-*")});
  return packages;
}

} // namespace cudasetup::resolve
