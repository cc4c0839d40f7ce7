#include "resolve/kernels.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::resolve {

using base::ComputeCapability;

namespace {

/// Jetsons' own: machine code of other chips does not run there (pytorch's torch/cuda/__init__.py, DEVICE_REQUIREMENT).
constexpr std::array k_jetsons = {ComputeCapability{5, 3},
                                  ComputeCapability{6, 2},
                                  ComputeCapability{7, 2},
                                  ComputeCapability{8, 7},
                                  ComputeCapability{10, 1}};

} // namespace

Kernels kernels_for(const manifest::TorchBuild& build, ComputeCapability gpu)
{
  if (build.sm.empty() && build.ptx.empty()) {
    return Kernels::unknown;
  }
  const bool jetson = std::find(k_jetsons.begin(), k_jetsons.end(), gpu) != k_jetsons.end();
  const bool machine_code = std::any_of(build.sm.begin(), build.sm.end(), [&](ComputeCapability cubin) {
    return cubin == gpu || (!jetson && cubin.major_part == gpu.major_part && cubin.minor_part <= gpu.minor_part);
  });
  if (machine_code) {
    return Kernels::machine_code;
  }
  const bool compiled =
      std::any_of(build.ptx.begin(), build.ptx.end(), [&](ComputeCapability ptx) { return ptx <= gpu; });
  return compiled ? Kernels::compiled : Kernels::missing;
}

} // namespace cudasetup::resolve
