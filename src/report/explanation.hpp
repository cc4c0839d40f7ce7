#pragma once

#include "report/refusal.hpp"
#include "resolve/passed_over.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace cudasetup::report {

/// That a selection works, why each thing was chosen, and what newer was not.
struct Explanation {
  const resolve::Resolution& resolution;
  std::vector<std::string> arguments; ///< of `cudasetup install`, for exactly this
  std::vector<resolve::PassedOver> passed_over;
};

/// As people read it. Things passed over one after another for reasons that differ in numbers alone are told once.
std::string text_of(const Explanation& explanation, const NextCommands& next);

/// cudasetup.resolution/1. @p choice: what the plan document says was chosen.
json::Value to_json(const Explanation& explanation, json::Value choice, const NextCommands& next);

} // namespace cudasetup::report
