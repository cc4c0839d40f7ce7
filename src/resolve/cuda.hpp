#pragma once

#include "manifest/types.hpp"
#include "resolve/findings.hpp"
#include "resolve/target.hpp"

#include <string>
#include <vector>

namespace cudasetup::resolve {

/// The newest release of every minor but those that begin with @p version, nearest to it first; of two equally near
/// ones, the newer.
std::vector<const manifest::CudaRelease*> nearest_cuda(const manifest::Manifest& manifest,
                                                       const base::Version& version);

/// Says that no release begins with @p version and which are near.
void refuse_unknown_cuda(const manifest::Manifest& manifest, const base::Version& version, Findings& findings);

/// Whether the release's compilers make code that runs on every GPU, and its headers compile with this glibc; profile
/// runtime compiles nothing.
void check_toolkit(const manifest::CudaRelease& release,
                   const Target& target,
                   manifest::Profile profile,
                   Findings& findings);

/// The same as a mere yes or no; a yes says nothing of compilers, methods and drivers.
bool serves(const manifest::CudaRelease& release, const Target& target, manifest::Profile profile);

/// Whether the release's compilers have a target for every GPU, as far as is known; where they have none, they may
/// serve it all the same (see check_toolkit).
bool has_targets(const manifest::CudaRelease& release, const Target& target);

/// "sm_35 to sm_86"
std::string capabilities_of(const manifest::CudaRelease& release);

} // namespace cudasetup::resolve
