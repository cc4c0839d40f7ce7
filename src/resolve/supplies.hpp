#pragma once

#include "manifest/types.hpp"
#include "resolve/findings.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"

namespace cudasetup::resolve {

/// Completes @p choice, which has a zip, with the packages of NVIDIA's network archive that bring what the zip lacks
/// and @p toolkit (null: none is installed) does not bring, and with the directories where the loader has to look for
/// it. The findings say what comes from where; what cannot be had is a caution that names it, never a refusal: the
/// program may get it another way.
void add_supplies(const ToolkitChoice* toolkit, const Target& target, TorchChoice& choice, Findings& findings);

} // namespace cudasetup::resolve
