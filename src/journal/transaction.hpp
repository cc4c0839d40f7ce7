#pragma once

#include "base/result.hpp"
#include "effects/files.hpp"
#include "journal/path_state.hpp"
#include "journal/system_state.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Reading what was done to a machine.
namespace cudasetup::journal {

/// Where transactions, saved originals and recorded digests are kept, 0700.
inline constexpr std::string_view k_state_directory = "/var/lib/cudasetup";

enum class Outcome { done, skipped, failed, interrupted };
std::string_view name_of(Outcome outcome);

/// What a transaction does: install, uninstall, undo another one, or repair apt's sources.
enum class Verb { install, uninstall, undo, repair };
std::string_view name_of(Verb verb);

/// What a path was before the transaction changed it.
struct Original {
  std::string path;
  Extent extent = Extent::single;
  PathState before;
  /// The copy of a regular file's bytes, or where a former tree was moved to; empty where there is nothing to keep.
  std::string saved;
};

/// An installer of the version that a package had before.
struct KeptPackage {
  std::string name;
  std::string version;
  std::string file;
};

/// A step as the journal tells it.
struct StepRecord {
  std::string id;
  std::string title;
  std::optional<Outcome> outcome; ///< nullopt: it was under way when the record ends
  double seconds = 0;
  std::string message;
};

/// A transaction as the journal tells it. One that was resumed goes on in the same record.
struct Transaction {
  std::string id;
  std::string started; ///< UTC, ISO 8601
  Verb verb = Verb::install;
  std::vector<std::string> arguments; ///< of the command line, but for what only shows or agrees
  std::string of;                     ///< the transaction that an undo takes back; empty for others
  json::Value plan;
  std::vector<StepRecord> steps;
  std::vector<Original> originals;          ///< a path once, as it was before the first change
  std::map<std::string, PathState> results; ///< what the transaction made of a path, as far as it came
  SystemState before;                       ///< empty where it did not come as far as looking
  /// Packages that apt said it would install, change or remove.
  std::set<std::string> intended;
  StateChanges changed; ///< what ended steps made of packages and alternatives
  std::vector<KeptPackage> kept;
  std::string boot;    ///< during which what only the next boot loads was installed; empty where none is needed
  std::string verdict; ///< of the verification after that boot: passed, cpu-only or failed; empty before it
  std::optional<Outcome> outcome; ///< nullopt: never ended (a crash, or still running)
  bool torn = false;              ///< the last line was cut off and is left out

  bool is_done() const { return outcome == Outcome::done; }
  /// Whether it is all there, but was not yet seen to work after the boot that it needs.
  bool awaits_boot() const { return is_done() && !boot.empty() && (verdict.empty() || verdict == "failed"); }
  std::string seal; ///< of the last whole line
};

/// Reads a transaction's text. A cut-off last line is tolerated; anything else that does not fit, a line that was
/// changed after it was written, and a newer format are an Error of kind document.
base::Result<Transaction> read_transaction(std::string_view text, const std::string& file);

/// Names of all journals, oldest first: "0001", …
std::vector<std::string> journal_ids(effects::Files& target);
/// Those of transactions: without one that was cut off in its first line, before anything was done.
std::vector<std::string> transaction_ids(effects::Files& target);
std::string transaction_path(const std::string& id);
/// Where the originals and installers of a transaction are kept.
std::string originals_directory(const std::string& id);

/// Where a transaction keeps the tree that was at @p path: beside it, so that moving it there and back is one rename.
/// "/opt/libtorch/.cudasetup-0002-1.7.1+cu110"
std::string kept_tree(const std::string& path, const std::string& id);
/// What a tree that an undo takes away is called until it is gone: half of it in its own place would look as if
/// somebody had changed it.
std::string doomed_tree(const std::string& path, const std::string& id);

/// One of them; an Error where it is not there, cannot be read or is damaged.
base::Result<Transaction> load_transaction(effects::Files& target, const std::string& id);

} // namespace cudasetup::journal
