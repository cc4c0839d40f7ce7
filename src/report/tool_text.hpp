#pragma once

#include "diagnose/tool_errors.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace cudasetup::report {

/// What a tool's text means, with the lines that show it; where nothing of it is known, all of @p text, and that.
std::string text_of(const std::vector<diagnose::Explained>& known, const std::string& text);

/// cudasetup.explain/1.
json::Value to_json(const std::vector<diagnose::Explained>& known, const std::string& text);

} // namespace cudasetup::report
