#pragma once

#include "resolve/driver.hpp"

namespace cudasetup::resolve {

/// Chooses the driver to install among those that the toolkit's origin has and drive every GPU: the asked branch or
/// version; else the one that came with the CUDA release; else the nearest branch above it, then below it, newest
/// version of the branch. Drivers that perhaps do not know a GPU come after those that do, and those of a branch that
/// apt cannot be held to last. Where none will do, the constraint says what stands against the most wanted one.
DriverSelection install_driver(const DriverQuestion& question, Findings& findings);

} // namespace cudasetup::resolve
