#pragma once

#include "base/error.hpp"
#include "json/value.hpp"

#include <string>

namespace cudasetup::report {

/// An error as people read it: one line of what failed, what was being done, the end of the tool's own output, where
/// its log is, and what to do next.
std::string text_of(const base::Error& error);

/// cudasetup.error/1.
json::Value to_json(const base::Error& error);

} // namespace cudasetup::report
