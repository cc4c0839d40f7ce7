#pragma once

#include "probe/probe.hpp"

namespace cudasetup::probe {

/// Versions of gcc, cmake and python3, of the program that a search of /usr/local/bin and /usr/bin finds. Wants
/// facts.packages.
void probe_tools(effects::Files& target,
                 effects::Processes& processes,
                 const ProbeOptions& options,
                 host::HostFacts& facts);

} // namespace cudasetup::probe
