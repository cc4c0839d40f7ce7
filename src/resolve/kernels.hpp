#pragma once

#include "base/hardware.hpp"
#include "manifest/types.hpp"

#include <vector>

namespace cudasetup::resolve {

/// How a torch build serves a GPU.
enum class Kernels {
  machine_code, ///< a cubin of the same major with a minor not above the GPU's
  compiled,     ///< PTX not above the GPU, which the driver compiles at first use
  missing,      ///< nothing the GPU can run: "no kernel image is available for execution on the device"
  unknown,      ///< nobody published what is in the build
};

/// CUDA's binary compatibility: machine code runs on its own major from its minor on (a Jetson runs its own alone), PTX
/// on everything from its capability on. Builds for the CPU serve every GPU by not using it, so that they must not be
/// asked about.
///
/// On arm64 there is the wheel alone, which has other code than the zip.
Kernels
kernels_for(const manifest::TorchBuild& build, base::ComputeCapability gpu, base::Arch arch = base::Arch::amd64);

/// Whether a Jetson module has this capability, and no other GPU.
bool is_jetson(base::ComputeCapability capability);

/// What a build has code for on an architecture.
struct CodeList {
  const std::vector<base::ComputeCapability>& sm;
  const std::vector<base::ComputeCapability>& ptx;
  bool is_known() const { return !sm.empty() || !ptx.empty(); }
};
CodeList code_of(const manifest::TorchBuild& build, base::Arch arch);

} // namespace cudasetup::resolve
