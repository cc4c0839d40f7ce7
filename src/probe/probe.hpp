#pragma once

#include "base/command.hpp"
#include "effects/files.hpp"
#include "effects/processes.hpp"
#include "host/facts.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cudasetup::probe {

enum class Privilege { user, root };

/// How to look. What `--root` means for the facts: packages, toolkits, sources, pins, files, compilers and free space
/// are those of the tree. Kernel, loaded driver, memory and WSL are of the running machine and stay unknown for a tree;
/// so do GPUs, unless `sys_path` says where to look (an image is rarely for the machine that builds it; name its GPUs
/// with --gpu). Whether it is a container is then told by the tree's own files alone.
struct ProbeOptions {
  /// The tree of `target`; "" and "/" are the running system.
  std::string root = {};
  /// Read from the running machine instead of the target's /etc/os-release or /usr/lib/os-release.
  std::optional<std::string> os_release_file = std::nullopt;
  /// A sysfs of the running machine to find GPUs and the loaded module in; without one /sys, for the running system
  /// only. When it is given, /proc is not asked about the driver.
  std::optional<std::string> sys_path = std::nullopt;
  /// Where a request wants LibTorch; it is looked at beside /opt/libtorch.
  std::optional<std::string> libtorch_directory = std::nullopt;
  /// Where a request wants a virtual environment; our record of what is in it goes to HostFacts::files.
  std::optional<std::string> python_directory = std::nullopt;
  /// Whether we run as root. As a user, no program inside a `root` can be run.
  Privilege privilege = Privilege::user;
};

/// Every command that `probe` may ever run, before base::in_root. All only print a version. Each is run solely when its
/// program comes from no package (built by hand, say), since a package's version is read from dpkg's database: on a
/// usual system no process is started at all.
const std::vector<base::Command>& allowed_commands();

/// Only what tells which machine it is: `os`, and `arch` as far as it is known without a look at dpkg's database, which
/// is for the running system. Reads one file.
host::HostFacts identify(effects::Files& host_files, effects::Files& target, const ProbeOptions& options);

/// Looks at the machine, by reading files. Never fails and never changes anything: what cannot be found out stays
/// unknown. `host_files` is the running machine's tree, `target` the system's under `options.root`. Under 10 ms on a
/// usual machine.
host::HostFacts
probe(effects::Files& host_files, effects::Files& target, effects::Processes& processes, const ProbeOptions& options);

/// Adds to the facts what apt's lists of Ubuntu's archive have of the driver: for a machine that may get one. Reads
/// these lists (some tens of megabytes, some tens of milliseconds) without asking apt, which would write its cache.
/// Where none can be read, as on images that keep them compressed, nothing is added.
void probe_ubuntu_archive(effects::Files& target, host::HostFacts& facts);

} // namespace cudasetup::probe
