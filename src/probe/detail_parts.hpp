#pragma once

#include "probe/details.hpp"
#include "probe/ground.hpp"

/// What looks at the parts of Details. Only src/probe/ includes this.
namespace cudasetup::probe {

/// Builds of the driver's module that failed, and what keeps it from being loaded.
void probe_module_faults(effects::Files& target, host::Details& details);

/// The driver's own files, and packages of it that apt may remove.
void probe_driver_files(effects::Files& target, host::Details& details);

/// Toolkits, LibTorch trees and virtual environments, and the files that lead to them.
void probe_toolkit_details(effects::Files& target,
                           const DetailOptions& more,
                           const host::HostFacts& facts,
                           host::Details& details);

} // namespace cudasetup::probe
