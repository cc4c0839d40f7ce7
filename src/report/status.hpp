#pragma once

#include "diagnose/status.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace cudasetup::report {

/// One screen for people. @p doctor: the command that tells what is wrong.
std::string
text_of(const diagnose::Status& status, const std::vector<std::string>& unknown, const base::Command& doctor);

/// cudasetup.status/1.
json::Value to_json(const diagnose::Status& status, const std::vector<std::string>& unknown);

} // namespace cudasetup::report
