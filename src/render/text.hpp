#pragma once

#include "plan/undo.hpp"
#include "plan/uninstall.hpp"

#include <string>

namespace cudasetup::render {

/// A short summary for people: what was chosen, the steps, the cost, what to be careful of. Ends with a newline.
std::string to_text(const plan::Plan& plan, const host::HostFacts& facts);

/// The cost alone, as it ends that summary.
std::string cost_text(const plan::Plan& plan);

/// The same for what takes a transaction back.
std::string to_text(const plan::UndoPlan& plan);

/// The same for what uninstalls.
std::string to_text(const plan::UninstallPlan& plan);

} // namespace cudasetup::render
