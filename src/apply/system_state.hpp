#pragma once

#include "effects/files.hpp"
#include "journal/system_state.hpp"

#include <string_view>
#include <vector>

namespace cudasetup::apply {

/// The packages of dpkg's database: @p status is /var/lib/dpkg/status, @p updates what dpkg has not merged into it yet,
/// in order; @p extended is /var/lib/apt/extended_states, which names what is installed only because something needs
/// it. Pure; any text gives a value.
journal::Packages
parse_packages(std::string_view status, const std::vector<std::string>& updates, std::string_view extended);

/// Packages and alternatives of @p target, read from the files that dpkg, apt and update-alternatives keep.
journal::SystemState read_system_state(effects::Files& target);

/// Whether dpkg was cut off: it has changes that are not merged into its database yet. apt then refuses to work.
bool dpkg_was_cut_off(effects::Files& target);

} // namespace cudasetup::apply
