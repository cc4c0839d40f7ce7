#pragma once

#include "host/facts.hpp"
#include "resolve/settle.hpp"

#include <vector>

namespace cudasetup::resolve {

/// Alternatives to the refused selection on a machine that is not quite the one of @p facts, each settled for that
/// machine, whose difference is in the HOST options among its arguments (--gpu, --os, --container): for each GPU alone
/// where no driver serves all of them; on the nearest other Ubuntu, and in a container of it, where no toolkit can be
/// had on this one; for the CPU where nothing else is left. @p here: what was found for the machine as it is.
std::vector<Alternative>
find_elsewhere(const Question& refused, const host::HostFacts& facts, const std::vector<Alternative>& here);

} // namespace cudasetup::resolve
