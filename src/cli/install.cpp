#include "apply/apply.hpp"
#include "cli/agreement.hpp"
#include "cli/enrolment.hpp"
#include "cli/host_overrides.hpp"
#include "cli/pipeline.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "cli/verification.hpp"
#include "host/os_support.hpp"
#include "probe/probe.hpp"
#include "render/shell.hpp"
#include "render/text.hpp"
#include "report/refusal.hpp"
#include "report/verification.hpp"

#include <algorithm>

namespace cudasetup::cli {

namespace {

using base::ErrorKind;

constexpr int k_refused = 1;

int show_refusal(const resolve::Refusal& refusal, const Options& options, Outside& outside)
{
  if (options.json == Switch::on) {
    outside.print(json::write(report::to_json(refusal, next_commands(options)), json::Layout::indented));
  } else {
    outside.console.insist(report::text_of(refusal, next_commands(options)));
  }
  return k_refused;
}

/// What is known of the request only from the command line: this machine can be changed, and somebody agrees.
base::Result<void> check_can_apply(const Options& options, const Outside& outside, const host::HostFacts& probed)
{
  if (names_another_machine(options.host, probed) || options.host.driver_present ||
      (options.host.wsl == Switch::on && !probed.wsl)) {
    return base::fail(
        base::make_error(ErrorKind::usage,
                         "--os, --arch, --wsl and --driver-present speak of another machine: that can only be planned")
            .with_hint("print the script instead", again(options, outside, {"--dry-run"})));
  }
  return {};
}

json::Value result_document(const Prepared& prepared,
                            const apply::Applied& applied,
                            const std::optional<verify::Verification>& verification,
                            const std::string& root)
{
  plan::Plan plan = prepared.plan;
  if (!applied.transaction.empty()) {
    plan.totals = applied.totals;
  }
  return json::Object{{"schema", "cudasetup.install/1"},
                      {"transaction", applied.transaction.empty() ? json::Value() : json::Value(applied.transaction)},
                      {"steps", std::uint64_t{applied.steps}},
                      {"plan", plan::to_json(plan, prepared.facts, root)},
                      {"verification", verification ? verify::to_json(*verification) : json::Value()}};
}

/// The reboot that loads the driver, as far as somebody agrees to it.
base::Result<int>
reboot(const Options& options, Outside& outside, effects::Processes& processes, const std::string& note)
{
  if (!note.empty()) {
    outside.console.say("For the reboot " + note);
  }
  const bool can_ask = outside.input_terminal == Terminal::yes && options.how.yes == Switch::off;
  const bool agreed = options.how.reboot == Reboot::yes ||
                      (options.how.reboot == Reboot::ask && can_ask && outside.ask("Reboot now, to load the driver?"));
  const base::Command command{{"reboot"}};
  if (!agreed) {
    return base::fail(base::make_error(ErrorKind::needs_reboot, "installed; the driver is loaded by a reboot")
                          .with_hint(note.empty() ? "reboot" : "reboot; " + note, base::Command{{"sudo", "reboot"}})
                          .with_hint("then verify, where the boot did not: history says",
                                     base::Command{{"sudo", "cudasetup", "resume"}}));
  }
  outside.console.say("Rebooting; what comes of it is then in `cudasetup history`");
  const auto done = processes.run(command);
  if (!done || done->status != 0) {
    return base::fail(base::make_error(ErrorKind::needs_reboot, "installed; the reboot could not be started")
                          .with_hint("reboot", base::Command{{"sudo", "reboot"}}));
  }
  return 0;
}

base::Result<int> finish(const Options& options,
                         Outside& outside,
                         const effects::Effects& effects,
                         const Prepared& prepared,
                         const apply::Applied& applied)
{
  CUDASETUP_TRY_ASSIGN(Diagnosis diagnosis, diagnose_machine(options, outside, effects));
  verify::VerifyRequest request = verification_after(prepared.plan, diagnosis.facts, options.host.root);
  learn(request, options, diagnosis);
  if (prepared.plan.resolution.driver.action != resolve::DriverAction::install) {
    // What will be wrong some day with a driver that was there is no fault of this installation.
    std::erase_if(request.findings,
                  [](const diagnose::Finding& finding) { return finding.blocks == diagnose::Blocks::later; });
  }
  outside.console.say("Verifying (this compiles small programs, and runs them)");
  const verify::Verification verification = with_typed(verify::verify(effects, diagnosis.facts, request), options);
  if (options.json == Switch::on) {
    outside.print(
        json::write(result_document(prepared, applied, verification, options.host.root), json::Layout::indented));
  } else {
    outside.print(report::text_of(verification));
  }
  if (verification.verdict == verify::Verdict::failed) {
    return base::fail(base::make_error(ErrorKind::unverified, "installed, but the verification failed")
                          .with_hint("see the failed check above; after mending it, verify again",
                                     at_place({"cudasetup", "verify"}, options)));
  }
  if (prepared.plan.totals.reboot && base::is_running_system(options.host.root)) {
    return reboot(options, outside, effects.processes, console_note(prepared));
  }
  return 0;
}

base::Result<int>
apply_plan(const Options& options, Outside& outside, const effects::Effects& effects, const Prepared& prepared)
{
  if (prepared.plan.steps.empty()) {
    std::string text = "Nothing to do: what was asked for is there.\n";
    for (const resolve::Reason& reason : prepared.plan.already) {
      text += "  " + reason.about + ": " + reason.text + "\n";
    }
    if (options.json == Switch::on) {
      outside.print(
          json::write(result_document(prepared, {}, std::nullopt, options.host.root), json::Layout::indented));
    } else {
      outside.print(text + "To prove it with a computation: " +
                    base::to_shell(at_place({"cudasetup", "verify"}, options)) + "\n");
    }
    return 0;
  }
  CUDASETUP_TRY(check_can_enrol(options, outside, effects.files, prepared));
  CUDASETUP_TRY(check_can_agree(options, outside));
  outside.console.say(render::to_text(prepared.plan, prepared.facts));
  CUDASETUP_TRY_ASSIGN(std::string password, enrolment_password(options, outside, effects.interrupts, prepared));
  const auto ask = [&](const plan::Plan& costed) {
    if (const std::string cost = render::cost_text(costed); cost != render::cost_text(prepared.plan)) {
      outside.console.say(cost);
    }
    return agree(options, outside, effects.interrupts, "Go ahead?");
  };
  apply::ApplyOptions how{options.host.root, options.how.lock_timeout_seconds, arguments_of(options)};
  how.new_password = std::move(password);
  CUDASETUP_TRY_ASSIGN(const apply::Applied applied, apply::apply(effects, prepared.plan, prepared.facts, how, ask));
  return finish(options, outside, effects, prepared, applied);
}

/// A file that cannot be written there is a wrong command line, whatever the system's reason; no space stays that.
base::Result<void> write_plan(const std::string& path, const std::string& text, unsigned mode, effects::Files& files)
{
  auto written = files.write(path, text, mode);
  if (written || written.error().kind == ErrorKind::no_space) {
    return written;
  }
  base::Error error = std::move(written).error();
  error.kind = ErrorKind::usage;
  error.message = "--output " + base::quote(path) + ": " + error.message;
  error.hints.clear();
  const std::string folder = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
  return base::fail(std::move(error).with_hint("see whether that folder is there and may be written to",
                                               base::Command{{"ls", "-ld", folder}}));
}

} // namespace

base::Result<int> run_install(const Options& options, Outside& outside)
{
  const effects::Effects effects = effects_of(options, outside);
  if (options.dry_run == Switch::off && outside.is_root) {
    CUDASETUP_TRY(check_places(options.host, effects.files));
    CUDASETUP_TRY(apply::wait_for_turn(effects, {options.host.root, options.how.lock_timeout_seconds}));
  }
  CUDASETUP_TRY_ASSIGN(auto outcome, prepare(options, outside, effects));
  if (const auto* refusal = std::get_if<resolve::Refusal>(&outcome)) {
    return show_refusal(*refusal, options, outside);
  }
  const Prepared& prepared = std::get<Prepared>(outcome);
  CUDASETUP_TRY(check_may_enrol(options, outside, prepared));
  if (options.dry_run == Switch::on) {
    outside.print(
        options.json == Switch::on
            ? json::write(plan::to_json(prepared.plan, prepared.facts, options.host.root), json::Layout::indented)
            : render::to_sh(prepared.plan, prepared.facts, options.host.root));
    return 0;
  }
  probe::ProbeOptions as_it_is;
  as_it_is.root = options.host.root;
  as_it_is.os_release_file = options.host.os_release_file;
  CUDASETUP_TRY(
      check_can_apply(options, outside, probe::probe(effects.files, effects.target, effects.processes, as_it_is)));
  if (!outside.is_root && !prepared.plan.steps.empty()) {
    return base::fail(base::make_error(ErrorKind::needs_root, "installing needs root; nothing was changed")
                          .with_hint("give the same command with sudo", again(options, outside, {})));
  }
  return apply_plan(options, outside, effects, prepared);
}

base::Result<int> run_plan(const Options& options, Outside& outside)
{
  constexpr int k_changes = 2;
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY_ASSIGN(auto outcome, prepare(options, outside, effects));
  if (const auto* refusal = std::get_if<resolve::Refusal>(&outcome)) {
    return show_refusal(*refusal, options, outside);
  }
  const Prepared& prepared = std::get<Prepared>(outcome);
  CUDASETUP_TRY(check_may_enrol(options, outside, prepared));
  const PlanFormat format = options.json == Switch::on ? PlanFormat::json : options.format;
  const std::string text =
      format == PlanFormat::json
          ? json::write(plan::to_json(prepared.plan, prepared.facts, options.host.root), json::Layout::indented)
      : format == PlanFormat::text ? render::to_text(prepared.plan, prepared.facts)
                                   : render::to_sh(prepared.plan, prepared.facts, options.host.root);
  if (options.output_file) {
    CUDASETUP_TRY(write_plan(*options.output_file, text, format == PlanFormat::sh ? 0755 : 0644, effects.files));
  } else {
    outside.print(text);
  }
  return options.detailed_exitcode == Switch::on && !prepared.plan.steps.empty() ? k_changes : 0;
}

} // namespace cudasetup::cli
