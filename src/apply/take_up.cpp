#include "apply/take_up.hpp"

#include "apply/preflight.hpp"
#include "apply/system_state.hpp"

namespace cudasetup::apply {

namespace {

/// Whether a group of update-alternatives is one that NVIDIA's packages have: cuda, cuda-12, nvidia, glx, …
bool is_of_nvidia(const std::string& group, const std::optional<journal::Alternative>& now)
{
  return group.starts_with("cuda") || group.starts_with("nvidia") ||
         (now && (now->value.find("nvidia") != std::string::npos || now->value.find("cuda") != std::string::npos));
}

/// The changes since the last record that are the transaction's own: those of packages that it said it means to change,
/// and of NVIDIA's alternatives. All else somebody did after the crash.
journal::StateChanges changes_by(const journal::Transaction& transaction, const journal::SystemState& now)
{
  journal::StateChanges changes = journal::changes_between(last_known(transaction), now);
  std::erase_if(changes.packages, [&](const auto& change) { return !transaction.intended.contains(change.first); });
  std::erase_if(changes.alternatives, [&](const auto& change) {
    return transaction.intended.empty() || !is_of_nvidia(change.first, change.second);
  });
  return changes;
}

/// Whether a crash kept it from recording what a step did.
bool was_cut_off(const journal::Transaction& transaction)
{
  return !transaction.outcome && !transaction.before.packages.empty();
}

/// The newest transaction where it is not over; one that cannot be read is said to be so and left alone.
std::optional<journal::Transaction> unfinished(const effects::Effects& effects)
{
  auto last = last_transaction(effects.target);
  if (!last) {
    effects.events.emit(effects::Notice{"an earlier transaction cannot be taken back: " + last.error().message});
    return std::nullopt;
  }
  const bool goes_on = *last && !(*last)->is_done() && (*last)->verb != journal::Verb::undo;
  return goes_on ? *std::move(last) : std::nullopt;
}

} // namespace

base::Result<std::optional<journal::Transaction>> last_transaction(effects::Files& target)
{
  const std::vector<std::string> ids = journal::transaction_ids(target);
  if (ids.empty()) {
    return std::nullopt;
  }
  CUDASETUP_TRY_ASSIGN(journal::Transaction last, journal::load_transaction(target, ids.back()));
  return last;
}

journal::SystemState last_known(const journal::Transaction& transaction)
{
  journal::SystemState state = transaction.before;
  const auto overlay = [](auto& all, const auto& changes) {
    for (const auto& [name, value] : changes) {
      if (value) {
        all[name] = *value;
      } else {
        all.erase(name);
      }
    }
  };
  overlay(state.packages, transaction.changed.packages);
  overlay(state.alternatives, transaction.changed.alternatives);
  return state;
}

journal::Transaction as_found(const journal::Transaction& transaction,
                              const journal::SystemState& now,
                              const std::map<std::string, journal::PathState>& paths_now)
{
  journal::Transaction found = transaction;
  if (!was_cut_off(transaction)) {
    return found;
  }
  const journal::StateChanges changes = changes_by(transaction, now);
  for (const auto& [name, state] : changes.packages) {
    found.changed.packages[name] = state;
  }
  for (const auto& [name, state] : changes.alternatives) {
    found.changed.alternatives[name] = state;
  }
  // What an ended step made of a path is on record: where it is another now, somebody else changed it.
  found.results.insert(paths_now.begin(), paths_now.end());
  return found;
}

base::Result<journal::Journal>
take_up(const effects::Effects& effects, const journal::Transaction& transaction, const journal::SystemState& now)
{
  CUDASETUP_TRY_ASSIGN(journal::Journal journal, journal::Journal::reopen(effects.target, effects.clock, transaction));
  if (was_cut_off(transaction)) {
    CUDASETUP_TRY(journal.changed(changes_by(transaction, now)));
    std::vector<std::string> paths;
    for (const journal::Original& original : transaction.originals) {
      if (!transaction.results.contains(original.path)) {
        paths.push_back(original.path);
      }
    }
    CUDASETUP_TRY(journal.results(paths));
  }
  return journal;
}

base::Result<journal::Journal>
open_journal(const effects::Effects& effects, const journal::Header& header, const journal::SystemState& state)
{
  if (const auto former = unfinished(effects)) {
    const bool same =
        former->verb == header.verb && former->arguments == header.arguments && !former->before.packages.empty();
    if (same || !former->outcome) {
      CUDASETUP_TRY_ASSIGN(journal::Journal journal, take_up(effects, *former, state));
      if (same) {
        effects.events.emit(effects::Notice{"going on with transaction " + former->id});
        return journal;
      }
      CUDASETUP_TRY(journal.ended(journal::Outcome::interrupted));
    }
  }
  CUDASETUP_TRY_ASSIGN(journal::Journal journal, journal::Journal::begin(effects.target, effects.clock, header));
  CUDASETUP_TRY(journal.state_before(state));
  return journal;
}

base::Result<void> end_as_done(const effects::Effects& effects, const ApplyOptions& options, const std::string& id)
{
  const Tools tools(effects, options.root, options.lock_timeout_seconds);
  CUDASETUP_TRY_ASSIGN(const std::shared_ptr<void> lock, take_lock(effects.target, tools));
  const auto former = unfinished(effects);
  if (!former || former->id != id) {
    return {};
  }
  CUDASETUP_TRY_ASSIGN(journal::Journal journal, take_up(effects, *former, read_system_state(effects.target)));
  return journal.ended(journal::Outcome::done);
}

} // namespace cudasetup::apply
