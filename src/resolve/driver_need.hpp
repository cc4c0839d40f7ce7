#pragma once

#include "manifest/types.hpp"
#include "resolve/request.hpp"
#include "resolve/target.hpp"

#include <optional>
#include <string>

namespace cudasetup::resolve {

/// The least driver that a selection runs on, and who says so. Without `least`, any driver will do.
struct DriverNeed {
  std::optional<base::Version> least;
  std::string because; ///< "CUDA 11.1.1"
  std::string source;
};

/// What stands against a driver; empty text: nothing does.
struct Obstacle {
  std::string text;
  std::string source;
  bool stands() const { return !text.empty(); }
};

/// The least driver of a release: by minor version compatibility, or the one documented for it where that is lower
/// (11.0 came with drivers below the 450.80.02 of its family). Falls back on the bundled driver.
DriverNeed need_of(const manifest::CudaRelease& release);

/// The larger of the release's need and the torch build's; either may be null.
DriverNeed
need_of(const manifest::CudaRelease* release, const manifest::TorchRelease* torch, const manifest::TorchBuild* build);

/// Whether @p driver is new enough.
bool meets(const base::Version& driver, const DriverNeed& need);

/// Whether the loaded driver drives every GPU, as far as is known; false without one.
bool drives_all(const Target& target);

/// Why @p driver is too old.
Obstacle need_obstacle(const base::Version& driver, const DriverNeed& need);

/// Why the branch of @p driver does not drive @p gpu.
Obstacle branch_obstacle(const base::Version& driver, const TargetGpu& gpu);

/// Why no kernel module drives all GPUs, or not the one asked for, whatever the branch.
Obstacle module_obstacle(const std::vector<TargetGpu>& gpus, ModuleChoice asked);

/// Why the loaded driver does not do for the selection. There must be one.
Obstacle loaded_obstacle(const Target& target, const DriverNeed& need, ModuleChoice module);

} // namespace cudasetup::resolve
