#include "resolve/driver_packages.hpp"

#include <algorithm>
#include <string>

namespace cudasetup::resolve {

using host::ModuleFlavour;
using manifest::KernelModule;

ModuleFlavour choose_module(const std::vector<TargetGpu>& gpus, std::uint32_t branch, ModuleChoice asked)
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
  return branch >= k_first_open_branch ? ModuleFlavour::open : ModuleFlavour::proprietary;
}

bool is_packaged(const manifest::Manifest& manifest, std::uint32_t branch, ModuleFlavour flavour)
{
  if (flavour == ModuleFlavour::open && branch < k_first_open_branch) {
    return false;
  }
  const manifest::DriverBranch* known = manifest.find_branch(branch);
  return known == nullptr || known->modules.empty() ||
         std::find(known->modules.begin(), known->modules.end(), name_of(flavour)) != known->modules.end();
}

std::string_view name_of(ModuleFlavour flavour)
{
  return flavour == ModuleFlavour::open ? "open" : "proprietary";
}

std::vector<manifest::AptPackage> packages_of(const base::Version& driver, ModuleFlavour flavour)
{
  std::string name = flavour == ModuleFlavour::open ? "nvidia-open" : "cuda-drivers";
  if (driver.major_part() <= k_last_named_branch) {
    name += "-" + std::to_string(driver.major_part());
  }
  return {{name, driver.text() + "-1"}};
}

} // namespace cudasetup::resolve
