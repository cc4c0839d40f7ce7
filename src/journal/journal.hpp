#pragma once

#include "base/result.hpp"
#include "effects/clock.hpp"
#include "effects/files.hpp"
#include "plan/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What was done to a machine, kept on it. One file a transaction: JSON lines, one synced append a record.
namespace cudasetup::journal {

/// Where transactions, saved originals and recorded digests are kept, 0700.
inline constexpr std::string_view k_state_directory = "/var/lib/cudasetup";
/// A line for each transaction that ended, for everybody to read: when, which, how, and how many steps were done.
inline constexpr std::string_view k_history_log = "/var/log/cudasetup/history.jsonl";
/// Held by the one run that may change the machine.
inline constexpr std::string_view k_lock_file = "/run/cudasetup.lock";

enum class Outcome { done, skipped, failed, interrupted };
std::string_view name_of(Outcome outcome);

/// What a path was before a step changed it. `saved` names the copy of a regular file's bytes.
struct Before {
  std::string path;
  bool existed = false;
  effects::FileStatus status;
  std::string link_target;
  std::string saved;
};

/// Writes one transaction. Every member function appends one record and syncs it before it returns.
class Journal {
public:
  /// Opens the next transaction (0001, 0002, …) with a header that holds the plan document.
  static base::Result<Journal> begin(effects::Files& target, effects::Clock& clock, const json::Value& plan_document);

  const std::string& id() const { return m_id; }
  const std::string& path() const { return m_path; }

  base::Result<void> step_started(const plan::Step& step);
  /// Keeps what is at @p path, so that it can be put back: call it before the change.
  base::Result<void> keep_original(const std::string& path);
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
  std::size_t m_saved = 0;
  std::uint64_t m_done = 0; ///< steps
};

/// A step as the journal tells it.
struct StepRecord {
  std::string id;
  std::string title;
  std::optional<Outcome> outcome; ///< nullopt: it was under way when the record ends
  double seconds = 0;
  std::string message;
};

/// A transaction as the journal tells it.
struct Transaction {
  std::string id;
  std::string started; ///< UTC, ISO 8601
  json::Value plan;
  std::vector<StepRecord> steps;
  std::vector<Before> originals;
  std::optional<Outcome> outcome; ///< nullopt: never ended (a crash, or still running)
  bool torn = false;              ///< the last line was cut off and is left out
};

/// Reads a transaction's text. A cut-off last line is tolerated; anything else that does not fit, and a newer
/// format, is an Error of kind document.
base::Result<Transaction> read_transaction(std::string_view text, const std::string& file);

/// Names of the transactions kept, oldest first: "0001", …
std::vector<std::string> transaction_ids(effects::Files& target);
std::string transaction_path(const std::string& id);

/// Wall time as ISO 8601 in UTC, to the second.
std::string timestamp(effects::Clock& clock);

} // namespace cudasetup::journal
