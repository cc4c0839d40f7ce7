#include "apply/uninstall_parts.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"
#include "host/tool_version.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

using Names = std::set<std::string>;

/// Whether the package is only a way to NVIDIA's packages: a key, a source, a whole archive.
bool is_source_package(std::string_view name)
{
  return name.starts_with("cuda-keyring") || name.starts_with("cuda-repo-");
}

/// The packages that transactions of ours brought and that are there, but for those that somebody asked for since.
Names brought(const UninstallInput& input, const Going& going, Names& asked_for_since)
{
  Names names;
  for (const auto& [name, after] : going.ours.changed.packages) {
    const auto before = journal::find_in(going.ours.before.packages, name);
    const auto now = journal::find_in(input.now.packages, name);
    if ((before && before->is_installed()) || !now || !now->is_installed()) {
      continue;
    }
    const bool is_asked_for = after && after->mark == journal::Mark::automatic && now->mark == journal::Mark::manual &&
                              !input.intended.contains(name);
    (is_asked_for ? asked_for_since : names).insert(name);
  }
  return names;
}

/// The names in the installation of libraries that LibTorch's zips lack, by the plan in the journal.
Names libraries_of_libtorch(const journal::Transaction& transaction)
{
  Names names;
  const json::Value* steps = transaction.plan.find("steps");
  for (const json::Value& step : steps != nullptr && steps->array() != nullptr ? *steps->array() : json::Array()) {
    const json::Value* id = step.find("id");
    const json::Value* argv = json::at(step, "/commands/0");
    if (id == nullptr || *id != json::Value("apt-install-libtorch-libraries") || argv == nullptr ||
        argv->array() == nullptr) {
      continue;
    }
    for (const json::Value& word : *argv->array()) {
      if (word.string() != nullptr) {
        names.insert(word.string()->substr(0, word.string()->find('=')));
      }
    }
  }
  return names;
}

/// Those of LibTorch's that transactions of ours installed; words of the command that are no packages do no harm.
Names libraries_of_libtorch(const UninstallInput& input)
{
  Names all;
  for (const journal::Transaction& transaction : input.standing) {
    all.merge(libraries_of_libtorch(transaction));
  }
  return all;
}

/// The packages of one toolkit: those with its minor in their names, and what stands for it without one (cuda,
/// cuda-toolkit-12).
Names packages_of_toolkit(const UninstallInput& input, const std::string& minor)
{
  Names names;
  for (const auto& [name, state] : input.now.packages) {
    if (state.is_installed() && host::is_nvidia_package(name) && host::is_of_minor(name, dashed(minor))) {
      names.insert(name);
    }
  }
  const auto needs_one = [&](const std::string& name) {
    const auto found = input.relations.find(name);
    return found != input.relations.end() &&
           std::any_of(found->second.depends.begin(), found->second.depends.end(), [&](const auto& group) {
             return group.size() == 1 && names.contains(group.front());
           });
  };
  for (const auto& [name, state] : input.now.packages) {
    const auto version = host::upstream_version(state.version);
    const bool is_meta = name == "cuda" || name.starts_with("cuda-toolkit") || name.starts_with("cuda-runtime");
    if (state.is_installed() && is_meta && version && version->prefix(2) == minor && needs_one(name)) {
      names.insert(name);
    }
  }
  return names;
}

/// What may go: by what was asked for.
struct Candidates {
  Names seeds; ///< those that were meant
  Names all;   ///< with what came along

  void add(const UninstallInput& input, const Names& more)
  {
    seeds.insert(more.begin(), more.end());
    all.insert(more.begin(), more.end());
    all.merge(pulled_in(input.now.packages, input.relations, more));
  }
  template<typename Predicate> void leave(Predicate predicate)
  {
    std::erase_if(seeds, predicate);
    std::erase_if(all, predicate);
  }
};

Candidates candidates_of(const UninstallInput& input, const Going& going, const Names& ours)
{
  Candidates candidates;
  if (input.request.means_all()) {
    candidates.seeds = ours;
    candidates.all = ours;
    return candidates;
  }
  for (const std::string& minor : going.minors) {
    candidates.add(input, packages_of_toolkit(input, minor));
  }
  const bool driver_goes = input.request.driver == plan::DriverGoes::yes;
  if (driver_goes) {
    Names drivers;
    std::copy_if(ours.begin(), ours.end(), std::inserter(drivers, drivers.end()), host::is_driver_package);
    candidates.add(input, drivers);
  } else {
    candidates.leave([](const std::string& name) { return host::is_driver_package(name); });
  }
  const auto trees = torch_trees(input, going);
  const bool libtorch_stays =
      std::any_of(trees.begin(), trees.end(), [&](const auto& tree) { return !going.trees.contains(tree.first); });
  Names libraries = libraries_of_libtorch(input);
  std::erase_if(libraries, [&](const std::string& name) { return !ours.contains(name); });
  if (libtorch_stays) {
    candidates.leave([&](const std::string& name) { return libraries.contains(name); });
  } else if (input.request.torch) {
    candidates.add(input, libraries);
  }
  return candidates;
}

/// What somebody else holds is not ours to remove.
bool is_held_by_others(const UninstallInput& input, const Going& going, const std::string& name)
{
  const auto now = journal::find_in(input.now.packages, name);
  const auto after = going.ours.changed.packages.find(name);
  const bool by_us = after != going.ours.changed.packages.end() && after->second && after->second->is_held();
  return now && now->is_held() && !by_us;
}

/// Whether any package of NVIDIA's stays that comes from an archive of theirs.
bool nvidia_stays(const UninstallInput& input, const Names& gone)
{
  return std::any_of(input.now.packages.begin(), input.now.packages.end(), [&](const auto& package) {
    return package.second.is_installed() && host::is_nvidia_package(package.first) &&
           !is_source_package(package.first) && !gone.contains(package.first);
  });
}

void say_what_stays(const Names& stays, plan::UninstallPlan& plan)
{
  if (stays.empty()) {
    return;
  }
  const std::string& first = *stays.begin();
  plan.left.push_back(
      {base::join(std::vector<std::string>(stays.begin(), stays.end()), ", "),
       "other packages need it, or somebody holds it; `apt-cache rdepends --installed " + first + "` names them"});
}

void say_more_of_what_stays(const UninstallInput& input,
                            const Names& ours,
                            const Names& asked_for_since,
                            plan::UninstallPlan& plan)
{
  if (input.request.means_all()) {
    for (const std::string& name : asked_for_since) {
      plan.left.push_back({name, "was asked for since, and stays; `sudo apt-get purge " + name + "` removes it"});
    }
  }
  if (input.request.driver == plan::DriverGoes::no || std::any_of(ours.begin(), ours.end(), host::is_driver_package)) {
    return;
  }
  for (const auto& [name, state] : input.now.packages) {
    if (state.is_installed() && host::is_driver_package(name)) {
      plan.left.push_back(
          {"driver",
           "it did not come by cudasetup, and stays; `sudo apt-get purge " + name + "` and the like remove it"});
      return;
    }
  }
}

} // namespace

void choose_packages(const UninstallInput& input, Going& going, plan::UninstallPlan& plan)
{
  Names asked_for_since;
  const Names ours = brought(input, going, asked_for_since);
  Candidates candidates = candidates_of(input, going, ours);
  // Modules of a driver depend on kernels; those go by their owner's hand alone.
  candidates.leave([](const std::string& name) { return host::is_kernel_package(name); });
  std::erase_if(candidates.all, [&](const std::string& name) { return is_held_by_others(input, going, name); });
  const auto choose = [&] {
    Names others = candidates.all;
    std::erase_if(others, [&](const std::string& name) { return ours.contains(name); });
    going.packages = unneeded(input.now.packages, input.relations, candidates.all, others);
    // What was to go when it was cut off goes now.
    std::copy_if(input.intended.begin(),
                 input.intended.end(),
                 std::inserter(going.packages, going.packages.end()),
                 [&](const std::string& name) { return input.now.packages.contains(name); });
  };
  choose();
  going.nvidia_stays = nvidia_stays(input, going.packages);
  if (!going.nvidia_stays) {
    std::copy_if(ours.begin(), ours.end(), std::inserter(candidates.all, candidates.all.end()), is_source_package);
    choose();
  }
  Names stays = candidates.seeds;
  std::erase_if(stays, [&](const std::string& name) { return going.packages.contains(name); });
  say_what_stays(stays, plan);
  say_more_of_what_stays(input, ours, asked_for_since, plan);
}

namespace {

/// What of the kernel we hold for a driver that goes.
std::vector<std::string> kernels_let_go(const UninstallInput& input, const Going& going)
{
  std::vector<std::string> names;
  if (std::none_of(going.packages.begin(), going.packages.end(), host::is_driver_package)) {
    return names;
  }
  for (const auto& [name, after] : going.ours.changed.packages) {
    const auto now = journal::find_in(input.now.packages, name);
    if (host::is_kernel_package(name) && after && after->is_held() && now && now->is_held()) {
      names.push_back(name);
    }
  }
  return names;
}

/// apt-get purge of the packages, once those that are held are held no more.
std::vector<plan::Action> purging(const UninstallInput& input, const Going& going)
{
  std::vector<plan::Action> actions;
  std::vector<std::string> unhold = {"apt-mark", "unhold"};
  const std::vector<std::string> kernels = kernels_let_go(input, going);
  unhold.insert(unhold.end(), kernels.begin(), kernels.end());
  plan::Run purge{base::Command{
      {"apt-get", "purge", "--yes", "-o", "DPkg::Lock::Timeout=" + std::to_string(input.lock_timeout_seconds)}}};
  for (const std::string& name : going.packages) {
    purge.command.argv.push_back(name);
    const auto now = journal::find_in(input.now.packages, name);
    if (now && now->is_held()) {
      unhold.push_back(name);
    }
    if (const auto files = input.conffiles.find(name); files != input.conffiles.end()) {
      purge.makes.insert(purge.makes.end(), files->second.begin(), files->second.end());
    }
  }
  if (unhold.size() > 2) {
    actions.emplace_back(plan::Run{base::Command{std::move(unhold)}});
  }
  actions.emplace_back(std::move(purge));
  return actions;
}

/// Whether packages are gone that the run before this one removed, and others have not heard of it yet.
bool has_left_triggers(const UninstallInput& input)
{
  return !input.intended.empty() && std::any_of(input.now.packages.begin(),
                                                input.now.packages.end(),
                                                [](const auto& package) { return package.second.has_triggers(); });
}

} // namespace

void plan_package_steps(const UninstallInput& input, const Going& going, plan::UninstallPlan& plan)
{
  plan.packages.assign(going.packages.begin(), going.packages.end());
  if (!plan.packages.empty()) {
    std::vector<plan::Action> actions = purging(input, going);
    if (input.dpkg_was_cut_off) {
      // An empty list of selections changes nothing, but has dpkg merge what it had not written down yet.
      base::Command merge{{"dpkg", "--set-selections"}};
      merge.input = "";
      actions.emplace(actions.begin(), plan::Run{std::move(merge)});
    }
    plan.reboot = plan.reboot || std::any_of(going.packages.begin(), going.packages.end(), host::is_driver_package);
    const std::string count =
        std::to_string(plan.packages.size()) + (plan.packages.size() == 1 ? " package" : " packages");
    plan.gone.push_back({"packages", count + " that nothing else needs"});
    plan.steps.push_back(uninstall_step("uninstall-packages",
                                        "Remove " + count,
                                        "exactly these: apt is asked beforehand whether any other would go with them",
                                        std::move(actions)));
  }
  if (has_left_triggers(input)) {
    plan.steps.push_back(uninstall_step("uninstall-triggers",
                                        "Have dpkg end what it was doing",
                                        "it was cut off before other packages heard of the removals",
                                        {plan::Run{base::Command{{"dpkg", "--triggers-only", "--pending"}}}}));
  }
}

} // namespace cudasetup::apply
