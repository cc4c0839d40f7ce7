#include "apply/uninstall.hpp"
#include "apply/uninstall_plan.hpp"
#include "cli/agreement.hpp"
#include "cli/pipeline.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "probe/probe.hpp"
#include "render/shell.hpp"
#include "render/text.hpp"

namespace cudasetup::cli {

namespace {

using base::ErrorKind;

host::HostFacts what_is_there(const Options& options, const effects::Effects& effects, bool is_root)
{
  probe::ProbeOptions look;
  look.root = options.host.root;
  look.privilege = is_root ? probe::Privilege::root : probe::Privilege::user;
  return probe::probe(effects.files, effects.target, effects.processes, look);
}

void show(const Options& options,
          Outside& outside,
          const plan::UninstallPlan& plan,
          const std::string& transaction,
          const std::string& text)
{
  if (options.json == Switch::on) {
    outside.print(json::write(plan::to_json(plan, options.host.root, transaction), json::Layout::indented));
  } else {
    outside.print(text);
  }
}

std::string nothing_there(const plan::UninstallPlan& plan)
{
  std::string text = "Nothing to uninstall: nothing of it is there.\n";
  for (const resolve::Reason& reason : plan.left) {
    text += "  " + reason.about + ": " + reason.text + "\n";
  }
  return text;
}

base::Result<int> carry_out(const Options& options,
                            Outside& outside,
                            const effects::Effects& effects,
                            const journal::SystemState& seen,
                            const plan::UninstallPlan& plan)
{
  plan::UninstallPlan shown = for_root(plan, options);
  const auto ask = [&](const plan::UninstallPlan& known) {
    shown = for_root(known, options);
    outside.console.say(render::to_text(shown));
    return agree(options, outside, effects.interrupts, "Uninstall it?");
  };
  const apply::ApplyOptions how{options.host.root, options.how.lock_timeout_seconds, arguments_of(options)};
  const plan::Trace trace = options.no_undo == Switch::on ? plan::Trace::noted : plan::Trace::kept;
  CUDASETUP_TRY_ASSIGN(const apply::Applied applied, apply::uninstall(effects, plan, seen, trace, how, ask));
  const std::string back =
      options.no_undo == Switch::on
          ? "Uninstalled.\n"
          : "Uninstalled. What undo needs is kept; to bring it back: " +
                base::to_shell(at_place({"sudo", "cudasetup", "undo", applied.transaction}, options)) + "\n";
  show(options, outside, shown, applied.transaction, back);
  if (plan.reboot && base::is_running_system(options.host.root)) {
    return base::fail(base::make_error(ErrorKind::needs_reboot, "the driver that is loaded is no more installed")
                          .with_hint("reboot", base::Command{{"reboot"}}));
  }
  return 0;
}

} // namespace

base::Result<int> run_uninstall(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY(check_places(options.host, effects.files));
  if (options.dry_run == Switch::off && outside.is_root) {
    CUDASETUP_TRY(apply::wait_for_turn(effects, {options.host.root, options.how.lock_timeout_seconds}));
  }
  CUDASETUP_TRY_ASSIGN(
      apply::UninstallInput input,
      apply::look_for_uninstall(
          effects.target, what_is_there(options, effects, outside.is_root), options.uninstall, arguments_of(options)));
  input.trace = options.no_undo == Switch::on ? plan::Trace::noted : plan::Trace::kept;
  input.lock_timeout_seconds = options.how.lock_timeout_seconds;
  const plan::UninstallPlan plan = apply::plan_uninstall(input);
  if (options.dry_run == Switch::on) {
    const plan::UninstallPlan shown = for_root(plan, options);
    show(options, outside, shown, "", render::to_sh(shown, options.host.root));
    return 0;
  }
  if (plan.steps.empty()) {
    const plan::UninstallPlan shown = for_root(plan, options);
    show(options, outside, shown, "", nothing_there(shown));
    return 0;
  }
  if (!outside.is_root) {
    return base::fail(base::make_error(ErrorKind::needs_root, "uninstalling needs root; nothing was changed")
                          .with_hint("give the same command with sudo", again(options, outside, {})));
  }
  return carry_out(options, outside, effects, input.now, plan);
}

} // namespace cudasetup::cli
