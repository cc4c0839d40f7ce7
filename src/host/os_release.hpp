#pragma once

#include "host/facts.hpp"

#include <string_view>

namespace cudasetup::host {

/// Reads the text of an os-release file (os-release(5)): shell assignments, values bare or in single or double quotes,
/// with backslash escapes; of a doubled name the last counts. Lines that are no assignment are passed over: any text
/// gives a value.
OsRelease parse_os_release(std::string_view text);

} // namespace cudasetup::host
