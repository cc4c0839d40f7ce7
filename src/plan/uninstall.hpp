#pragma once

#include "plan/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cudasetup::plan {

/// Whether the driver goes too.
enum class DriverGoes { no, yes };

/// What is to be uninstalled. Nothing named: all that cudasetup installed.
struct UninstallRequest {
  std::optional<base::Version> cuda; ///< 12 (all of it), 12.4 or 12.4.1; also toolkits that came another way
  std::optional<std::string> torch;  ///< 1.7.1 or 1.7.1+cu110; of ours alone
  DriverGoes driver = DriverGoes::no;

  bool means_all() const { return !cuda && !torch && driver == DriverGoes::no; }
};

/// What uninstalls it.
struct UninstallPlan {
  std::vector<resolve::Reason> gone; ///< what goes
  std::vector<Step> steps;
  /// What stays: others need it, or somebody changed it since; with the command that removes it all the same.
  std::vector<resolve::Reason> left;
  /// What undo cannot bring back, as far as it is known.
  std::vector<resolve::Reason> lost;
  std::vector<std::string> packages; ///< that are purged
  /// Whether a driver is removed, so that the loaded one is no more installed.
  bool reboot = false;
};

/// cudasetup.uninstall/1. Deterministic. @p transaction: empty where nothing was carried out.
json::Value to_json(const UninstallPlan& plan, const std::string& root, const std::string& transaction);

} // namespace cudasetup::plan
