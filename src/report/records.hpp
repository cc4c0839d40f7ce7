#pragma once

#include "manifest/records.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace cudasetup::report {

/// Records as people read them: where each stands, then every member; null is "not known".
std::string text_of(const std::vector<manifest::Record>& records);

/// cudasetup.records/1.
json::Value to_json(const std::vector<manifest::Record>& records);

} // namespace cudasetup::report
