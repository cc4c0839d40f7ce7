#pragma once

#include "resolve/settle.hpp"

#include <optional>

namespace cudasetup::resolve {

/// The first selection that works among those the request allows, most wanted first; nullopt where none does.
std::optional<Resolution> find_selection(const Question& question);

/// False only where find_selection would find nothing; most of what cannot be is told apart by this at little cost.
bool may_resolve(const Question& question);

/// Why nothing works: every constraint of the selection that came nearest (fewest constraints; of equals, the most
/// wanted).
std::vector<Constraint> explain_refusal(const Question& question);

} // namespace cudasetup::resolve
