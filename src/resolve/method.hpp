#pragma once

#include "manifest/types.hpp"
#include "resolve/findings.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"

#include <string>
#include <vector>

namespace cudasetup::resolve {

/// Whether apt can bring the release to the target, from the network archive or a local installer.
bool comes_by_apt(const manifest::CudaRelease& release, const Target& target);

/// A method that brings the release, but with which something else cannot be.
struct PassedMethod {
  Method method = Method::network;
  std::string why;
};

/// Chooses how the toolkit comes: the asked method, or the first that can of network archive, local installer and
/// runfile, but for those in @p passed. Where none can, the findings say why of each; the choice then has the release
/// and profile alone.
ToolkitChoice choose_method(const manifest::CudaRelease& release,
                            const Target& target,
                            const Request& request,
                            const std::vector<PassedMethod>& passed,
                            Findings& findings);

} // namespace cudasetup::resolve
