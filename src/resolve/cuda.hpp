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

/// Whether the release's compilers serve every GPU and its headers this glibc.
void check_toolkit(const manifest::CudaRelease& release, const Target& target, Findings& findings);

/// "sm_35 to sm_86"
std::string capabilities_of(const manifest::CudaRelease& release);

} // namespace cudasetup::resolve
