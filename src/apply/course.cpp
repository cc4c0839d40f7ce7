#include "apply/course.hpp"

#include "apply/system_state.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

using journal::Outcome;

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

Outcome outcome_of(const base::Result<void>& result)
{
  if (result) {
    return Outcome::done;
  }
  return result.error().kind == base::ErrorKind::interrupted ? Outcome::interrupted : Outcome::failed;
}

/// Whether a step runs programs, which alone change packages and alternatives.
bool runs_programs(const plan::Step& step)
{
  return std::any_of(step.actions.begin(), step.actions.end(), [](const plan::Action& action) {
    return std::holds_alternative<plan::Run>(action);
  });
}

} // namespace

base::Error interrupted(const std::string& where)
{
  return base::make_error(base::ErrorKind::interrupted, "stopped " + where + ", as asked")
      .with_hint("go on from what is there", base::Command{{"sudo", "cudasetup", "resume"}})
      .with_hint("or take back what was done", base::Command{{"sudo", "cudasetup", "undo"}});
}

Course::Course(Workbench& bench, journal::Journal& journal, journal::SystemState state)
    : m_bench(bench), m_journal(journal), m_state(std::move(state))
{
  m_bench.transaction = m_journal.id();
}

base::Result<void> Course::keep(const ChangedPath& changed)
{
  effects::Files& target = m_bench.effects.target;
  const std::string kept = journal::kept_tree(changed.path, m_journal.id());
  const auto status = target.status(changed.path, effects::FollowLinks::no);
  const bool is_directory = status && status->type == effects::FileType::directory;
  if (changed.former == Former::changed && is_directory && !m_journal.keeps(changed.path)) {
    // What a copy that was cut off left.
    CUDASETUP_TRY(target.remove(kept));
    CUDASETUP_TRY(m_bench.tools.run(base::Command{{"cp", "-a", "--reflink=auto", "-T", "--", changed.path, kept}}));
  }
  return m_journal.keep_original(changed.path, changed.extent, changed.former == Former::stays ? "" : kept);
}

base::Result<void> Course::keep_originals(const std::vector<plan::Step>& steps)
{
  for (const plan::Step& step : steps) {
    for (const plan::Action& action : step.actions) {
      for (const ChangedPath& changed : paths_changed_by(m_bench.effects.target, action)) {
        CUDASETUP_TRY(keep(changed));
      }
    }
  }
  return {};
}

base::Result<void> Course::perform_all(const plan::Step& step, std::vector<std::string>& touched)
{
  for (const plan::Action& action : step.actions) {
    if (step.interruptible == plan::Interruptible::yes && m_bench.effects.interrupts.count() > 0) {
      return base::fail(interrupted("in the step \"" + step.title + "\""));
    }
    for (const ChangedPath& changed : paths_changed_by(m_bench.effects.target, action)) {
      CUDASETUP_TRY(keep(changed));
      touched.push_back(changed.path);
    }
    CUDASETUP_TRY(perform(m_bench, action));
  }
  return {};
}

base::Result<void> Course::record(const plan::Step& step, const std::vector<std::string>& touched)
{
  CUDASETUP_TRY(m_journal.results(touched));
  if (runs_programs(step)) {
    journal::SystemState now = read_system_state(m_bench.effects.target);
    CUDASETUP_TRY(m_journal.changed(journal::changes_between(m_state, now)));
    m_state = std::move(now);
  }
  return {};
}

base::Result<void> Course::run_step(const plan::Step& step, std::size_t number, std::size_t count)
{
  using Shown = effects::StepEnded::Outcome;
  const effects::Effects& effects = m_bench.effects;
  const auto start = effects.clock.steady();
  CUDASETUP_TRY(m_journal.step_started(step));
  effects.events.emit(effects::StepStarted{number, count, step.id, step.title});
  std::vector<std::string> touched;
  auto result = perform_all(step, touched);
  const double seconds = seconds_since(effects.clock, start);
  auto recorded = record(step, touched);
  if (recorded) {
    recorded = m_journal.step_ended(step, outcome_of(result), seconds, result ? "" : result.error().message);
  }
  effects.events.emit(effects::StepEnded{step.id, result ? Shown::done : Shown::failed, seconds});
  if (!result) {
    return base::fail(and_unrecorded(std::move(result).error(), recorded).while_doing(step.title));
  }
  return recorded;
}

base::Result<void> Course::run_steps(const std::vector<plan::Step>& steps,
                                     std::size_t pause,
                                     const std::function<base::Result<void>()>& then)
{
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (m_bench.effects.interrupts.count() > 0) {
      return base::fail(interrupted("before the step \"" + steps[i].title + "\""));
    }
    if (i == pause) {
      CUDASETUP_TRY(then());
    }
    CUDASETUP_TRY(run_step(steps[i], i + 1, steps.size()));
  }
  return {};
}

base::Result<void>
Course::run(const std::vector<plan::Step>& steps, std::size_t pause, const std::function<base::Result<void>()>& then)
{
  auto result = run_steps(steps, pause, then);
  const Outcome outcome = outcome_of(result);
  auto recorded = m_journal.ended(outcome);
  if (result) {
    return recorded;
  }
  base::Error error = and_unrecorded(std::move(result).error(), recorded);
  if (outcome == Outcome::failed) {
    error.hints.push_back({"then go on from what is there", base::Command{{"sudo", "cudasetup", "resume"}}});
    error.hints.push_back({"or take back what was done", base::Command{{"sudo", "cudasetup", "undo"}}});
  }
  return base::fail(std::move(error));
}

} // namespace cudasetup::apply
