#pragma once

#include "resolve/settle.hpp"

#include <vector>

namespace cudasetup::resolve {

/// How many alternatives are offered at most: more are no help.
constexpr std::size_t k_most_alternatives = 3;

/// What @p resolution settled, as an alternative to something else; @p request asked for it.
Alternative alternative_of(const Request& request, const Resolution& resolution);

/// Up to three selections near to the refused one that work on the same machine, nearest first: each was settled like
/// any other request. None where the machine itself is what is refused.
std::vector<Alternative> find_alternatives(const Question& refused);

} // namespace cudasetup::resolve
