#pragma once

#include "apply/undo_plan.hpp"

#include <string>
#include <vector>

/// The parts of plan_undo. Only src/apply/undo_*.cpp include this.
namespace cudasetup::apply {

/// What a step that was cut off may leave beside a file that it made: the file under its name of before.
std::vector<std::string> half_made(const std::string& path);
/// The same of a tree that is put in place, moved aside or copied as a whole; none for what is no tree.
std::vector<std::string> half_made_trees(const journal::Original& original, const std::string& id);

/// A step of an undo: these commands, in order.
plan::Step
undo_step(std::string id, std::string title, std::string because, std::vector<std::vector<std::string>> commands);

/// Packages, their marks and holds.
void plan_packages(const UndoInput& input, plan::UndoPlan& plan);
/// What was chosen by hand among alternatives.
void plan_alternatives(const UndoInput& input, plan::UndoPlan& plan);
/// The request to enrol a key, and the key.
void plan_key(const UndoInput& input, plan::UndoPlan& plan);
/// Whether the path is that of a key which stays, since the firmware knows it.
bool is_kept_key(const UndoInput& input, const std::string& path);
/// Files, links and directories.
void plan_files(const UndoInput& input, plan::UndoPlan& plan);
/// The initial RAM disk, which carries the files of modprobe's: after those and after the packages.
void plan_initramfs(const UndoInput& input, plan::UndoPlan& plan);

} // namespace cudasetup::apply
