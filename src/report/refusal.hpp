#pragma once

#include "resolve/resolution.hpp"
#include "json/value.hpp"

#include <string>

namespace cudasetup::report {

/// A refusal as people read it: every reason with its source, and what can be had instead with its command.
std::string text_of(const resolve::Refusal& refusal);

/// cudasetup.refusal/1.
json::Value to_json(const resolve::Refusal& refusal);

} // namespace cudasetup::report
