#pragma once

#include "effects/files.hpp"
#include "journal/transaction.hpp"
#include "plan/undo.hpp"

#include <map>
#include <set>
#include <string>

namespace cudasetup::apply {

/// What became of a key that the transaction made or gave to the firmware.
struct ModuleKey {
  bool was_given = false; ///< the transaction asked the firmware to enrol it, or was about to
  bool is_pending = false;
  bool is_enrolled = false;
};

/// What taking back a transaction depends on.
struct UndoInput {
  /// The transaction, with what a step that was cut off did (see as_found).
  journal::Transaction transaction;
  journal::SystemState now;
  std::map<std::string, journal::PathState> paths_now; ///< of every path with an original
  /// Saved originals and installers that are there, and what a run or an undo that was cut off left half
  /// written or half removed.
  std::set<std::string> available;
  /// Installers of packages whose unpacking was cut off, of the version that was coming: by name, empty where there is
  /// none.
  std::map<std::string, std::string> cut_off;
  ModuleKey key = {};
};

/// Looks at everything that undoing @p transaction depends on. Errors: a file that cannot be read.
base::Result<UndoInput> look_for_undo(effects::Files& target, const journal::Transaction& transaction);

/// What brings packages, marks, holds, alternatives and files back to what they were before the transaction: packages
/// that it installed newly are purged, and only those; changed ones go back to the version that was put aside; files,
/// links and directories return from their originals. What is so already is not planned, so that the plan of an undo
/// that was cut off is the rest of it. Pure.
plan::UndoPlan plan_undo(const UndoInput& input);

} // namespace cudasetup::apply
