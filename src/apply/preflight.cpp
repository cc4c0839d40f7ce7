#include "apply/preflight.hpp"

#include "base/text.hpp"
#include "fetch/zip_on_its_way.hpp"
#include "journal/journal.hpp"
#include "plan/input.hpp"

#include <algorithm>
#include <functional>

namespace cudasetup::apply {

namespace {

using plan::k_cache;

/// Fetches those of the plan's files that are @p wanted.
base::Result<void>
fetch_some(Workbench& bench, const plan::Plan& plan, const std::function<bool(const plan::Download&)>& wanted)
{
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      const auto* download = std::get_if<plan::Download>(&action);
      if (download != nullptr && wanted(*download)) {
        CUDASETUP_TRY(bench.effects.target.make_directories(std::string(k_cache), 0700));
        auto result = perform(bench, action);
        if (!result) {
          return base::fail(std::move(result).error().while_doing(step.title));
        }
      }
    }
  }
  return {};
}

} // namespace

base::Result<void> check_before(const host::HostFacts& facts)
{
  if (!facts.is_root) {
    return base::fail(base::make_error(base::ErrorKind::needs_root, "installing needs root; nothing was changed")
                          .with_hint("give the same command with sudo"));
  }
  return {};
}

base::Result<void> check_holds(const plan::Plan& plan, const Tools& tools)
{
  if (!plan.simulation || plan.simulation->held.empty()) {
    return {};
  }
  const std::vector<std::string>& held = plan.simulation->held;
  std::vector<std::string> unhold = {"apt-mark", "unhold"};
  unhold.insert(unhold.end(), held.begin(), held.end());
  return base::fail(base::make_error(base::ErrorKind::packages,
                                     "packages are on hold that would have to change: " + base::join(held, ", ") +
                                         "; nothing was changed")
                        .with_hint("somebody has put them on hold; let them change",
                                   tools.outside(base::Command{std::move(unhold)})));
}

base::Result<void> check_destinations(effects::Files& target, const plan::Plan& plan)
{
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      if (const auto* unpack = std::get_if<plan::Unpack>(&action)) {
        CUDASETUP_TRY(fetch::check_destination(target, unpack->to));
      }
    }
  }
  return {};
}

base::Result<void> check_cache(effects::Files& target, const Tools& tools)
{
  const std::string cache(k_cache);
  const auto status = target.status(cache, effects::FollowLinks::yes);
  if (!status || status->owner == 0) {
    return {};
  }
  return base::fail(base::make_error(base::ErrorKind::refused,
                                     cache + " is another user's, who could change what root installs; nothing was "
                                             "changed")
                        .with_hint("see whose it is", tools.outside(base::Command{{"ls", "-ld", cache}}))
                        .with_hint("move it away", tools.outside(base::Command{{"mv", cache, cache + ".old"}})));
}

base::Result<std::shared_ptr<void>> take_lock(effects::Files& target, const Tools& tools)
{
  CUDASETUP_TRY(target.make_directories("/run", 0755));
  CUDASETUP_TRY_ASSIGN(std::shared_ptr<void> lock, target.lock(std::string(journal::k_lock_file)));
  if (lock == nullptr) {
    return base::fail(tools.other_at_work());
  }
  return lock;
}

base::Result<void> fetch_for_simulation(Workbench& bench, const plan::Plan& plan)
{
  const std::string& wanted =
      plan.simulation->local_installer.empty() ? plan.simulation->key_package : plan.simulation->local_installer;
  return fetch_some(bench, plan, [&](const plan::Download& download) { return download.to == wanted; });
}

base::Result<void> fetch_for_steps(Workbench& bench, const plan::Plan& plan)
{
  return fetch_some(bench, plan, [&](const plan::Download& download) {
    const bool is_ahead = bench.ahead != nullptr && bench.ahead->request().to == download.to;
    return download.to.starts_with(k_cache) && !is_ahead;
  });
}

} // namespace cudasetup::apply
