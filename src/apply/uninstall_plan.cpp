#include "apply/uninstall_plan.hpp"

#include "apply/standing.hpp"
#include "apply/uninstall_parts.hpp"
#include "base/text.hpp"
#include "host/package_names.hpp"
#include "host/paths.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

/// "12.4" of /usr/local/cuda-12.4, empty for others.
std::string minor_of_directory(const std::string& directory)
{
  constexpr std::string_view k_prefix = "/usr/local/cuda-";
  const auto version =
      directory.starts_with(k_prefix) ? base::Version::parse(directory.substr(k_prefix.size())) : std::nullopt;
  return version && version->parts().size() == 2 ? version->text() : "";
}

/// The minors of toolkits that packages or trees make up, with their version as far as it is known.
std::map<std::string, base::Version> toolkits_there(const UninstallInput& input)
{
  std::map<std::string, base::Version> all;
  for (const host::Toolkit& toolkit : input.facts.toolkits) {
    if (const std::string minor = minor_of_directory(toolkit.directory); !minor.empty()) {
      all.insert_or_assign(minor, toolkit.version.value_or(*base::Version::parse(minor)));
    }
  }
  for (const auto& [name, state] : input.now.packages) {
    // cuda-nvcc-12-4: the last two numbers. Libraries alone are no toolkit.
    const std::vector<std::string_view> pieces = base::split(name, '-');
    const bool is_part =
        state.is_installed() && name.starts_with("cuda-") && pieces.size() >= 4 && !name.starts_with("cuda-repo-");
    const auto minor =
        is_part ? base::Version::parse(std::string(pieces[pieces.size() - 2]) + "." + std::string(pieces.back()))
                : std::nullopt;
    if (minor) {
      all.try_emplace(minor->text(), *minor);
    }
  }
  return all;
}

bool is_tree_of_ours(const Going& going, const std::string& path)
{
  return std::any_of(going.ours.originals.begin(), going.ours.originals.end(), [&](const journal::Original& original) {
    return original.path == path && original.extent == journal::Extent::tree;
  });
}

/// Toolkits that are meant and that no package makes up.
std::set<std::string> chosen_toolkit_trees(const UninstallInput& input, const Going& going)
{
  std::set<std::string> trees;
  for (const std::string& minor : going.minors) {
    const std::string directory = "/usr/local/cuda-" + minor;
    const bool is_there = std::any_of(input.facts.toolkits.begin(), input.facts.toolkits.end(), [&](const auto& tree) {
      return tree.directory == directory;
    });
    const bool by_package = std::any_of(input.now.packages.begin(), input.now.packages.end(), [&](const auto& package) {
      return package.second.is_installed() && host::is_nvidia_package(package.first) &&
             host::is_of_minor(package.first, dashed(minor)) && !package.first.starts_with("cuda-repo-");
    });
    if (is_there && (!by_package || is_tree_of_ours(going, directory))) {
      trees.insert(directory);
    }
  }
  return trees;
}

/// All trees of ours that are there.
std::set<std::string> all_trees(const UninstallInput& input, const Going& going)
{
  std::set<std::string> trees;
  for (const journal::Original& original : going.ours.originals) {
    const journal::PathState& now = input.paths_now.at(original.path);
    if (original.extent == journal::Extent::tree && now.exists && !(now == original.before) &&
        now.status.type == effects::FileType::directory) {
      trees.insert(original.path);
    }
  }
  return trees;
}

/// A tree that somebody put something into since (a virtual environment, say) stays, and is named.
void leave_changed_trees(const UninstallInput& input, Going& going, plan::UninstallPlan& plan)
{
  std::erase_if(going.trees, [&](const std::string& tree) {
    const auto result = going.ours.results.find(tree);
    const auto now = input.paths_now.find(tree);
    // One that was uninstalled and is there again is nobody's tree of ours: it goes where it is named, and only there.
    const bool is_ours = is_tree_of_ours(going, tree) && result != going.ours.results.end() &&
                         (result->second.exists || input.request.means_all());
    const bool changed = is_ours && now != input.paths_now.end() && !(result->second == now->second);
    if (changed) {
      plan.left.push_back({tree, "was changed since, and stays as it is; `sudo rm -r " + tree + "` removes it"});
    }
    return changed;
  });
}

void say_what_goes(const UninstallInput& input, const Going& going, plan::UninstallPlan& plan)
{
  for (const std::string& minor : going.minors) {
    plan.gone.push_back({"cuda", "CUDA " + minor});
  }
  for (const std::string& tree : going.trees) {
    plan.gone.push_back({"tree", tree});
  }
  if (input.request.means_all() && !plan.steps.empty()) {
    plan.gone.push_back({"all", "all that cudasetup installed, and the files that it wrote"});
  }
}

} // namespace

std::string dashed(const std::string& minor)
{
  return base::replace_all(minor, ".", "-");
}

plan::Step uninstall_step(std::string id, std::string title, std::string because, std::vector<plan::Action> actions)
{
  plan::Step step;
  step.id = std::move(id);
  step.title = std::move(title);
  step.because = std::move(because);
  step.actions = std::move(actions);
  step.undo = "cudasetup undo";
  step.interruptible = plan::Interruptible::no;
  return step;
}

std::vector<std::string> chosen_minors(const UninstallInput& input)
{
  std::vector<std::string> minors;
  if (!input.request.cuda) {
    return minors;
  }
  for (const auto& [minor, version] : toolkits_there(input)) {
    const base::Version& asked = *input.request.cuda;
    // Where the patch is not known, it cannot be held against it.
    if (version.begins_with(asked) || (version.parts().size() == 2 && asked.begins_with(version))) {
      minors.push_back(minor);
    }
  }
  return minors;
}

std::map<std::string, std::string> torch_trees(const UninstallInput& input, const Going& going)
{
  constexpr std::string_view k_name = "torch==";
  std::map<std::string, std::string> trees;
  for (const journal::Original& original : going.ours.originals) {
    const auto build = input.texts.find(original.path + std::string(k_build_version));
    const auto record = input.texts.find(original.path + "/" + std::string(host::k_python_record_name));
    if (original.extent != journal::Extent::tree) {
      continue;
    }
    if (build != input.texts.end()) {
      trees[original.path] = base::trim(build->second);
    } else if (record != input.texts.end() && record->second.starts_with(k_name)) {
      trees[original.path] = record->second.substr(k_name.size(), record->second.find('\n') - k_name.size());
    }
  }
  return trees;
}

std::set<std::string> chosen_torch_trees(const UninstallInput& input, const Going& going)
{
  std::set<std::string> trees;
  if (!input.request.torch) {
    return trees;
  }
  const std::string& asked = *input.request.torch;
  for (const auto& [directory, version] : torch_trees(input, going)) {
    if (version == asked || version.substr(0, version.find('+')) == asked) {
      trees.insert(directory);
    }
  }
  return trees;
}

plan::UninstallPlan plan_uninstall(const UninstallInput& input)
{
  plan::UninstallPlan plan;
  Going going;
  going.ours = merged(input.standing);
  going.minors = chosen_minors(input);
  going.trees = input.request.means_all() ? all_trees(input, going) : chosen_toolkit_trees(input, going);
  going.trees.merge(chosen_torch_trees(input, going));
  leave_changed_trees(input, going, plan);
  choose_packages(input, going, plan);
  plan_package_steps(input, going, plan);
  plan_trees(input, going, plan);
  plan_registered(input, going, plan);
  say_what_goes(input, going, plan);
  if (!plan.steps.empty()) {
    plan.steps.push_back(uninstall_step("uninstall-ldconfig",
                                        "Read the loader's directories again",
                                        "libraries have gone",
                                        {plan::Run{base::Command{{"ldconfig"}}}}));
  }
  return plan;
}

} // namespace cudasetup::apply
