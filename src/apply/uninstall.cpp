#include "apply/uninstall.hpp"

#include "apply/apt_simulation.hpp"
#include "apply/course.hpp"
#include "apply/keep_packages.hpp"
#include "apply/preflight.hpp"
#include "apply/space.hpp"
#include "apply/superseded.hpp"
#include "apply/system_state.hpp"
#include "apply/take_up.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

std::vector<std::string> with(std::vector<std::string> argv, const std::vector<std::string>& more)
{
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

/// Whether apt would remove these packages and nothing else. Where dpkg was cut off, apt still counts on packages that
/// dpkg knows to be gone: those are not in @p installed.
base::Result<void> ask_apt(Tools& tools, const plan::UninstallPlan& plan, const journal::Packages& installed)
{
  if (plan.packages.empty()) {
    return {};
  }
  CUDASETUP_TRY_ASSIGN(const std::string output,
                       tools.run(base::Command{with({"apt-get", "--simulate", "purge"}, plan.packages)}));
  const AptSimulation simulated = parse_simulation(output);
  std::vector<std::string> others;
  for (const std::string& name : simulated.removals) {
    const bool is_meant = std::find(plan.packages.begin(), plan.packages.end(), name) != plan.packages.end();
    if (!is_meant && installed.contains(name)) {
      others.push_back(name);
    }
  }
  for (const auto& [name, version] : simulated.installs) {
    others.push_back(name + " (which would come)");
  }
  if (others.empty()) {
    return {};
  }
  return base::fail(
      base::make_error(base::ErrorKind::packages,
                       "apt would change other packages with these: " + base::join(others, " ") +
                           "; nothing was changed")
          .with_hint("see what apt says",
                     tools.outside(base::Command{with({"apt-get", "--simulate", "purge"}, plan.packages)})));
}

/// Packages and versions, as `apt-get download` takes them.
std::vector<std::string> exact_texts(const std::vector<std::string>& names, const journal::Packages& installed)
{
  std::vector<std::string> texts;
  for (const std::string& name : names) {
    texts.push_back(name + "=" + installed.at(name).version);
  }
  return texts;
}

/// Those of the packages whose very version an archive, or apt's own downloads, still has.
base::Result<std::vector<std::string>> obtainable(effects::Files& target,
                                                  Tools& tools,
                                                  const std::vector<std::string>& names,
                                                  const journal::Packages& installed)
{
  // "  cuda-nvcc-12-4 | 12.4.131-1 | https://… Packages"
  CUDASETUP_TRY_ASSIGN(const std::string output, tools.run(base::Command{with({"apt-cache", "madison"}, names)}));
  std::set<std::pair<std::string, std::string>> known;
  for (const std::string_view line : base::lines(output)) {
    const std::vector<std::string_view> parts = base::split(line, '|');
    if (parts.size() >= 3 && parts[2].find(" Packages") != std::string_view::npos) {
      known.emplace(base::trim(parts[0]), base::trim(parts[1]));
    }
  }
  std::vector<std::string> found;
  for (const std::string& name : names) {
    const std::string& version = installed.at(name).version;
    const bool is_known = known.contains({name, version}) || known.contains({name.substr(0, name.find(':')), version});
    if (is_known || is_in_archives(target, name, version)) {
      found.push_back(name);
    }
  }
  return found;
}

/// Fetches the installers that apt does not have yet, all at once. Which came is seen by looking.
base::Result<void> fetch_installers(const effects::Effects& effects,
                                    Tools& tools,
                                    const std::string& transaction,
                                    const std::vector<std::string>& names,
                                    const journal::Packages& installed)
{
  const std::string directory = journal::originals_directory(transaction) + "/packages";
  CUDASETUP_TRY(effects.target.make_directories(journal::originals_directory(transaction), 0700));
  CUDASETUP_TRY(effects.target.make_directories(directory, 0700));
  std::vector<std::string> missing = names;
  std::erase_if(missing, [&](const std::string& name) {
    const std::string& version = installed.at(name).version;
    return is_in_archives(effects.target, name, version) || is_kept(effects.target, transaction, name, version);
  });
  if (missing.empty()) {
    return {};
  }
  const base::Command command{with({"env", "-C", directory, "apt-get", "download", "-o", "APT::Sandbox::User=root"},
                                   exact_texts(missing, installed))};
  CUDASETUP_TRY_ASSIGN(const Tools::Ended ended, tools.try_run(command));
  if (ended.error) {
    effects.events.emit(effects::Notice{"not all installers could be had for undo: " + ended.error->message});
  }
  return {};
}

/// An uninstallation on its way.
class Uninstalling {
public:
  Uninstalling(const effects::Effects& effects, Tools& tools, plan::UninstallPlan& plan)
      : m_effects(effects), m_tools(tools), m_plan(plan), m_state(read_system_state(effects.target))
  {
    std::copy_if(plan.packages.begin(), plan.packages.end(), std::back_inserter(m_there), [&](const std::string& name) {
      const auto found = m_state.packages.find(name);
      return found != m_state.packages.end() && found->second.is_installed();
    });
  }

  base::Result<void> find_out(plan::Trace trace)
  {
    CUDASETUP_TRY(ask_apt(m_tools, m_plan, m_state.packages));
    if (trace != plan::Trace::kept) {
      m_plan.lost.push_back({"all of it", "nothing is kept for undo, as asked"});
      return {};
    }
    if (!m_there.empty()) {
      CUDASETUP_TRY_ASSIGN(m_obtainable, obtainable(m_effects.target, m_tools, m_there, m_state.packages));
    }
    for (const std::string& name : m_there) {
      if (std::find(m_obtainable.begin(), m_obtainable.end(), name) == m_obtainable.end()) {
        m_plan.lost.push_back(
            {name, "version " + m_state.packages.at(name).version + " cannot be had from any archive any more"});
      }
    }
    return check_room();
  }

  base::Result<void> carry_out(journal::Journal& journal)
  {
    journal::KnownDigests digests;
    Workbench bench{m_effects, m_tools, digests};
    Course course(bench, journal, m_state);
    CUDASETUP_TRY(course.keep_originals(m_plan.steps));
    CUDASETUP_TRY(journal.intends(m_plan.packages));
    if (!m_obtainable.empty()) {
      CUDASETUP_TRY(fetch_installers(m_effects, m_tools, journal.id(), m_obtainable, m_state.packages));
      std::vector<std::string> fetched = m_obtainable;
      std::erase_if(fetched, [&](const std::string& name) {
        const std::string& version = m_state.packages.at(name).version;
        return !is_in_archives(m_effects.target, name, version) &&
               !is_kept(m_effects.target, journal.id(), name, version);
      });
      CUDASETUP_TRY(keep_packages(m_effects, m_tools, journal, fetched, m_state.packages));
    }
    return course.run(m_plan.steps, m_plan.steps.size(), [] { return base::Result<void>{}; });
  }

  const journal::SystemState& state() const { return m_state; }

private:
  base::Result<void> check_room()
  {
    plan::Plan steps;
    steps.steps = m_plan.steps;
    CUDASETUP_TRY_ASSIGN(std::vector<Need> needs, needs_of(steps, m_effects.target, std::nullopt, Zips::not_compared));
    if (!m_obtainable.empty()) {
      CUDASETUP_TRY_ASSIGN(const Tools::Ended ended,
                           m_tools.try_run(base::Command{with({"apt-get", "--print-uris", "download"},
                                                              exact_texts(m_obtainable, m_state.packages))}));
      const AptCost cost = parse_cost(ended.output);
      needs.push_back({std::string(journal::k_state_directory), cost.download_bytes, "installers kept for undo"});
    }
    return check_space(m_effects.target, m_tools, needs);
  }

  const effects::Effects& m_effects;
  Tools& m_tools;
  plan::UninstallPlan& m_plan;
  journal::SystemState m_state;
  std::vector<std::string> m_there; ///< packages that are installed, not only their configuration
  std::vector<std::string> m_obtainable;
};

} // namespace

base::Result<Applied> uninstall(const effects::Effects& effects,
                                plan::UninstallPlan plan,
                                const journal::SystemState& seen,
                                plan::Trace trace,
                                const ApplyOptions& options,
                                const AgreeToUninstall& agree)
{
  Tools tools(effects, options.root, options.lock_timeout_seconds);
  CUDASETUP_TRY_ASSIGN(const std::shared_ptr<void> lock, take_lock(effects.target, tools));
  CUDASETUP_TRY(tools.wait_for_dpkg());
  Uninstalling work(effects, tools, plan);
  if (!journal::changes_between(seen, work.state()).empty()) {
    return base::fail(
        base::make_error(base::ErrorKind::busy, "packages have changed since they were looked at; nothing was changed")
            .with_hint("give the same command again: it looks anew"));
  }
  CUDASETUP_TRY(work.find_out(trace));
  CUDASETUP_TRY(agree(plan));
  if (effects.interrupts.count() > 0) {
    return base::fail(interrupted("before the first change"));
  }
  const journal::Header header{journal::Verb::uninstall, options.arguments, "", plan::to_json(plan, options.root, "")};
  CUDASETUP_TRY_ASSIGN(journal::Journal journal, open_journal(effects, header, work.state()));
  CUDASETUP_TRY(work.carry_out(journal));
  drop_superseded(effects, journal.id());
  return Applied{journal.id(), plan.steps.size()};
}

} // namespace cudasetup::apply
