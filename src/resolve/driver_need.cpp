#include "resolve/driver_need.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace cudasetup::resolve {

namespace {

using manifest::KernelModule;

const TargetGpu* first_with(const std::vector<TargetGpu>& gpus, KernelModule module)
{
  const auto gpu =
      std::find_if(gpus.begin(), gpus.end(), [&](const TargetGpu& known) { return known.module == module; });
  return gpu != gpus.end() ? &*gpu : nullptr;
}

/// First branch with an open module (NVIDIA/open-gpu-kernel-modules begins with 515.43.04).
constexpr std::uint32_t k_first_open_module = 515;

/// Which module is loaded is not known: whether any can be the right one.
Obstacle unknown_module_obstacle(const Target& target)
{
  std::vector<TargetGpu> gpus;
  std::copy_if(target.gpus.begin(), target.gpus.end(), std::back_inserter(gpus), [](const TargetGpu& gpu) {
    return !gpu.driven;
  });
  const TargetGpu* open_only = first_with(gpus, KernelModule::open_only);
  const std::uint32_t branch = target.driver->version.major_part();
  if (open_only != nullptr && branch < k_first_open_module) {
    return {fmt::format("branch {} has no open kernel module, which {} needs", branch, open_only->label()),
            open_only->source()};
  }
  return module_obstacle(gpus, ModuleChoice::automatic);
}

Obstacle loaded_module_obstacle(const Target& target, ModuleChoice asked)
{
  if (!target.driver->flavour) {
    return unknown_module_obstacle(target);
  }
  const bool open = *target.driver->flavour == host::ModuleFlavour::open;
  if (asked == ModuleChoice::open && !open) {
    return {"its kernel module is the proprietary one, and the open one was asked for", "the request"};
  }
  if (asked == ModuleChoice::proprietary && open) {
    return {"its kernel module is the open one, and the proprietary one was asked for", "the request"};
  }
  for (const TargetGpu& gpu : target.gpus) {
    if (gpu.driven || gpu.module == KernelModule::either) {
      continue;
    }
    if (open != (gpu.module == KernelModule::open_only)) {
      return {fmt::format("its kernel module is the {} one, which does not drive {}",
                          open ? "open" : "proprietary",
                          gpu.label()),
              gpu.source()};
    }
  }
  return {};
}

} // namespace

DriverNeed need_of(const manifest::CudaRelease& release)
{
  DriverNeed need{release.compatible_driver,
                  "CUDA " + release.version.text(),
                  record_source("cuda " + release.version.text(), release.sources, "cuda-compatibility")};
  if (release.minimum_driver && (!need.least || *release.minimum_driver < *need.least)) {
    need.least = release.minimum_driver;
  }
  if (!need.least) {
    need.least = release.bundled_driver;
  }
  return need;
}

DriverNeed
need_of(const manifest::CudaRelease* release, const manifest::TorchRelease* torch, const manifest::TorchBuild* build)
{
  DriverNeed need;
  if (release != nullptr) {
    need = need_of(*release);
  }
  if (torch != nullptr && build != nullptr && build->minimum_driver &&
      (!need.least || *need.least < *build->minimum_driver)) {
    const std::string name = "torch " + torch->version.text() + "+" + build->platform;
    need = {build->minimum_driver, name, record_source(name, build->sources, "uv-torch")};
  }
  return need;
}

bool meets(const base::Version& driver, const DriverNeed& need)
{
  return !need.least || driver >= *need.least;
}

bool drives_all(const Target& target)
{
  return target.driver != nullptr && !loaded_obstacle(target, {}, ModuleChoice::automatic).stands();
}

Obstacle need_obstacle(const base::Version& driver, const DriverNeed& need)
{
  if (meets(driver, need)) {
    return {};
  }
  return {fmt::format("{} needs {} or later", need.because, need.least->text()), need.source};
}

Obstacle branch_obstacle(const base::Version& driver, const TargetGpu& gpu)
{
  const std::uint32_t branch = driver.major_part();
  if (gpu.first_branch && branch < *gpu.first_branch) {
    return {fmt::format("{} is known to drivers from branch {} on", gpu.label(), *gpu.first_branch), gpu.source()};
  }
  if (gpu.last_branch && branch > *gpu.last_branch) {
    return {fmt::format("{} is driven up to branch {} only", gpu.label(), *gpu.last_branch), gpu.source()};
  }
  return {};
}

Obstacle module_obstacle(const std::vector<TargetGpu>& gpus, ModuleChoice asked)
{
  const TargetGpu* open_only = first_with(gpus, KernelModule::open_only);
  const TargetGpu* proprietary_only = first_with(gpus, KernelModule::proprietary_only);
  if (open_only != nullptr && proprietary_only != nullptr) {
    return {fmt::format("{} needs the open kernel module and {} the proprietary one: no driver drives both; name the "
                        "one to be served with --gpu",
                        open_only->label(),
                        proprietary_only->label()),
            open_only->source()};
  }
  if (asked == ModuleChoice::open && proprietary_only != nullptr) {
    return {fmt::format("the open kernel module does not drive {}", proprietary_only->label()),
            proprietary_only->source()};
  }
  if (asked == ModuleChoice::proprietary && open_only != nullptr) {
    return {fmt::format("the proprietary kernel module does not drive {}", open_only->label()), open_only->source()};
  }
  return {};
}

Obstacle loaded_obstacle(const Target& target, const DriverNeed& need, ModuleChoice module)
{
  const base::Version& loaded = target.driver->version;
  Obstacle obstacle;
  for (const TargetGpu& gpu : target.gpus) {
    if (!gpu.driven && !obstacle.stands()) {
      obstacle = branch_obstacle(loaded, gpu);
    }
  }
  if (!obstacle.stands()) {
    obstacle = need_obstacle(loaded, need);
  }
  return obstacle.stands() ? obstacle : loaded_module_obstacle(target, module);
}

} // namespace cudasetup::resolve
