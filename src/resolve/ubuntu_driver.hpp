#pragma once

#include "resolve/driver.hpp"

#include <string>
#include <vector>

namespace cudasetup::resolve {

/// What stands against a driver of Ubuntu's: the need, a GPU, the module that was asked for, the kernel, a component of
/// the archive that apt does not use and cannot be told to, or a fabric manager of another version.
Obstacle ubuntu_obstacle(const DriverQuestion& question, const UbuntuDriver& driver);

/// Ubuntu's drivers that the request names, the most wanted first whatever stands against them: those that some
/// CUDA runs on; with modules
/// built for the kernels of this machine; of the wanted kind (server or not); sure to know every GPU; of no new-feature
/// branch; with the module that NVIDIA holds for the default; from a component that apt uses; then of the branch
/// nearest to the toolkit's own, above before below; without a toolkit the newest.
std::vector<UbuntuDriver> rank_ubuntu(const DriverQuestion& question);

/// The first of rank_ubuntu that nothing stands against, with its packages for what the machine is, and what is to be
/// said of it and of those before it. nullopt: there is none, and nothing was said.
std::optional<DriverSelection> take_ubuntu(const DriverQuestion& question, Findings& findings);

/// What stands against the most wanted of Ubuntu's, to be said where nothing else does; empty where Ubuntu has none.
std::string why_not_ubuntu(const DriverQuestion& question);

/// "; Ubuntu's own nvidia-driver-470 does (…)": what would be taken, for who wants no driver from us; else empty.
std::string ubuntu_advice(const DriverQuestion& question);

} // namespace cudasetup::resolve
