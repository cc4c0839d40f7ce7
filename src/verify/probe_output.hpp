#pragma once

#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::verify {

/// One comparison that a probe made.
struct ProbeTest {
  std::string name;
  std::string device;
  bool held = false;
  std::string error;
  json::Object facts;
};

/// What a probe printed.
struct ProbeReport {
  std::string probe;   ///< libtorch, cuda or python; empty when it never got so far
  std::string headers; ///< the version its headers tell
  bool cuda = false;
  std::int64_t devices = 0;
  std::int64_t comparisons = 0; ///< it makes so many on each device; 0: it does not tell
  json::Object facts;
  std::vector<ProbeTest> tests;
};

/// Reads a probe's JSON lines; anything else it or its libraries printed is passed over. Pure.
ProbeReport read_probe_output(std::string_view output);

} // namespace cudasetup::verify
