#pragma once

#include "apply/uninstall_plan.hpp"

#include <set>
#include <string>
#include <vector>

/// The parts of plan_uninstall. Only src/apply/uninstall_*.cpp include this.
namespace cudasetup::apply {

/// What goes, and what that means for the rest.
struct Going {
  journal::Transaction ours;       ///< all standing transactions as one
  std::vector<std::string> minors; ///< of toolkits: 12.4
  std::set<std::string> packages;  ///< that are purged
  std::set<std::string> trees;     ///< LibTorch, virtual environments and toolkits that no package owns
  bool nvidia_stays = true;        ///< packages of NVIDIA's, or a wish that is not ours to end
};

/// "12-4" of 12.4.
std::string dashed(const std::string& minor);

/// The toolkits that are meant: their minors.
std::vector<std::string> chosen_minors(const UninstallInput& input);
inline constexpr std::string_view k_build_version = "/build-version";
/// The LibTorch trees and virtual environments of ours, with the version in each.
std::map<std::string, std::string> torch_trees(const UninstallInput& input, const Going& going);
/// Those that are meant.
std::set<std::string> chosen_torch_trees(const UninstallInput& input, const Going& going);

/// Fills in the packages that go, and names those that stay all the same.
void choose_packages(const UninstallInput& input, Going& going, plan::UninstallPlan& plan);
void plan_package_steps(const UninstallInput& input, const Going& going, plan::UninstallPlan& plan);

/// Toolkits that no package owns, LibTorch and virtual environments.
void plan_trees(const UninstallInput& input, const Going& going, plan::UninstallPlan& plan);
/// What is registered of them, and where everything goes, every file of ours.
void plan_registered(const UninstallInput& input, const Going& going, plan::UninstallPlan& plan);

/// A step of an uninstallation.
plan::Step uninstall_step(std::string id, std::string title, std::string because, std::vector<plan::Action> actions);

} // namespace cudasetup::apply
