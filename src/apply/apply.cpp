#include "apply/apply.hpp"

#include "apply/after_boot.hpp"
#include "apply/ahead.hpp"
#include "apply/course.hpp"
#include "apply/keep_packages.hpp"
#include "apply/preflight.hpp"
#include "apply/simulate.hpp"
#include "apply/space.hpp"
#include "apply/superseded.hpp"
#include "apply/system_state.hpp"
#include "apply/take_up.hpp"
#include "base/text.hpp"
#include "fetch/unpack.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

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

base::Result<void> check_room(effects::Files& target,
                              const Tools& tools,
                              const plan::Plan& plan,
                              const std::optional<AptCost>& apt,
                              Zips zips,
                              Ahead* ahead = nullptr)
{
  std::vector<Need> more;
  if (ahead != nullptr) {
    CUDASETUP_TRY_ASSIGN(more, ahead->needs());
  }
  CUDASETUP_TRY_ASSIGN(std::vector<Need> needs,
                       needs_of(plan, target, apt, zips, ahead == nullptr ? std::string_view() : ahead->zip()));
  needs.insert(needs.end(), more.begin(), more.end());
  return check_space(target, tools, needs);
}

/// What a run that was cut off left of a tree under way takes the room that the tree needs.
base::Result<void> drop_half_unpacked(effects::Files& target, const plan::Plan& plan)
{
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      if (const auto* unpack = std::get_if<plan::Unpack>(&action)) {
        CUDASETUP_TRY(target.remove(unpack->to + std::string(fetch::k_new_suffix)));
      }
    }
  }
  return {};
}

/// A transaction on its way, and what is known of its cost.
struct Run {
  Workbench& bench;
  const plan::Plan& plan;
  std::optional<AptCost> apt = std::nullopt;
  plan::Totals totals = plan.totals;
  std::unique_ptr<Ahead> ahead = nullptr;

  base::Result<void> ask_apt()
  {
    CUDASETUP_TRY(fetch_for_simulation(bench, plan));
    CUDASETUP_TRY_ASSIGN(apt, simulate(bench.effects, bench.tools, *plan.simulation));
    return check_room(bench.effects.target, bench.tools, plan, apt, Zips::not_compared);
  }

  /// What can fail without a change to the system comes first: what apt would do, every file that is fetched, and of
  /// the one that is fetched ahead of its step, that it can be had and unpacked.
  base::Result<void> try_out()
  {
    if (plan.simulation && !apt) {
      CUDASETUP_TRY(ask_apt());
      if (!apt->removes.empty()) {
        bench.effects.events.emit(effects::Notice{"apt removes for what comes: " + base::join(apt->removes, ", ")});
      }
    }
    CUDASETUP_TRY(drop_half_unpacked(bench.effects.target, plan));
    ahead = Ahead::begin(bench, plan);
    CUDASETUP_TRY(fetch_for_steps(bench, plan));
    CUDASETUP_TRY(check_room(bench.effects.target, bench.tools, plan, apt, Zips::compared, ahead.get()));
    // The steps remove what was fetched.
    totals = costed().totals;
    return bench.tools.wait_for_dpkg();
  }

  plan::Plan costed() const
  {
    return with_known_costs(ahead ? ahead->with_size(plan) : plan, bench.effects.target, apt);
  }
  /// From here on what the steps replace is on record.
  void may_unpack()
  {
    if (ahead) {
      ahead->unpack();
    }
  }
};

/// Whether apt can be asked before anybody agreed: nothing has to be changed for it, nor gigabytes fetched.
bool can_ask_first(const plan::Plan& plan)
{
  return plan.simulation && plan.simulation->after.empty() && plan.simulation->local_installer.empty();
}

/// Packages that the steps name themselves: "cuda-keyring" of `dpkg -i /…/cuda-keyring_1.1-1_all.deb`, "cmake" of
/// `apt-get install … cmake`. What apt adds to them is known from the simulation on.
std::vector<std::string> packages_named(const plan::Plan& plan)
{
  std::vector<std::string> names;
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      const auto* run = std::get_if<plan::Run>(&action);
      if (run != nullptr && run->command.argv.size() > 2 && run->command.argv[0] == "dpkg" &&
          run->command.argv[1] == "-i") {
        const std::string& file = run->command.argv.back();
        const std::string name = file.substr(file.rfind('/') + 1);
        names.push_back(name.substr(0, name.find('_')));
      }
      if (run != nullptr && run->command.argv.size() > 2 && run->command.argv[0] == "apt-get" &&
          run->command.argv[1] == "install") {
        const std::vector<std::string>& words = run->command.argv;
        for (std::size_t at = 2; at < words.size(); ++at) {
          if (words[at] == "-o") {
            ++at;
          } else if (!words[at].starts_with('-')) {
            names.push_back(words[at].substr(0, words[at].find('=')));
          }
        }
      }
    }
  }
  return names;
}

/// Writes down what apt said it would do, and puts aside what it would replace.
base::Result<void> prepare_for(const std::optional<AptCost>& apt,
                               Workbench& bench,
                               journal::Journal& journal,
                               const journal::Packages& installed)
{
  if (!apt || apt->changes.empty()) {
    return {};
  }
  CUDASETUP_TRY(journal.intends(apt->changes));
  return keep_packages(bench.effects, bench.tools, journal, apt->changes, installed);
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
  CUDASETUP_TRY(check_before(facts));
  CUDASETUP_TRY(check_holds(plan, tools));
  CUDASETUP_TRY(check_destinations(effects.target, plan));
  CUDASETUP_TRY(check_cache(effects.target, tools));
  const bool asks_first = can_ask_first(plan);
  if (!asks_first) {
    CUDASETUP_TRY(check_room(effects.target, tools, plan, std::nullopt, Zips::not_compared));
    CUDASETUP_TRY(agree(with_known_costs(plan, effects.target, std::nullopt)));
  }
  CUDASETUP_TRY_ASSIGN(const std::shared_ptr<void> lock, take_lock(effects.target, tools));
  CUDASETUP_TRY_ASSIGN(journal::KnownDigests digests, load_digests(effects.target, tools));
  Workbench bench{effects, tools, digests};
  bench.new_password = options.new_password;
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
  const journal::SystemState state = read_system_state(effects.target);
  const journal::Header header{options.verb, options.arguments, "", plan::to_json(run.costed(), facts, options.root)};
  CUDASETUP_TRY_ASSIGN(journal::Journal journal, open_journal(effects, header, state));
  CUDASETUP_TRY(journal.intends(packages_named(plan)));
  if (plan.totals.reboot && base::is_running_system(options.root)) {
    CUDASETUP_TRY(journal.awaits_boot(boot_id(effects.files)));
  }
  Course course(bench, journal, state);
  CUDASETUP_TRY(course.keep_originals(plan.steps));
  run.may_unpack();
  CUDASETUP_TRY(prepare_for(run.apt, bench, journal, state.packages));
  const std::size_t pause = steps_before_simulation(plan);
  const auto try_out_late = [&]() -> base::Result<void> {
    if (pause == 0) {
      return {};
    }
    if (auto late = run.try_out(); !late) {
      return base::fail(std::move(late).error().while_doing("trying out the rest; all that was changed is by \"" +
                                                            plan.steps[pause - 1].title + "\""));
    }
    run.may_unpack();
    return prepare_for(run.apt, bench, journal, state.packages);
  };
  CUDASETUP_TRY(course.run(plan.steps, pause, try_out_late));
  drop_superseded(effects, journal.id());
  return Applied{journal.id(), plan.steps.size(), run.totals};
}

} // namespace cudasetup::apply
