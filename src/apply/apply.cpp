#include "apply/apply.hpp"

#include "apply/actions.hpp"
#include "apply/preflight.hpp"
#include "apply/simulate.hpp"
#include "apply/space.hpp"
#include "base/text.hpp"
#include "journal/journal.hpp"

namespace cudasetup::apply {

namespace {

base::Error interrupted(const std::string& where)
{
  return base::make_error(base::ErrorKind::interrupted, "stopped " + where + ", as asked")
      .with_hint("give the same command again: it goes on from what is there");
}

double seconds_since(effects::Clock& clock, std::chrono::steady_clock::time_point start)
{
  return std::chrono::duration<double>(clock.steady() - start).count();
}

/// @p error with a word about the journal, where that could not be written either.
base::Error&& and_unrecorded(base::Error&& error, const base::Result<void>& recorded)
{
  if (!recorded) {
    error.details.push_back("and the journal could not be written: " + recorded.error().message);
  }
  return std::move(error);
}

base::Result<void> perform_all(Workbench& bench, journal::Journal& journal, const plan::Step& step)
{
  for (const plan::Action& action : step.actions) {
    if (step.interruptible == plan::Interruptible::yes && bench.effects.interrupts.count() > 0) {
      return base::fail(interrupted("in the step \"" + step.title + "\""));
    }
    for (const std::string& path : paths_changed_by(bench.effects.target, action)) {
      CUDASETUP_TRY(journal.keep_original(path));
    }
    CUDASETUP_TRY(perform(bench, action));
  }
  return {};
}

journal::Outcome outcome_of(const base::Result<void>& result)
{
  if (result) {
    return journal::Outcome::done;
  }
  return result.error().kind == base::ErrorKind::interrupted ? journal::Outcome::interrupted : journal::Outcome::failed;
}

base::Result<void>
run_step(Workbench& bench, journal::Journal& journal, const plan::Step& step, std::size_t number, std::size_t count)
{
  using Outcome = effects::StepEnded::Outcome;
  const auto start = bench.effects.clock.steady();
  CUDASETUP_TRY(journal.step_started(step));
  bench.effects.events.emit(effects::StepStarted{number, count, step.id, step.title});
  auto result = perform_all(bench, journal, step);
  const double seconds = seconds_since(bench.effects.clock, start);
  auto recorded = journal.step_ended(step, outcome_of(result), seconds, result ? "" : result.error().message);
  bench.effects.events.emit(effects::StepEnded{step.id, result ? Outcome::done : Outcome::failed, seconds});
  if (!result) {
    return base::fail(and_unrecorded(std::move(result).error(), recorded).while_doing(step.title));
  }
  return recorded;
}

/// How many steps come before the simulation: those that let it fetch what it needs.
std::size_t steps_before_simulation(const plan::Plan& plan)
{
  for (std::size_t i = 0; plan.simulation && !plan.simulation->after.empty() && i < plan.steps.size(); ++i) {
    if (plan.steps[i].id == plan.simulation->after) {
      return i + 1;
    }
  }
  return 0;
}

base::Result<void>
check_room(effects::Files& target, const Tools& tools, const plan::Plan& plan, const std::optional<AptCost>& apt)
{
  CUDASETUP_TRY_ASSIGN(const std::vector<Need> needs, needs_of(plan, target, apt));
  return check_space(target, tools, needs);
}

/// A transaction on its way, and what is known of its cost.
struct Run {
  Workbench& bench;
  const plan::Plan& plan;
  std::optional<AptCost> apt = std::nullopt;

  plan::Totals totals = plan.totals;

  base::Result<void> ask_apt()
  {
    CUDASETUP_TRY(fetch_for_simulation(bench, plan));
    CUDASETUP_TRY_ASSIGN(apt, simulate(bench.effects, bench.tools, *plan.simulation));
    return check_room(bench.effects.target, bench.tools, plan, apt);
  }

  /// What can fail without a change to the system comes first: what apt would do, and every file that is fetched.
  base::Result<void> try_out()
  {
    if (plan.simulation && !apt) {
      CUDASETUP_TRY(ask_apt());
    }
    CUDASETUP_TRY(fetch_for_steps(bench, plan));
    CUDASETUP_TRY(check_room(bench.effects.target, bench.tools, plan, apt));
    // The steps remove what was fetched.
    totals = costed().totals;
    return bench.tools.wait_for_dpkg();
  }

  plan::Plan costed() const { return with_known_costs(plan, bench.effects.target, apt); }
};

/// Whether apt can be asked before anybody agreed: nothing has to be changed for it, nor gigabytes fetched.
bool can_ask_first(const plan::Plan& plan)
{
  return plan.simulation && plan.simulation->after.empty() && plan.simulation->local_installer.empty();
}

base::Result<void> run_step_at(Run& run, journal::Journal& journal, std::size_t index)
{
  const plan::Step& step = run.plan.steps[index];
  if (run.bench.effects.interrupts.count() > 0) {
    return base::fail(interrupted("before the step \"" + step.title + "\""));
  }
  if (index > 0 && index == steps_before_simulation(run.plan)) {
    if (auto tried = run.try_out(); !tried) {
      return base::fail(std::move(tried).error().while_doing("trying out the rest; all that was changed is by \"" +
                                                             run.plan.steps[index - 1].title + "\""));
    }
  }
  return run_step(run.bench, journal, step, index + 1, run.plan.steps.size());
}

base::Result<void> run_steps(Run& run, journal::Journal& journal)
{
  for (std::size_t i = 0; i < run.plan.steps.size(); ++i) {
    auto result = run_step_at(run, journal, i);
    if (!result) {
      const journal::Outcome outcome = outcome_of(result);
      base::Error error = and_unrecorded(std::move(result).error(), journal.ended(outcome));
      if (outcome == journal::Outcome::failed) {
        error.hints.push_back({"then give the same command again: it goes on from what is there", std::nullopt});
      }
      return base::fail(std::move(error));
    }
  }
  return journal.ended(journal::Outcome::done);
}

base::Result<journal::KnownDigests> load_digests(effects::Files& target, const Tools& tools)
{
  auto digests = journal::KnownDigests::load(target);
  if (!digests) {
    return base::fail(std::move(digests).error().with_hint(
        "if you did not change it, remove it: those files are then trusted anew",
        tools.outside(base::Command{{"rm", std::string(journal::k_digests_file)}})));
  }
  return digests;
}

} // namespace

base::Result<void> wait_for_turn(const effects::Effects& effects, const ApplyOptions& options)
{
  return Tools(effects, options.root, options.lock_timeout_seconds).wait_for_turn();
}

base::Result<Applied> apply(const effects::Effects& effects,
                            const plan::Plan& plan,
                            const host::HostFacts& facts,
                            const ApplyOptions& options,
                            const Agree& agree)
{
  if (plan.steps.empty()) {
    return Applied{};
  }
  Tools tools(effects, options.root, options.lock_timeout_seconds);
  CUDASETUP_TRY(check_before(facts, tools));
  CUDASETUP_TRY(check_destinations(effects.target, plan));
  const bool asks_first = can_ask_first(plan);
  if (!asks_first) {
    CUDASETUP_TRY(check_room(effects.target, tools, plan, std::nullopt));
    CUDASETUP_TRY(agree(with_known_costs(plan, effects.target, std::nullopt)));
  }
  CUDASETUP_TRY_ASSIGN(const std::shared_ptr<void> lock, take_lock(effects.target, tools));
  CUDASETUP_TRY_ASSIGN(journal::KnownDigests digests, load_digests(effects.target, tools));
  Workbench bench{effects, tools, digests};
  Run run{bench, plan};
  if (asks_first) {
    CUDASETUP_TRY(run.ask_apt());
    CUDASETUP_TRY(agree(run.costed()));
  }
  if (steps_before_simulation(plan) == 0) {
    CUDASETUP_TRY(run.try_out());
  }
  if (effects.interrupts.count() > 0) {
    return base::fail(interrupted("before the first change"));
  }
  CUDASETUP_TRY_ASSIGN(
      journal::Journal journal,
      journal::Journal::begin(effects.target, effects.clock, plan::to_json(run.costed(), facts, options.root)));
  CUDASETUP_TRY(run_steps(run, journal));
  return Applied{journal.id(), plan.steps.size(), run.totals};
}

} // namespace cudasetup::apply
