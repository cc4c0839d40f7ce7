#include "resolve/kernels.hpp"

#include <algorithm>

namespace cudasetup::resolve {

using base::ComputeCapability;

Kernels kernels_for(const manifest::TorchBuild& build, ComputeCapability gpu)
{
  if (build.sm.empty() && build.ptx.empty()) {
    return Kernels::unknown;
  }
  const bool machine_code = std::any_of(build.sm.begin(), build.sm.end(), [&](ComputeCapability cubin) {
    return cubin.major_part == gpu.major_part && cubin.minor_part <= gpu.minor_part;
  });
  if (machine_code) {
    return Kernels::machine_code;
  }
  const bool compiled =
      std::any_of(build.ptx.begin(), build.ptx.end(), [&](ComputeCapability ptx) { return ptx <= gpu; });
  return compiled ? Kernels::compiled : Kernels::missing;
}

} // namespace cudasetup::resolve
