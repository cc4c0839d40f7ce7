#include "apply/undo_parts.hpp"

#include "base/octal.hpp"
#include "host/paths.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

using effects::FileType;
using journal::Extent;
using journal::Original;
using journal::PathState;
using Commands = std::vector<std::vector<std::string>>;

/// Takes away what the transaction put where nothing was. A directory that others have put something into stays.
Commands take_away(const Original& original, const PathState& now, const std::string& doomed)
{
  if (now.status.type != FileType::directory) {
    return {{"rm", "-f", "--", original.path}};
  }
  if (original.extent == Extent::tree) {
    return {{"mv", "-T", original.path, doomed}, {"rm", "-rf", "--", doomed}};
  }
  return {{"rmdir", "--ignore-fail-on-non-empty", "--", original.path}};
}

std::string owner_of(const effects::FileStatus& status)
{
  return std::to_string(status.owner) + ":" + std::to_string(status.group);
}

/// Puts back a directory: a tree from where it is kept, another one by making it anew.
Commands put_back_directory(const Original& original, const PathState& now, const std::string& doomed)
{
  const effects::FileStatus& status = original.before.status;
  if (original.extent == Extent::single) {
    return {{"mkdir", "-p", original.path},
            {"chmod", base::octal(status.mode), original.path},
            {"chown", owner_of(status), original.path}};
  }
  Commands commands;
  if (now.exists) {
    commands.push_back({"mv", "-T", original.path, doomed});
  }
  commands.push_back({"mv", "-T", original.saved, original.path});
  if (now.exists) {
    commands.push_back({"rm", "-rf", "--", doomed});
  }
  return commands;
}

/// Puts back what was there. A file comes in one piece, since a half one would be there if the undo were cut off.
Commands put_back(const Original& original, const PathState& now, const std::string& doomed)
{
  const PathState& before = original.before;
  if (before.status.type == FileType::link) {
    return {{"ln", "-sfT", before.link_target, original.path}};
  }
  if (before.status.type == FileType::regular) {
    const std::string partial = original.path + ".cudasetup-undo";
    return {{"install",
             "-D",
             "-m",
             base::octal(before.status.mode),
             "-o",
             std::to_string(before.status.owner),
             "-g",
             std::to_string(before.status.group),
             original.saved,
             partial},
            {"mv", "-fT", partial, original.path}};
  }
  return put_back_directory(original, now, doomed);
}

/// Whether what was there can be put back from what is kept.
bool can_be_put_back(const UndoInput& input, const Original& original, const PathState& now)
{
  const FileType type = original.before.status.type;
  const bool needs_nothing =
      type == FileType::link || (type == FileType::directory && original.extent == Extent::single && !now.exists);
  return needs_nothing || (type != FileType::other && input.available.contains(original.saved));
}

/// Whether somebody else made it what it is. A tree that is gone altogether is in nobody's way.
bool was_changed_since(const UndoInput& input, const Original& original, const PathState& now)
{
  const auto result = input.transaction.results.find(original.path);
  if (result == input.transaction.results.end() || result->second == now) {
    return false;
  }
  const bool is_directory = now.status.type == FileType::directory && original.extent == Extent::single;
  const bool is_gone_tree = original.extent == Extent::tree && original.before.exists && !now.exists;
  return !is_directory && !is_gone_tree;
}

/// Two directories that differ in no more than mode and owner.
bool only_attributes_differ(const Original& original, const PathState& now)
{
  return now.exists && now.status.type == FileType::directory && original.before.status.type == FileType::directory &&
         now.digest == original.before.digest;
}

Commands put_back_attributes(const Original& original)
{
  const effects::FileStatus& status = original.before.status;
  return {{"chmod", base::octal(status.mode), original.path}, {"chown", owner_of(status), original.path}};
}

std::string by_hand(const Original& original)
{
  return original.before.exists && !original.saved.empty() ? "what it was before is kept in " + original.saved
                                                           : "`sudo rm -r " + original.path + "` removes it";
}

/// Whether something of the transaction's around it goes away as a whole.
bool lies_in_removed_tree(const UndoInput& input, const std::string& path)
{
  const auto& originals = input.transaction.originals;
  return std::any_of(originals.begin(), originals.end(), [&](const Original& original) {
    return original.extent == Extent::tree && !original.before.exists && path.starts_with(original.path + "/");
  });
}

void consider(const UndoInput& input, const Original& original, Commands& commands, plan::UndoPlan& plan)
{
  const PathState& now = input.paths_now.at(original.path);
  const std::string doomed = journal::doomed_tree(original.path, input.transaction.id);
  for (const std::string& tree : half_made_trees(original, input.transaction.id)) {
    if (input.available.contains(tree)) {
      commands.push_back({"rm", "-rf", "--", tree});
    }
  }
  for (const std::string& half : half_made(original.path)) {
    if (input.available.contains(half)) {
      commands.push_back({"rm", "-f", "--", half});
    }
  }
  if (now == original.before || is_kept_key(input, original.path) || lies_in_removed_tree(input, original.path)) {
    return;
  }
  if (was_changed_since(input, original, now)) {
    plan.left.push_back({original.path, "was changed since, and stays as it is; " + by_hand(original)});
    return;
  }
  Commands more;
  if (!original.before.exists) {
    more = take_away(original, now, doomed);
  } else if (only_attributes_differ(original, now)) {
    more = put_back_attributes(original);
  } else if (can_be_put_back(input, original, now)) {
    more = put_back(original, now, doomed);
  } else {
    plan.lost.push_back({original.path, "was there before, and could not be kept"});
  }
  commands.insert(commands.end(), more.begin(), more.end());
}

} // namespace

void plan_files(const UndoInput& input, plan::UndoPlan& plan)
{
  Commands commands;
  const auto& originals = input.transaction.originals;
  // What was made last goes first: a directory after what is in it.
  for (auto original = originals.rbegin(); original != originals.rend(); ++original) {
    consider(input, *original, commands, plan);
  }
  if (!commands.empty()) {
    plan.steps.push_back(undo_step("undo-files",
                                   "Put back files, links and directories",
                                   "they return as they were kept before the first change; what was not there goes",
                                   std::move(commands)));
  }
}

void plan_initramfs(const UndoInput& input, plan::UndoPlan& plan)
{
  const auto& originals = input.transaction.originals;
  const bool goes = std::any_of(originals.begin(), originals.end(), [&](const Original& original) {
    const PathState& now = input.paths_now.at(original.path);
    return original.path == host::k_nouveau_file && now != original.before && !was_changed_since(input, original, now);
  });
  if (goes) {
    plan.steps.push_back(undo_step("undo-initramfs",
                                   "Renew the initial RAM disk",
                                   "it carries what keeps nouveau off; nouveau may have the GPU again",
                                   {{"update-initramfs", "-u"}}));
    std::get<plan::Run>(plan.steps.back().actions.front()).on_failure = plan::OnFailure::go_on;
  }
}

} // namespace cudasetup::apply
