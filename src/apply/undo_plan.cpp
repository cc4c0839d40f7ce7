#include "apply/undo_plan.hpp"

#include "apply/keep_packages.hpp"
#include "apply/system_state.hpp"
#include "apply/take_up.hpp"
#include "apply/undo_parts.hpp"
#include "effects/half_written.hpp"
#include "fetch/part_file.hpp"
#include "fetch/unpack.hpp"
#include "probe/ground.hpp"

#include <algorithm>

namespace cudasetup::apply {

std::vector<std::string> half_made(const std::string& path)
{
  const fetch::PartNames names = fetch::part_names(path);
  return {effects::half_written(path), names.part, names.note, effects::half_written(names.note)};
}

std::vector<std::string> half_made_trees(const journal::Original& original, const std::string& id)
{
  if (original.extent != journal::Extent::tree) {
    return {};
  }
  std::vector<std::string> trees = {journal::doomed_tree(original.path, id),
                                    original.path + std::string(fetch::k_new_suffix),
                                    original.path + std::string(fetch::k_old_suffix)};
  if (!original.saved.empty()) {
    trees.push_back(effects::half_written(original.saved));
  }
  return trees;
}

plan::Step
undo_step(std::string id, std::string title, std::string because, std::vector<std::vector<std::string>> commands)
{
  plan::Step step;
  step.id = std::move(id);
  step.title = std::move(title);
  step.because = std::move(because);
  step.undo = "cudasetup install, with what was asked for";
  step.interruptible = plan::Interruptible::no;
  for (std::vector<std::string>& argv : commands) {
    step.actions.emplace_back(plan::Run{base::Command{std::move(argv)}});
  }
  return step;
}

namespace {

/// Whether the bytes that were put aside are still those that were there.
bool is_sound(effects::Files& target, const journal::Original& original)
{
  if (original.saved.empty()) {
    return false;
  }
  const auto saved = journal::look_at(target, original.saved, journal::Extent::single);
  return saved && saved->exists && saved->digest == original.before.digest;
}

} // namespace

base::Result<UndoInput> look_for_undo(effects::Files& target, const journal::Transaction& transaction)
{
  UndoInput input;
  input.now = read_system_state(target);
  std::vector<std::string> files;
  for (const journal::Original& original : transaction.originals) {
    CUDASETUP_TRY_ASSIGN(input.paths_now[original.path], journal::look_at(target, original.path, original.extent));
    if (original.before.status.type != effects::FileType::regular) {
      files.push_back(original.saved);
    } else if (is_sound(target, original)) {
      input.available.insert(original.saved);
    }
    for (std::string& name : half_made(original.path)) {
      files.push_back(std::move(name));
    }
    for (std::string& name : half_made_trees(original, transaction.id)) {
      files.push_back(std::move(name));
    }
  }
  for (const journal::KeptPackage& kept : transaction.kept) {
    files.push_back(kept.file);
  }
  for (const std::string& file : files) {
    if (!file.empty() && target.status(file, effects::FollowLinks::no)) {
      input.available.insert(file);
    }
  }
  host::Ground firmware;
  // The variables of a tree are those that the system in it sees; one that is not running has none.
  probe::probe_module_key(target, target, "/sys", firmware);
  const auto& steps = transaction.steps;
  input.key = {std::any_of(steps.begin(),
                           steps.end(),
                           [](const journal::StepRecord& step) { return step.id == plan::k_enrol_step; }),
               firmware.key_is_pending,
               firmware.key_is_enrolled.value_or(false)};
  input.transaction = as_found(transaction, input.now, input.paths_now);
  for (const auto& [name, after] : input.transaction.changed.packages) {
    const auto now = journal::find_in(input.now.packages, name);
    if (now && now->must_be_reinstalled()) {
      input.cut_off[name] = installer_here(target, name, now->version);
    }
  }
  return input;
}

plan::UndoPlan plan_undo(const UndoInput& input)
{
  plan::UndoPlan plan;
  plan.transaction = input.transaction.id;
  plan_key(input, plan);
  plan_packages(input, plan);
  plan_alternatives(input, plan);
  plan_files(input, plan);
  plan_initramfs(input, plan);
  if (!plan.steps.empty()) {
    plan.steps.push_back(
        undo_step("undo-ldconfig", "Read the loader's directories again", "libraries have gone", {{"ldconfig"}}));
  }
  return plan;
}

} // namespace cudasetup::apply
