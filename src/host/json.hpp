#pragma once

#include "host/facts.hpp"
#include "json/value.hpp"

#include <string_view>

namespace cudasetup::host {

std::string_view name_of(Container container);
std::string_view name_of(ModuleFlavour flavour);

/// Free space and memory change by themselves, and whether we are root is a matter of the run, not of the machine:
/// leave them out of what is compared, so that a user's plan is still good under sudo.
enum class Measures { left_out, included };

/// Every fact, for plans and reports. Same facts, same bytes: members in a fixed order, unknown facts are null, lists
/// and maps in the order they have in @p facts.
json::Value to_json(const HostFacts& facts, Measures measures = Measures::included);

} // namespace cudasetup::host
