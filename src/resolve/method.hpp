#pragma once

#include "manifest/types.hpp"
#include "resolve/findings.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"

namespace cudasetup::resolve {

/// Whether apt can bring the release to the target, from the network archive or a local installer.
bool comes_by_apt(const manifest::CudaRelease& release, const Target& target);

/// Chooses how the toolkit comes: the asked method, or the first that can of network archive, local installer and
/// runfile. Where none can, the findings say why of each; the choice then has the release and profile alone.
ToolkitChoice
choose_method(const manifest::CudaRelease& release, const Target& target, const Request& request, Findings& findings);

} // namespace cudasetup::resolve
