#pragma once

#include "apply/apt_simulation.hpp"
#include "apply/tools.hpp"
#include "plan/plan.hpp"

namespace cudasetup::apply {

/// The private apt state of the simulation, 0700, removed afterwards.
inline constexpr std::string_view k_simulation_directory = "/var/cache/cudasetup/simulation";

/// Asks apt what the plan's packages would do, before anything is changed: in a private state that already has the
/// plan's source, key, pin and index, and the unpacked local installer. The files it needs must have been fetched.
/// A list that cannot be read is a Notice that names its source file, unless a package would come from it. Errors:
/// where apt cannot do it, would do something else, or would remove a package that is neither CUDA's nor NVIDIA's.
base::Result<AptCost> simulate(const effects::Effects& effects, Tools& tools, const plan::Simulation& simulation);

} // namespace cudasetup::apply
