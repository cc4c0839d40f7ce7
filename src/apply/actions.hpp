#pragma once

#include "apply/tools.hpp"
#include "fetch/download.hpp"
#include "fetch/unpack.hpp"
#include "journal/known_digests.hpp"
#include "journal/path_state.hpp"
#include "journal/transaction.hpp"
#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace cudasetup::fetch {
class ZipOnItsWay;
}

namespace cudasetup::apply {

/// What actions are carried out with.
struct Workbench {
  const effects::Effects& effects;
  Tools& tools;
  journal::KnownDigests& digests;
  std::string transaction = {}; ///< that the actions are part of; empty before it began
  /// What the last `apt-get update` could not read: a later installation may fail for want of it.
  std::vector<std::string> unread = {};
  /// A zip that is fetched and unpacked ahead of its steps, if there is one.
  fetch::ZipOnItsWay* ahead = nullptr;
  std::string new_password = {}; ///< of ApplyOptions
};

/// What is fetched for an action that needs no list of sums, and unpacked for one.
fetch::DownloadRequest request_for(const Workbench& bench, const plan::Download& download);
fetch::UnpackRequest unpack_request(const Workbench& bench, const plan::Unpack& unpack);

/// Carries out one action of a step on the target. Its result equals that of `plan::commands_for`.
base::Result<void> perform(Workbench& bench, const plan::Action& action);

/// Fetched files lie here; they are nobody's but ours.
inline constexpr std::string_view k_cache_prefix = "/var/cache/cudasetup/";

/// The files that a CopyMatch makes of what is there now.
std::vector<std::string> destinations(effects::Files& target, const plan::CopyMatch& copy);

/// What becomes of a directory that is at a path which an action replaces.
enum class Former {
  stays,  ///< it is changed by itself alone: its mode, what is in it
  moved,  ///< the action itself moves it to where it is kept
  changed ///< a program changes what is in it: it has to be copied before
};

/// A path that an action replaces or creates.
struct ChangedPath {
  std::string path;
  journal::Extent extent = journal::Extent::single;
  Former former = Former::stays;
};

/// The paths that an action replaces or creates, missing parents first. Not those in our cache, which are ours alone,
/// nor what apt and dpkg change.
std::vector<ChangedPath> paths_changed_by(effects::Files& target, const plan::Action& action);

} // namespace cudasetup::apply
