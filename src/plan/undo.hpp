#pragma once

#include "plan/plan.hpp"

#include <string>
#include <vector>

namespace cudasetup::plan {

/// What takes a transaction back. All its actions are programs that every Ubuntu has.
struct UndoPlan {
  std::string transaction; ///< 0001; empty where there is none to take back
  std::vector<Step> steps;
  /// What somebody else changed since, and which is therefore left as it is; with the command that takes it back all
  /// the same.
  std::vector<resolve::Reason> left;
  /// What cannot be brought back.
  std::vector<resolve::Reason> lost;
  /// What stays though the transaction brought it, since it belongs to more than the transaction by now.
  std::vector<resolve::Reason> stays = {};
  /// Whether a driver is removed or exchanged, so that the loaded one is no more the installed one.
  bool reboot = false;
};

/// cudasetup.undo/1. Deterministic.
json::Value to_json(const UndoPlan& plan, const std::string& root);

} // namespace cudasetup::plan
