#pragma once

#include "diagnose/diagnose.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace cudasetup::report {

/// What is wrong, as people read it: grouped by what it blocks, each with what shows it here and what to do. What could
/// not be looked at comes last.
std::string text_of(const std::vector<diagnose::Finding>& findings, const std::vector<std::string>& unknown);

/// The findings of cudasetup.doctor/1.
json::Array findings_json(const std::vector<diagnose::Finding>& findings);

} // namespace cudasetup::report
