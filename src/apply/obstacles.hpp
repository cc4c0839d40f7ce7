#pragma once

#include "apply/tools.hpp"

#include <string>
#include <vector>

namespace cudasetup::apply {

/// What an installation failed of in the private state, named where somebody's holds or pins are the cause: apt is
/// asked again without them. Holds are named with the command that ends them, pins with their file. Else @p error as it
/// is.
base::Error
with_obstacles(effects::Files& target, Tools& tools, const std::vector<std::string>& packages, base::Error error);

} // namespace cudasetup::apply
