#include "apply/undo.hpp"

#include "apply/course.hpp"
#include "apply/preflight.hpp"
#include "apply/system_state.hpp"
#include "apply/take_up.hpp"
#include "apply/undo_plan.hpp"

namespace cudasetup::apply {

namespace {

/// Whether the plan is still the one that what is there asks for: between the look and the lock others may have been at
/// work.
base::Result<void> check_still_so(effects::Files& target,
                                  const journal::Transaction& transaction,
                                  const plan::UndoPlan& plan,
                                  const ApplyOptions& options)
{
  CUDASETUP_TRY_ASSIGN(const UndoInput input, look_for_undo(target, transaction));
  const auto text = [&](const plan::UndoPlan& each) {
    return json::write(plan::to_json(each, options.root), json::Layout::compact);
  };
  if (text(plan_undo(input)) == text(plan)) {
    return {};
  }
  return base::fail(
      base::make_error(base::ErrorKind::busy, "what was to be taken back has changed meanwhile; nothing was done")
          .with_hint("look again", base::Command{{"sudo", "cudasetup", "undo", transaction.id}}));
}

} // namespace

base::Result<Applied> undo(const effects::Effects& effects,
                           const journal::Transaction& transaction,
                           const plan::UndoPlan& plan,
                           const ApplyOptions& options)
{
  Tools tools(effects, options.root, options.lock_timeout_seconds);
  CUDASETUP_TRY_ASSIGN(const std::shared_ptr<void> lock, take_lock(effects.target, tools));
  CUDASETUP_TRY(tools.wait_for_dpkg());
  CUDASETUP_TRY(check_still_so(effects.target, transaction, plan, options));
  const journal::SystemState state = read_system_state(effects.target);
  if (!transaction.outcome) {
    CUDASETUP_TRY_ASSIGN(journal::Journal journal, take_up(effects, transaction, state));
    CUDASETUP_TRY(journal.ended(journal::Outcome::interrupted));
  }
  const journal::Header header{
      journal::Verb::undo, options.arguments, transaction.id, plan::to_json(plan, options.root)};
  CUDASETUP_TRY_ASSIGN(journal::Journal journal, journal::Journal::begin(effects.target, effects.clock, header));
  journal::KnownDigests digests;
  Workbench bench{effects, tools, digests};
  Course course(bench, journal, state);
  CUDASETUP_TRY(course.run(plan.steps, plan.steps.size(), [] { return base::Result<void>{}; }));
  return Applied{journal.id(), plan.steps.size()};
}

} // namespace cudasetup::apply
