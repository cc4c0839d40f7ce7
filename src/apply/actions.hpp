#pragma once

#include "apply/tools.hpp"
#include "journal/known_digests.hpp"
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

/// The paths an action replaces or creates by itself, whose originals are kept before it. Not those in our cache, which
/// are ours alone, nor what a program changes.
std::vector<std::string> paths_changed_by(effects::Files& target, const plan::Action& action);

} // namespace cudasetup::apply
