#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::host {

/// Field name in lower case → value; continuation lines are joined with newlines, blanks around each taken away.
using Stanza = std::map<std::string, std::string>;

/// The stanzas of a file in Debian's control format (deb822(5)), comments left out. Lines that are neither field nor
/// continuation are passed over; of a doubled field the last counts.
std::vector<Stanza> parse_stanzas(std::string_view text);

/// The value of a field (in lower case), empty where there is none.
std::string_view field(const Stanza& stanza, const std::string& name);

} // namespace cudasetup::host
