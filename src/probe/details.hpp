#pragma once

#include "host/details.hpp"
#include "probe/probe.hpp"

#include <map>
#include <string>
#include <vector>

namespace cudasetup::probe {

/// What the caller knows beside ProbeOptions.
struct DetailOptions {
  /// PATH, LD_LIBRARY_PATH, CUDA_HOME and CUDA_PATH of whoever asks; empty where they are not those of the target's
  /// user (another tree, sudo).
  std::map<std::string, std::string> variables;
  /// Where virtual environments of ours may be, beside the usual place.
  std::vector<std::string> python_directories;
};

/// Looks closer at a machine whose @p facts are known, by reading files alone. Never fails, runs and changes nothing;
/// some tens of milliseconds. What ProbeOptions say of a tree holds here too: kernel modules that are loaded, devices
/// and firmware are of the running machine, and unknown for a tree unless `sys_path` says where to look.
host::Details probe_details(effects::Files& host_files,
                            effects::Files& target,
                            const ProbeOptions& options,
                            const DetailOptions& more,
                            const host::HostFacts& facts);

} // namespace cudasetup::probe
