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

/// The version of need_of alone, which costs no words; null where any driver will do.
const base::Version* least_driver(const manifest::CudaRelease& release);

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

/// Why the branch of @p driver does not drive @p gpu: NVIDIA's list of that branch, or of a later one, lacks it, or it
/// was dropped before.
Obstacle branch_obstacle(const base::Version& driver, const TargetGpu& gpu);

/// Whether @p driver is sure to know @p gpu: it drives it, or NVIDIA's list of its branch or of an earlier one has it.
bool is_sure_to_know(const base::Version& driver, const TargetGpu& gpu);

/// Why it is not sure that @p driver drives @p gpu, which no obstacle tells: the lists of GPUs that were read leave it
/// open. Empty: it does.
std::string branch_doubt(const base::Version& driver, const TargetGpu& gpu);

/// Cautions of every doubt about @p driver.
void say_doubts(const base::Version& driver, const std::vector<TargetGpu>& gpus, Findings& findings);

/// Why no driver that any known toolkit runs on drives some GPU: it was dropped too long ago.
Obstacle age_obstacle(const manifest::Manifest& manifest, const std::vector<TargetGpu>& gpus);

/// Why there is no driver for all GPUs, whatever its version and origin: no kernel module, or not the one asked for, or
/// no branch drives them all.
Obstacle common_obstacle(const std::vector<TargetGpu>& gpus, ModuleChoice asked);

/// Why the loaded driver does not do for the selection. There must be one.
Obstacle loaded_obstacle(const Target& target, const DriverNeed& need, ModuleChoice module);

} // namespace cudasetup::resolve
