#pragma once

#include "probe/probe.hpp"

namespace cudasetup::probe {

/// Whether the target is the running system itself.
enum class Target { running, tree };

Target target_of(const ProbeOptions& options);

/// GPUs on the PCI bus, the loaded driver, kernel, memory; container, WSL and Jetson.
void probe_machine(effects::Files& host_files,
                   effects::Files& target,
                   const ProbeOptions& options,
                   host::HostFacts& facts);

} // namespace cudasetup::probe
