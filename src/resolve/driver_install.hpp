#pragma once

#include "resolve/driver.hpp"

namespace cudasetup::resolve {

/// Chooses the driver to install among those that drive every GPU and are of the asked branch or version: a local
/// installer's own; else Ubuntu's, whose modules are built for its kernels and signed (see rank_ubuntu); else what the
/// toolkit's origin has: the driver that came with the CUDA release, the nearest branch above it, then below it, newest
/// version of the branch. Of these, drivers that perhaps do not know a GPU come after those that do, and those of a
/// branch that apt cannot be held to last. Where none will do, the constraint says what stands against the most wanted
/// one.
DriverSelection install_driver(const DriverQuestion& question, Findings& findings);

} // namespace cudasetup::resolve
