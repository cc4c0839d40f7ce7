#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::apply {

/// What `apt-get --simulate install` says it would do; names without architectures.
struct AptSimulation {
  std::vector<std::string> installs; ///< upgrades too
  std::vector<std::string> removals;
};

/// Reads the `Inst`, `Remv` and `Purg` lines. Pure.
AptSimulation parse_simulation(std::string_view output);

/// Refuses, with an Error of kind packages, the removal of a package that is not NVIDIA's own. Pure.
base::Result<void> check_simulation(const AptSimulation& simulated);

} // namespace cudasetup::apply
