#pragma once

#include "resolve/settle.hpp"

namespace cudasetup::resolve {

/// Completes a selection that works: a reason for each thing chosen, in the order cuda, method, driver, torch, python,
/// and the cautions found on the way.
Resolution explain(const Question& question, Attempt attempt);

} // namespace cudasetup::resolve
