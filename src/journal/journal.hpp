#pragma once

#include "base/result.hpp"
#include "effects/clock.hpp"
#include "effects/files.hpp"
#include "journal/transaction.hpp"
#include "plan/plan.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What was done to a machine, kept on it. One file a transaction: JSON lines, each sealed, one synced append a record.
namespace cudasetup::journal {

/// A line for each transaction that ended, for everybody to read: when, which, how, and how many steps were done.
inline constexpr std::string_view k_history_log = "/var/log/cudasetup/history.jsonl";
/// Held by the one run that may change the machine.
inline constexpr std::string_view k_lock_file = "/run/cudasetup.lock";

/// What a transaction begins with.
struct Header {
  Verb verb = Verb::install;
  std::vector<std::string> arguments;
  std::string of;
  json::Value plan;
};

/// Writes one transaction. Every member function that records appends one line and syncs it before it returns.
class Journal {
public:
  /// Opens the next transaction (0001, 0002, …). Refused where the state directory is not root's alone.
  static base::Result<Journal> begin(effects::Files& target, effects::Clock& clock, const Header& header);
  /// Goes on with a transaction that did not end well: what was cut off is dropped, and a record says so.
  static base::Result<Journal> reopen(effects::Files& target, effects::Clock& clock, const Transaction& transaction);

  const std::string& id() const { return m_id; }
  const std::string& path() const { return m_path; }

  /// What is installed counts from the boot after @p boot on (its /proc/sys/kernel/random/boot_id).
  base::Result<void> awaits_boot(const std::string& boot);
  /// What verifying after that boot came to: "passed", "cpu-only" or "failed".
  base::Result<void> verified(std::string_view verdict);
  /// What packages and alternatives were before the first step.
  base::Result<void> state_before(const SystemState& state);
  /// What apt said it would install, change or remove.
  base::Result<void> intends(const std::vector<std::string>& packages);
  /// An installer of an earlier version was put aside.
  base::Result<void> kept(const KeptPackage& package);
  base::Result<void> step_started(const plan::Step& step);
  /// Keeps what is at @p path, so that it can be put back: call it before the change. Only the first time counts.
  /// A directory that is there is kept at @p kept_at by whoever replaces it; empty: nobody does.
  base::Result<void> keep_original(const std::string& path, Extent extent, const std::string& kept_at = "");
  /// Whether it has done so.
  bool keeps(const std::string& path) const { return m_paths.contains(path); }
  /// What the transaction made of these paths, where that differs from what was last recorded; those without an
  /// original are left out.
  base::Result<void> results(const std::vector<std::string>& paths);
  /// What a step did to packages and alternatives.
  base::Result<void> changed(const StateChanges& changes);
  base::Result<void> step_ended(const plan::Step& step, Outcome outcome, double seconds, const std::string& message);
  /// The end of the transaction; also adds its line to the history log, where that can be written.
  base::Result<void> ended(Outcome outcome);

private:
  Journal(effects::Files& target, effects::Clock& clock, std::string id);
  base::Result<void> append(json::Object record);
  void add_to_history(Outcome outcome);

  effects::Files* m_target;
  effects::Clock* m_clock;
  std::string m_id;
  std::string m_path;
  std::string m_seal;
  std::map<std::string, Extent> m_paths; ///< those with an original
  std::map<std::string, PathState> m_results;
  std::size_t m_saved = 0;
  std::uint64_t m_done = 0; ///< steps
};

/// Wall time as ISO 8601 in UTC, to the second.
std::string timestamp(effects::Clock& clock);

} // namespace cudasetup::journal
