#include "apply/preflight.hpp"

#include "base/text.hpp"
#include "fetch/unpack.hpp"
#include "journal/journal.hpp"

#include <algorithm>
#include <functional>

namespace cudasetup::apply {

namespace {

constexpr std::string_view k_cache = "/var/cache/cudasetup";

const host::FileSystem* file_system(const host::HostFacts& facts, std::string_view path)
{
  const auto it = std::find_if(
      facts.file_systems.begin(), facts.file_systems.end(), [&](const auto& entry) { return entry.path == path; });
  return it == facts.file_systems.end() ? nullptr : &*it;
}

/// What is known to be put under /var before apt and dpkg are asked: the downloads, and the simulation's unpacked copy
/// of a local installer, which holds about as much as its .deb.
std::uint64_t known_bytes(const plan::Plan& plan)
{
  std::uint64_t sum = 0;
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      const auto* download = std::get_if<plan::Download>(&action);
      if (download != nullptr && download->to.starts_with(k_cache)) {
        const bool is_unpacked = plan.simulation && plan.simulation->local_installer == download->to;
        sum += download->bytes.value_or(0) * (is_unpacked ? 2 : 1);
      }
    }
  }
  return sum;
}

base::Result<void> check_space(const plan::Plan& plan, const host::HostFacts& facts, const Tools& tools)
{
  const host::FileSystem* cache = file_system(facts, "/var");
  const std::uint64_t needed = known_bytes(plan);
  if (cache == nullptr || cache->free_bytes >= needed) {
    return {};
  }
  return base::fail(base::make_error(base::ErrorKind::no_space,
                                     "the plan needs " + base::human_bytes(needed) +
                                         " under /var for what it fetches, " + "where " +
                                         base::human_bytes(cache->free_bytes) + " are free")
                        .with_hint("free some space, e.g. of apt's own downloads",
                                   tools.outside(base::Command{{"apt-get", "clean"}})));
}

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

base::Result<void> check_before(const plan::Plan& plan, const host::HostFacts& facts, const Tools& tools)
{
  if (!facts.is_root) {
    return base::fail(base::make_error(base::ErrorKind::needs_root, "installing needs root; nothing was changed")
                          .with_hint("give the same command with sudo"));
  }
  if (!facts.dpkg_audit.empty()) {
    base::Error error =
        base::make_error(base::ErrorKind::packages, "dpkg has unfinished work on this machine; nothing was changed");
    error.details = facts.dpkg_audit;
    return base::fail(std::move(error).with_hint("let dpkg finish it, then try again",
                                                 tools.outside(base::Command{{"dpkg", "--configure", "-a"}})));
  }
  return check_space(plan, facts, tools);
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

base::Result<std::shared_ptr<void>> take_lock(effects::Files& target)
{
  CUDASETUP_TRY(target.make_directories("/run", 0755));
  CUDASETUP_TRY_ASSIGN(std::shared_ptr<void> lock, target.lock(std::string(journal::k_lock_file)));
  if (lock == nullptr) {
    return base::fail(base::make_error(base::ErrorKind::busy, "another cudasetup is changing this machine")
                          .with_hint("wait for it to end, then try again"));
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
  return fetch_some(bench, plan, [](const plan::Download& download) { return download.to.starts_with(k_cache); });
}

} // namespace cudasetup::apply
