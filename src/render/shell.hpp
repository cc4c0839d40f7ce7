#pragma once

#include "plan/undo.hpp"
#include "plan/uninstall.hpp"

#include <string>

namespace cudasetup::render {

/// The plan as a POSIX sh script that does the same by itself, for the system at @p root ("" or "/": the running one):
/// comments say what was found, what was chosen and why, and what it costs; the lines are the steps' commands. Needs
/// root to run, stops at the first failure. A plan without steps makes a script that only says why. Same plan, same
/// bytes.
std::string to_sh(const plan::Plan& plan, const host::HostFacts& facts, const std::string& root);

/// The same for what takes a transaction back. It works on this machine as it is now, and on no other.
std::string to_sh(const plan::UndoPlan& plan, const std::string& root);

/// The same for what uninstalls. It works on this machine as it is now, and on no other.
std::string to_sh(const plan::UninstallPlan& plan, const std::string& root);

} // namespace cudasetup::render
