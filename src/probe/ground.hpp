#pragma once

#include "host/ground.hpp"
#include "probe/probe.hpp"

namespace cudasetup::probe {

/// What a driver would stand on here, by reading files alone. Loaded modules, devices and firmware are the running
/// machine's, and unknown for a tree unless `sys_path` says where to look; kernels are the target's.
host::Ground probe_ground(effects::Files& host_files, effects::Files& target, const ProbeOptions& options);

/// The key that DKMS signs with: whether it is there, and what the firmware's variables below @p sys say of it.
void probe_module_key(effects::Files& files, effects::Files& target, const std::string& sys, host::Ground& ground);

/// Whether something has that name, a dangling link as well.
bool exists(effects::Files& files, const std::string& path);

} // namespace cudasetup::probe
