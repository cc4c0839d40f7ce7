#include "apply/undo.hpp"
#include "apply/standing.hpp"
#include "apply/take_up.hpp"
#include "apply/undo_plan.hpp"
#include "cli/agreement.hpp"
#include "cli/pipeline.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "render/shell.hpp"
#include "render/text.hpp"

#include <algorithm>

namespace cudasetup::cli {

namespace {

using base::ErrorKind;
using journal::Transaction;
using journal::Verb;

/// The asked transaction, or the newest that is not taken back yet; nullopt where there is none.
base::Result<std::optional<Transaction>> choose(effects::Files& target, const Options& options)
{
  const std::vector<std::string> ids = journal::transaction_ids(target);
  CUDASETUP_TRY_ASSIGN(const std::vector<Transaction> standing, apply::standing_transactions(target));
  const auto stands = [&](const std::string& id) {
    return std::any_of(standing.begin(), standing.end(), [&](const Transaction& each) { return each.id == id; });
  };
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    CUDASETUP_TRY_ASSIGN(Transaction transaction, journal::load_transaction(target, *id));
    const bool fits = options.subject.empty() ? stands(*id) : *id == options.subject;
    if (!fits) {
      continue;
    }
    if (!stands(*id)) {
      const std::string what = transaction.verb == Verb::undo ? " is an undo itself" : " was taken back already";
      return base::fail(base::make_error(ErrorKind::refused, "transaction " + *id + what)
                            .with_hint("see what was done", at_place({"cudasetup", "history"}, options)));
    }
    return transaction;
  }
  if (!options.subject.empty()) {
    return base::fail(base::make_error(ErrorKind::refused, "no transaction " + base::quote(options.subject))
                          .with_hint("see which there are", at_place({"cudasetup", "history"}, options)));
  }
  return std::nullopt;
}

/// What is not exact is only done where somebody said so.
base::Result<void> check_exact(const plan::UndoPlan& plan, const Options& options, const Outside& outside)
{
  if ((plan.lost.empty() && plan.left.empty()) || options.allow_inexact_undo == Switch::on) {
    return {};
  }
  base::Error error = base::make_error(
      ErrorKind::refused, "transaction " + plan.transaction + " cannot be taken back exactly; nothing was changed");
  for (const auto* reasons : {&plan.left, &plan.lost}) {
    for (const resolve::Reason& reason : *reasons) {
      error.details.push_back(reason.about + ": " + reason.text);
    }
  }
  return base::fail(
      std::move(error).with_hint("take back all the rest", again(options, outside, {"--allow-inexact-undo"})));
}

void show(const Options& options, Outside& outside, const plan::UndoPlan& plan, const std::string& done)
{
  if (options.json == Switch::on) {
    outside.print(json::write(plan::to_json(plan, options.host.root), json::Layout::indented));
  } else {
    outside.print(done);
  }
}

base::Result<int> undo(const Options& options, Outside& outside, const Transaction& transaction)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY_ASSIGN(const apply::UndoInput input, apply::look_for_undo(effects.target, transaction));
  const plan::UndoPlan plan = apply::plan_undo(input);
  const plan::UndoPlan shown = for_root(plan, options);
  if (options.dry_run == Switch::on) {
    show(options, outside, shown, render::to_sh(shown, options.host.root));
    return 0;
  }
  if (!outside.is_root) {
    return base::fail(base::make_error(ErrorKind::needs_root, "taking back needs root; nothing was changed")
                          .with_hint("give the same command with sudo", again(options, outside, {})));
  }
  CUDASETUP_TRY(check_exact(shown, options, outside));
  if (!plan.steps.empty()) {
    outside.console.say(render::to_text(shown));
  }
  CUDASETUP_TRY(agree(options, outside, effects.interrupts, "Take it back?"));
  const apply::ApplyOptions how{options.host.root, options.how.lock_timeout_seconds, arguments_of(options)};
  CUDASETUP_TRY(apply::undo(effects, transaction, plan, how));
  for (const resolve::Reason& reason : shown.stays) {
    outside.console.say(reason.about + " stays: " + reason.text);
  }
  show(options,
       outside,
       shown,
       plan.steps.empty() ? "Nothing to do: all of it is as it was before transaction " + transaction.id + ".\n"
                          : "Transaction " + transaction.id + " is taken back.\n");
  if (plan.reboot && base::is_running_system(options.host.root)) {
    return base::fail(base::make_error(ErrorKind::needs_reboot, "the driver that is loaded is no more installed")
                          .with_hint("reboot", base::Command{{"reboot"}}));
  }
  return 0;
}

} // namespace

base::Result<int> run_undo(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY(check_places(options.host, effects.files));
  if (options.dry_run == Switch::off && outside.is_root) {
    // What one that was killed left running may still change what is looked at.
    CUDASETUP_TRY(apply::wait_for_turn(effects, {options.host.root, options.how.lock_timeout_seconds}));
  }
  CUDASETUP_TRY_ASSIGN(const std::optional<Transaction> transaction, choose(effects.target, options));
  if (!transaction) {
    show(options, outside, {}, "Nothing to take back: cudasetup has changed nothing here, or all of it is undone.\n");
    return 0;
  }
  return undo(options, outside, *transaction);
}

} // namespace cudasetup::cli
