#include "resolve/driver_need.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace cudasetup::resolve {

namespace {

using manifest::KernelModule;

/// The last words on two GPUs that exclude each other.
constexpr std::string_view k_not_both = "no driver drives both; name the one to be served with --gpu";

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
  return common_obstacle(gpus, ModuleChoice::automatic);
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

const base::Version* least_driver(const manifest::CudaRelease& release)
{
  const base::Version* least = release.compatible_driver ? &*release.compatible_driver : nullptr;
  if (release.minimum_driver && (least == nullptr || *release.minimum_driver < *least)) {
    least = &*release.minimum_driver;
  }
  return least == nullptr && release.bundled_driver ? &*release.bundled_driver : least;
}

DriverNeed need_of(const manifest::CudaRelease& release)
{
  const base::Version* least = least_driver(release);
  return {least != nullptr ? std::optional(*least) : std::nullopt,
          "CUDA " + release.version.text(),
          record_source("cuda " + release.version.text(), release.sources, "cuda-compatibility")};
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
  if (gpu.absent_branch && branch <= *gpu.absent_branch) {
    return {fmt::format("{} is not in NVIDIA's list of branch {}, and first seen in that of {}",
                        gpu.label(),
                        *gpu.absent_branch,
                        *gpu.first_branch),
            gpu.source()};
  }
  if (gpu.last_branch && branch > *gpu.last_branch) {
    return {fmt::format("{} is driven up to branch {} only", gpu.label(), *gpu.last_branch), gpu.source()};
  }
  return {};
}

bool is_sure_to_know(const base::Version& driver, const TargetGpu& gpu)
{
  return gpu.driven || (gpu.first_branch && *gpu.first_branch <= driver.major_part());
}

std::string branch_doubt(const base::Version& driver, const TargetGpu& gpu)
{
  if (is_sure_to_know(driver, gpu)) {
    return {};
  }
  if (gpu.first_branch) {
    return fmt::format("{} is first seen in NVIDIA's list of branch {}: whether {} knows it is not known",
                       gpu.label(),
                       *gpu.first_branch,
                       driver.text());
  }
  return gpu.unheard_of ? fmt::format("no GPU of {} is known here: whether driver {} knows yours is not known",
                                      gpu.capability->sm(),
                                      driver.text())
                        : fmt::format("{} is in none of NVIDIA's lists that were read: whether driver {} knows it "
                                      "is not known",
                                      gpu.label(),
                                      driver.text());
}

void say_doubts(const base::Version& driver, const std::vector<TargetGpu>& gpus, Findings& findings)
{
  for (const TargetGpu& gpu : gpus) {
    std::string doubt = branch_doubt(driver, gpu);
    if (!doubt.empty()) {
      findings.doubt("driver", std::move(doubt));
    }
  }
}

Obstacle age_obstacle(const manifest::Manifest& manifest, const std::vector<TargetGpu>& gpus)
{
  for (const TargetGpu& gpu : gpus) {
    if (!gpu.last_branch || manifest.cuda.empty()) {
      continue;
    }
    const base::Version* least = least_driver(manifest.cuda.front());
    if (least == nullptr || least->major_part() <= *gpu.last_branch) {
      continue;
    }
    const DriverNeed need = need_of(manifest.cuda.front());
    // Capabilities 2.x: NVIDIA's CUDA toolkit, driver and architecture matrix.
    const bool fermi = gpu.capability && gpu.capability->major_part == 2;
    return {fmt::format("{} is too old{}: its last driver branch is {}{}, and {}, the oldest that is known here, needs "
                        "driver {} or later",
                        gpu.label(),
                        gpu.record != nullptr ? " (" + gpu.record->architecture + ")" : std::string(),
                        *gpu.last_branch,
                        fermi ? ", its last CUDA 8.0" : "",
                        need.because,
                        need.least->text()),
            gpu.source()};
  }
  return {};
}

namespace {

/// Two GPUs of which one was dropped before the other came.
Obstacle span_obstacle(const std::vector<TargetGpu>& gpus)
{
  const TargetGpu* latest = nullptr;
  const TargetGpu* oldest = nullptr;
  for (const TargetGpu& gpu : gpus) {
    if (gpu.absent_branch && (latest == nullptr || *latest->absent_branch < *gpu.absent_branch)) {
      latest = &gpu;
    }
    if (gpu.last_branch && (oldest == nullptr || *gpu.last_branch < *oldest->last_branch)) {
      oldest = &gpu;
    }
  }
  if (latest == nullptr || oldest == nullptr || *latest->absent_branch < *oldest->last_branch) {
    return {};
  }
  return {fmt::format("{} is driven up to branch {} only and {} first seen in NVIDIA's list of branch {}: {}",
                      oldest->label(),
                      *oldest->last_branch,
                      latest->label(),
                      *latest->first_branch,
                      k_not_both),
          oldest->source()};
}

} // namespace

Obstacle common_obstacle(const std::vector<TargetGpu>& gpus, ModuleChoice asked)
{
  const TargetGpu* open_only = first_with(gpus, KernelModule::open_only);
  const TargetGpu* proprietary_only = first_with(gpus, KernelModule::proprietary_only);
  if (open_only != nullptr && proprietary_only != nullptr) {
    return {fmt::format("{} needs the open kernel module and {} the proprietary one: {}",
                        open_only->label(),
                        proprietary_only->label(),
                        k_not_both),
            open_only->source()};
  }
  if (Obstacle obstacle = span_obstacle(gpus); obstacle.stands()) {
    return obstacle;
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
