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

bool is_jetson(ComputeCapability capability)
{
  return std::find(k_jetsons.begin(), k_jetsons.end(), capability) != k_jetsons.end();
}

CodeList code_of(const manifest::TorchBuild& build, base::Arch arch)
{
  static const std::vector<ComputeCapability> nothing;
  if (arch == base::Arch::amd64) {
    return {build.sm, build.ptx};
  }
  return build.arm64_wheel ? CodeList{build.arm64_wheel->sm, build.arm64_wheel->ptx} : CodeList{nothing, nothing};
}

Kernels kernels_for(const manifest::TorchBuild& build, ComputeCapability gpu, base::Arch arch)
{
  const CodeList code = code_of(build, arch);
  if (!code.is_known()) {
    return Kernels::unknown;
  }
  const bool jetson = is_jetson(gpu);
  const bool machine_code = std::any_of(code.sm.begin(), code.sm.end(), [&](ComputeCapability cubin) {
    return cubin == gpu || (!jetson && cubin.major_part == gpu.major_part && cubin.minor_part <= gpu.minor_part);
  });
  if (machine_code) {
    return Kernels::machine_code;
  }
  const bool compiled =
      std::any_of(code.ptx.begin(), code.ptx.end(), [&](ComputeCapability ptx) { return ptx <= gpu; });
  return compiled ? Kernels::compiled : Kernels::missing;
}

} // namespace cudasetup::resolve
