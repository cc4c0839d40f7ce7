#pragma once

#include "resolve/settle.hpp"

#include <vector>

namespace cudasetup::resolve {

/// Up to three selections near to the refused one that work on the same machine, nearest first: each was settled like
/// any other request. None where the machine itself is what is refused.
std::vector<Alternative> find_alternatives(const Question& refused);

} // namespace cudasetup::resolve
