#pragma once

#include "host/facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::host {

/// The pins of a file of apt preferences (apt_preferences(5)), one for each name of a `Package:` field, in order.
/// Stanzas without a whole set of fields or with a priority that is no number are passed over, as is everything else
/// that cannot be read.
std::vector<Pin> parse_apt_preferences(std::string_view text, const std::string& file);

/// Whether a pin can change which package of NVIDIA's apt takes: by the packages it names, or by an origin of NVIDIA's.
bool touches_nvidia(const Pin& pin);

} // namespace cudasetup::host
