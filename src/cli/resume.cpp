#include "apply/after_boot.hpp"
#include "apply/standing.hpp"
#include "apply/take_up.hpp"
#include "cli/pipeline.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "cli/verification.hpp"
#include "report/verification.hpp"

#include <algorithm>

namespace cudasetup::cli {

namespace {

using base::ErrorKind;
using journal::Transaction;
using journal::Verb;

/// The options of the command line that a transaction was begun with, for the system in which it was found: that may
/// lie elsewhere now, or have been called another name from within.
base::Result<Options> options_of(const Transaction& transaction, const Options& options, Outside& outside)
{
  std::vector<std::string> words = {std::string(journal::name_of(transaction.verb))};
  for (auto word = transaction.arguments.begin(); word != transaction.arguments.end(); ++word) {
    if (*word != "--root") {
      words.push_back(*word);
    } else if (std::next(word) != transaction.arguments.end()) {
      ++word;
    }
  }
  if (!base::is_running_system(options.host.root)) {
    words.insert(words.end(), {"--root", options.host.root});
  }
  words.emplace_back("--yes");
  CUDASETUP_TRY_ASSIGN(Parsed parsed, parse_options(words, outside.environment, outside.error_terminal));
  parsed.options->arguments = words;
  parsed.options->style = options.style;
  parsed.options->json = options.json;
  parsed.options->dry_run = options.dry_run;
  parsed.options->how.enrolment.password_fd = options.how.enrolment.password_fd;
  // What is said now counts more than what was said at the beginning.
  effects::NetworkLimits& limits = parsed.options->how.network;
  const effects::NetworkLimits& now = options.how.network;
  const std::vector<std::string>& said = options.typed.how;
  limits.connections =
      std::find(said.begin(), said.end(), "--jobs") != said.end() ? now.connections : limits.connections;
  limits.bytes_per_second = now.bytes_per_second ? now.bytes_per_second : limits.bytes_per_second;
  return *std::move(parsed.options);
}

/// The newest transaction that needs a boot and was not taken back, where that boot's verification is still to come.
base::Result<std::optional<Transaction>> awaiting(effects::Files& target)
{
  CUDASETUP_TRY_ASSIGN(std::vector<Transaction> standing, apply::standing_transactions(target));
  const auto newest = std::find_if(
      standing.rbegin(), standing.rend(), [](const Transaction& transaction) { return !transaction.boot.empty(); });
  return newest != standing.rend() && newest->awaits_boot() ? std::optional<Transaction>(std::move(*newest))
                                                            : std::nullopt;
}

/// What the transaction was to make of the machine, to be verified now that it has started anew; all that is there
/// where the same request cannot be met any more.
verify::VerifyRequest verification_of(const std::variant<Prepared, resolve::Refusal>& outcome)
{
  if (const auto* prepared = std::get_if<Prepared>(&outcome)) {
    plan::Plan plan = prepared->plan;
    plan.totals.reboot = false;
    return verification_after(plan, prepared->facts, "");
  }
  verify::VerifyRequest all;
  all.work_directory = work_directory(true, "");
  return all;
}

/// Verifies after the boot that @p transaction awaited.
base::Result<int> after_boot(const Options& options, Outside& outside, const Transaction& transaction)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  if (apply::boot_id(effects.files) == transaction.boot) {
    return base::fail(
        base::make_error(ErrorKind::needs_reboot,
                         "transaction " + transaction.id + " is complete, but for the reboot that loads its driver")
            .with_hint("reboot; it is verified then", base::Command{{"sudo", "reboot"}}));
  }
  if (options.dry_run == Switch::on) {
    outside.print("Nothing to go on with: what transaction " + transaction.id +
                  " installed would be verified, now that the machine has started anew.\n");
    return 0;
  }
  // Gone before anything can fail, so that no later boot tries again.
  if (outside.is_root) {
    apply::drop_after_boot_unit(effects.target);
  }
  CUDASETUP_TRY_ASSIGN(const Options first, options_of(transaction, options, outside));
  CUDASETUP_TRY_ASSIGN(const auto outcome, prepare(first, outside, effects));
  outside.console.say("Verifying what transaction " + transaction.id + " installed, after the reboot");
  verify::VerifyRequest request = verification_of(outcome);
  CUDASETUP_TRY_ASSIGN(Diagnosis diagnosis, diagnose_machine(first, outside, effects));
  learn(request, first, diagnosis);
  const verify::Verification verification = with_typed(verify::verify(effects, diagnosis.facts, request), options);
  outside.print(options.json == Switch::on ? json::write(verify::to_json(verification), json::Layout::indented)
                                           : report::text_of(verification));
  CUDASETUP_TRY(apply::end_after_boot(
      effects, transaction, verify::name_of(verification.verdict), {"", options.how.lock_timeout_seconds}));
  return verification.verdict == verify::Verdict::failed ? base::exit_status(ErrorKind::unverified) : 0;
}

base::Result<int> nothing(const Options& options, Outside& outside)
{
  if (outside.is_root && options.dry_run == Switch::off) {
    apply::drop_after_boot_unit(outside.effects_for(options.host.root).target);
  }
  if (options.json == Switch::on) {
    const json::Object document = {{"schema", "cudasetup.resume/1"}, {"transaction", nullptr}};
    outside.print(json::write(json::Value(document), json::Layout::indented));
  } else {
    outside.print("Nothing to go on with: the last transaction is complete.\n");
  }
  return 0;
}

/// Goes on with an installation, a repair or an uninstallation.
base::Result<int> go_on(const Transaction& transaction, const Options& first, Outside& outside)
{
  switch (transaction.verb) {
  case Verb::repair:
    return run_repair(first, outside);
  case Verb::uninstall:
    return run_uninstall(first, outside);
  default:
    return run_install(first, outside);
  }
}

} // namespace

base::Result<int> run_resume(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY(check_places(options.host, effects.files));
  CUDASETUP_TRY_ASSIGN(const std::optional<Transaction> last, apply::last_transaction(effects.target));
  if (!last || last->is_done() || options.after_boot == Switch::on) {
    CUDASETUP_TRY_ASSIGN(const std::optional<Transaction> waits, awaiting(effects.target));
    return waits ? after_boot(options, outside, *waits) : nothing(options, outside);
  }
  if (last->verb == Verb::undo) {
    Options undo_options = options;
    undo_options.subject = last->of;
    undo_options.how.yes = Switch::on;
    undo_options.allow_inexact_undo = Switch::on;
    return run_undo(undo_options, outside);
  }
  CUDASETUP_TRY_ASSIGN(const Options first, options_of(*last, options, outside));
  CUDASETUP_TRY_ASSIGN(const int status, go_on(*last, first, outside));
  if (status == 0 && options.dry_run == Switch::off && outside.is_root) {
    // Where nothing was left to do, nothing has ended it yet. The effects of before are no longer valid.
    CUDASETUP_TRY(apply::end_as_done(
        outside.effects_for(options.host.root), {options.host.root, options.how.lock_timeout_seconds}, last->id));
  }
  return status;
}

} // namespace cudasetup::cli
