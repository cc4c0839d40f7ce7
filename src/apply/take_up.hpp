#pragma once

#include "apply/apply.hpp"
#include "journal/journal.hpp"

#include <map>
#include <optional>
#include <string>

namespace cudasetup::apply {

/// The newest transaction; nullopt where there is none. One that cannot be read is an Error.
base::Result<std::optional<journal::Transaction>> last_transaction(effects::Files& target);

/// What packages and alternatives were when the transaction last recorded them.
journal::SystemState last_known(const journal::Transaction& transaction);

/// The transaction with what a step that was cut off (a crash) did, as is found by looking: changes of packages that it
/// meant to change, and what is at every path that it keeps an original of. Where no step was cut off, it is unchanged.
journal::Transaction as_found(const journal::Transaction& transaction,
                              const journal::SystemState& now,
                              const std::map<std::string, journal::PathState>& paths_now);

/// Opens a transaction that did not end well again, and records what as_found finds.
base::Result<journal::Journal>
take_up(const effects::Effects& effects, const journal::Transaction& transaction, const journal::SystemState& now);

/// The journal of a run that installs or uninstalls: a new one, with the state before it, or that of the same request
/// which did not end well. Another one that was cut off is closed.
base::Result<journal::Journal>
open_journal(const effects::Effects& effects, const journal::Header& header, const journal::SystemState& state);

/// Ends transaction @p id as done, where it is the newest and has not ended so: what was left of it is there. Errors:
/// busy, no_space, document.
base::Result<void> end_as_done(const effects::Effects& effects, const ApplyOptions& options, const std::string& id);

} // namespace cudasetup::apply
