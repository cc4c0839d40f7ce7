#include "apply/apply.hpp"
#include "base/text.hpp"
#include "cli/agreement.hpp"
#include "cli/pipeline.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "plan/source_faults.hpp"
#include "render/shell.hpp"
#include "render/text.hpp"
#include "resolve/target.hpp"

namespace cudasetup::cli {

namespace {

using base::ErrorKind;

base::Result<void> check_subject(const Options& options)
{
  if (options.subject == "repo") {
    return {};
  }
  return base::fail(
      base::make_error(ErrorKind::usage, "repair " + base::quote(options.subject) + ": it can repair repo alone")
          .with_hint("see what is wrong", at_place({"cudasetup", "repair", "repo", "--dry-run"}, options)));
}

void show(const Options& options,
          Outside& outside,
          const Prepared& prepared,
          const apply::Applied& applied,
          const std::string& text)
{
  if (options.json == Switch::off) {
    outside.print(text);
    return;
  }
  const json::Object document = {
      {"schema", "cudasetup.repair/1"},
      {"transaction", applied.transaction.empty() ? json::Value() : json::Value(applied.transaction)},
      {"steps", std::uint64_t{applied.steps}},
      {"plan", plan::to_json(prepared.plan, prepared.facts, options.host.root)}};
  outside.print(json::write(json::Value(document), json::Layout::indented));
}

base::Result<Prepared> prepare_repair(const Options& options, const Outside& outside, const effects::Effects& effects)
{
  Prepared prepared;
  CUDASETUP_TRY_ASSIGN(manifest::Manifest manifest, load_manifest(options.how, effects.files));
  prepared.manifest = std::make_unique<manifest::Manifest>(std::move(manifest));
  CUDASETUP_TRY_ASSIGN(prepared.facts, find_facts(options, *prepared.manifest, effects, outside.is_root));
  const resolve::Target target = resolve::find_target(*prepared.manifest, prepared.facts);
  prepared.plan =
      plan::make_repair_plan(plan::machine_of(target), prepared.facts, settings_of(options, *prepared.manifest));
  return prepared;
}

/// What only a person can mend is said also where there is nothing else.
std::string nothing_to_do(const plan::Plan& plan)
{
  std::string text = "Nothing to do: nothing is wrong with apt's sources and keys of NVIDIA's";
  text += plan.resolution.cautions.empty() ? ".\n" : " that can be mended here.\n";
  for (const resolve::Reason& caution : plan.resolution.cautions) {
    text += "  " + base::printable(caution.about + ": " + caution.text) + "\n";
  }
  return text;
}

} // namespace

base::Result<int> run_repair(const Options& options, Outside& outside)
{
  CUDASETUP_TRY(check_subject(options));
  const effects::Effects effects = effects_of(options, outside);
  const apply::ApplyOptions how{
      options.host.root, options.how.lock_timeout_seconds, arguments_of(options), journal::Verb::repair};
  if (options.dry_run == Switch::off && outside.is_root) {
    CUDASETUP_TRY(check_places(options.host, effects.files));
    CUDASETUP_TRY(apply::wait_for_turn(effects, how));
  }
  CUDASETUP_TRY_ASSIGN(const Prepared prepared, prepare_repair(options, outside, effects));
  const plan::Plan& plan = prepared.plan;
  if (options.dry_run == Switch::on) {
    outside.print(options.json == Switch::on
                      ? json::write(plan::to_json(plan, prepared.facts, options.host.root), json::Layout::indented)
                      : render::to_sh(plan, prepared.facts, options.host.root));
    return 0;
  }
  if (plan.steps.empty()) {
    show(options, outside, prepared, {}, nothing_to_do(plan));
    return 0;
  }
  if (!outside.is_root) {
    return base::fail(base::make_error(ErrorKind::needs_root, "mending needs root; nothing was changed")
                          .with_hint("give the same command with sudo", again(options, outside, {})));
  }
  outside.console.say(render::to_text(plan, prepared.facts));
  const auto ask = [&](const plan::Plan&) { return agree(options, outside, effects.interrupts, "Mend it?"); };
  CUDASETUP_TRY_ASSIGN(const apply::Applied applied, apply::apply(effects, plan, prepared.facts, how, ask));
  show(options,
       outside,
       prepared,
       applied,
       "Apt's sources and keys of NVIDIA's are mended. To take it back: " +
           base::to_shell(at_place({"sudo", "cudasetup", "undo", applied.transaction}, options)) + "\n");
  return 0;
}

} // namespace cudasetup::cli
