#pragma once

#include "probe/details.hpp"

/// What looks at the parts of Details. Only src/probe/ includes this.
namespace cudasetup::probe {

bool exists(effects::Files& files, const std::string& path);

/// Kernels of the target, what builds and signs their modules, and what keeps these from being loaded.
void probe_kernels(effects::Files& target, host::Details& details);

/// The driver's own files, and packages of it that apt may remove.
void probe_driver_files(effects::Files& target, host::Details& details);

/// Toolkits, LibTorch trees and virtual environments, and the files that lead to them.
void probe_toolkit_details(effects::Files& target,
                           const DetailOptions& more,
                           const host::HostFacts& facts,
                           host::Details& details);

} // namespace cudasetup::probe
