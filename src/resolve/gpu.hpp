#pragma once

#include "host/facts.hpp"
#include "manifest/types.hpp"
#include "resolve/findings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cudasetup::resolve {

/// A GPU that must be served.
struct TargetGpu {
  const manifest::Gpu* record = nullptr; ///< null where only the compute capability was named
  std::optional<base::ComputeCapability> capability;
  manifest::KernelModule module = manifest::KernelModule::either;
  std::optional<std::uint32_t> first_branch;  ///< first branch whose list of GPUs was read and has it
  std::optional<std::uint32_t> absent_branch; ///< newest branch before that whose list was read: it lacks the GPU
  std::optional<std::uint32_t> last_branch;   ///< nullopt: still supported
  /// The nvidia module already drives it: proof that the loaded driver knows it.
  bool driven = false;
  bool unheard_of = false; ///< a compute capability was named that no known GPU has

  /// "Tesla T4 (10de:1eb8, sm_75)", "a GPU of sm_75".
  std::string label() const;
  /// Where what is said of it comes from: which drivers drive it, or else what it computes.
  std::string source() const;
};

/// The GPUs that count: NVIDIA's, each kind once, without those handed to a virtual machine (vfio-pci). An id the
/// manifest does not have is a constraint that asks for `--gpu sm_XX`; no GPU at all, or one whose capability nobody
/// published, is a caution.
std::vector<TargetGpu> find_gpus(const manifest::Manifest& manifest, const host::HostFacts& facts, Findings& findings);

} // namespace cudasetup::resolve
