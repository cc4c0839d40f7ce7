#pragma once

#include "apply/tools.hpp"
#include "journal/known_digests.hpp"
#include "journal/path_state.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace cudasetup::apply {

/// What actions are carried out with.
struct Workbench {
  const effects::Effects& effects;
  Tools& tools;
  journal::KnownDigests& digests;
  /// What the last `apt-get update` could not read: a later installation may fail for want of it.
  std::vector<std::string> unread = {};
};

/// Carries out one action of a step on the target. Its result equals that of `plan::commands_for`.
base::Result<void> perform(Workbench& bench, const plan::Action& action);

/// Fetched files lie here; they are nobody's but ours.
inline constexpr std::string_view k_cache_prefix = "/var/cache/cudasetup/";

/// The files that a CopyMatch makes of what is there now.
std::vector<std::string> destinations(effects::Files& target, const plan::CopyMatch& copy);

/// A path that an action replaces or creates.
struct ChangedPath {
  std::string path;
  journal::Extent extent = journal::Extent::single;
  std::string moved_to = {}; ///< where a former tree waits; empty where none is replaced
};

/// The paths that an action replaces or creates, missing parents first. Not those in our cache, which are ours alone,
/// nor what apt and dpkg change.
std::vector<ChangedPath> paths_changed_by(effects::Files& target, const plan::Action& action);

} // namespace cudasetup::apply
