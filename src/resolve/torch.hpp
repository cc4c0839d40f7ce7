#pragma once

#include "manifest/types.hpp"
#include "resolve/findings.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudasetup::resolve {

/// How a build came to be considered.
enum class TorchOrigin { pair, newest, asked };

struct TorchCandidate {
  const manifest::TorchRelease* release = nullptr;
  const manifest::TorchBuild* build = nullptr;
  TorchOrigin origin = TorchOrigin::asked;
  /// "1.7.1+cu110"
  std::string text() const { return release->version.text() + "+" + build->platform; }
};

/// The CUDA major and minor in a platform's name: cu110 is 11.0, cu92 is 9.2; nullopt for cpu and anything else.
std::optional<std::pair<std::uint32_t, std::uint32_t>> cuda_of_platform(std::string_view platform);

/// How a build goes with a toolkit.
enum class Pairing {
  good,      ///< same major, platform not newer than the toolkit; or a CPU build
  newer,     ///< same major, platform newer than the toolkit
  other,     ///< another major
  nvtoolsext ///< asks for nvToolsExt (torch until 2.7) and the toolkit (from 12.9) has it no more: pytorch issue 152756
};
Pairing pairing_of(const TorchCandidate& torch, const base::Version& toolkit);

/// Whether the manifest pairs the build with the release.
bool is_paired(const manifest::Manifest& manifest, const manifest::CudaRelease& cuda, const TorchCandidate& torch);

/// Whether they may be put together: the pairing is good, or newer and in the manifest. Without a toolkit, always.
bool goes_with(const manifest::Manifest& manifest, const TorchCandidate& torch, const manifest::CudaRelease* cuda);

/// The manifest's pairs of a CUDA release, in its order.
std::vector<TorchCandidate> paired_torch(const manifest::Manifest& manifest, const manifest::CudaRelease& cuda);

/// All CUDA builds that go with the toolkit (or any, without one), newest release and platform first; those whose
/// kernels nobody published come last.
std::vector<TorchCandidate> newest_torch(const manifest::Manifest& manifest, const manifest::CudaRelease* cuda);

/// The builds an exact request names: one platform, or all of the release but the CPU's. Those that do not go with the
/// toolkit are left out where others do. Empty where there is no such build.
std::vector<TorchCandidate>
asked_torch(const TorchRequest& request, const manifest::Manifest& manifest, const manifest::CudaRelease* cuda);

/// Says that the release or the platform of an exact request does not exist, and what does.
void refuse_unknown_torch(const TorchRequest& request, const manifest::Manifest& manifest, Findings& findings);

/// Other releases than @p version, nearest in the order of releases first.
std::vector<const manifest::TorchRelease*> nearest_torch(const manifest::Manifest& manifest,
                                                         const base::Version& version);

} // namespace cudasetup::resolve
