#pragma once

#include "effects/effects.hpp"

#include <string>

namespace cudasetup::apply {

/// Of the trees of ours that were replaced at one place, only the last is kept for undo: they take gigabytes. Once
/// transaction @p id is done, removes those that earlier ones keep of the places where it keeps one itself, but for a
/// tree that no transaction made, which is somebody's own and stays; undoing such an earlier
/// one then says that its tree cannot be brought back. What cannot be read or removed is a Notice.
void drop_superseded(const effects::Effects& effects, const std::string& id);

} // namespace cudasetup::apply
