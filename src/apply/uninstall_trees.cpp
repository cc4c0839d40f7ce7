#include "apply/uninstall_parts.hpp"

#include "host/paths.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

using plan::Action;

bool is_toolkit(const std::string& path)
{
  return path.starts_with("/usr/local/cuda-");
}

/// Takes what update-alternatives may choose in @p directory out of its groups.
std::vector<Action> leave_alternatives(const UninstallInput& input, const std::string& directory)
{
  std::vector<Action> actions;
  for (const auto& [group, choices] : input.choices) {
    for (const std::string& choice : choices) {
      if (choice == directory || choice.starts_with(directory + "/")) {
        actions.emplace_back(plan::Run{base::Command{{"update-alternatives", "--remove", group, choice}}});
      }
    }
  }
  return actions;
}

/// NVIDIA's own way for a toolkit that its runfile put there; empty where there is none.
std::string uninstaller_of(const UninstallInput& input, const std::string& directory)
{
  // The second is that of releases up to 10.0.
  const std::string minor = directory.substr(directory.rfind('-') + 1);
  for (const std::string& name : {std::string("cuda-uninstaller"), "uninstall_cuda_" + minor + ".pl"}) {
    if (input.present.contains(directory + "/bin/" + name)) {
      return directory + "/bin/" + name;
    }
  }
  return "";
}

plan::Step toolkit_step(const UninstallInput& input, const std::string& directory)
{
  std::vector<Action> actions = leave_alternatives(input, directory);
  const std::string uninstaller = uninstaller_of(input, directory);
  if (!uninstaller.empty()) {
    // It also knows what the runfile put elsewhere.
    plan::Run run{base::Command{{uninstaller, "--silent"}}};
    if (input.trace == plan::Trace::kept) {
      const std::string minor = directory.substr(directory.rfind('-') + 1);
      run.makes = {directory, "/usr/local/cuda", std::string(host::k_runfile_loader_prefix) + dashed(minor) + ".conf"};
    }
    actions.emplace_back(std::move(run));
  }
  actions.emplace_back(plan::Remove{{directory}, input.trace});
  return uninstall_step("uninstall-" + directory.substr(directory.rfind('/') + 1),
                        "Remove the toolkit in " + directory,
                        uninstaller.empty() ? "no package owns it, and it has no uninstaller of its own"
                                            : "by its own uninstaller; then what that leaves",
                        std::move(actions));
}

/// What was at the place of a tree before ours came there, and is kept: it returns.
std::vector<Action> bring_back(const UninstallInput& input, const Going& going, const std::string& directory)
{
  for (const journal::Original& original : going.ours.originals) {
    if (original.path == directory && original.before.exists && input.present.contains(original.saved)) {
      return {plan::Run{base::Command{{"mv", "-T", original.saved, directory}}}};
    }
  }
  return {};
}

} // namespace

void plan_trees(const UninstallInput& input, const Going& going, plan::UninstallPlan& plan)
{
  std::vector<Action> actions;
  for (const std::string& directory : going.trees) {
    if (is_toolkit(directory)) {
      plan.steps.push_back(toolkit_step(input, directory));
      continue;
    }
    actions.emplace_back(plan::Remove{{directory}, input.trace});
    const std::vector<Action> more = bring_back(input, going, directory);
    actions.insert(actions.end(), more.begin(), more.end());
  }
  if (!actions.empty()) {
    plan.steps.push_back(uninstall_step("uninstall-trees",
                                        "Remove what was unpacked",
                                        "it was put there as a whole, and goes as a whole",
                                        std::move(actions)));
  }
}

} // namespace cudasetup::apply
