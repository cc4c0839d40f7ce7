#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "effects/files.hpp"

#include <string>
#include <string_view>
#include <vector>

/// apt in a state of its own: it changes nothing of the system's.
namespace cudasetup::apply {

/// A path in the private state.
std::string in_state(std::string_view name);

/// apt-get with every place it writes to, and the places of sources and pins, in the private state. The list of
/// installed packages stays the real one.
base::Command private_apt(std::vector<std::string> arguments);

/// Makes the state anew, without sources or pins.
base::Result<void> make_private_state(effects::Files& target);

} // namespace cudasetup::apply
