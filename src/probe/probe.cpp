#include "probe/probe.hpp"

#include "host/nvidia_driver.hpp"
#include "host/os_release.hpp"
#include "host/surroundings.hpp"
#include "probe/ground.hpp"
#include "probe/installs.hpp"
#include "probe/machine.hpp"
#include "probe/packages.hpp"
#include "probe/tools.hpp"

#include <algorithm>

namespace cudasetup::probe {

namespace {

/// The architecture this program was built for, which is one the running machine has.
std::optional<base::Arch> own_architecture()
{
#if defined(__x86_64__)
  return base::Arch::amd64;
#elif defined(__aarch64__)
  return base::Arch::arm64;
#else
  return std::nullopt;
#endif
}

host::OsRelease probe_os(effects::Files& host_files, effects::Files& target, const ProbeOptions& options)
{
  if (options.os_release_file) {
    return host::parse_os_release(host_files.read(*options.os_release_file).value_or(""));
  }
  // The order is os-release(5)'s.
  auto text = target.read("/etc/os-release");
  if (!text) {
    text = target.read("/usr/lib/os-release");
  }
  return host::parse_os_release(text.value_or(""));
}

/// Whether packages changed that one's files since the machine was started: dpkg writes their list anew.
bool came_since_start(effects::Files& host_files, effects::Files& target, const std::string& package)
{
  constexpr std::int64_t k_nanoseconds = 1'000'000'000;
  const auto start = host::parse_boot_time(host_files.read("/proc/stat").value_or(""));
  for (const char* architecture : {"", ":amd64", ":arm64"}) {
    const auto list = target.status("/var/lib/dpkg/info/" + package + architecture + ".list", effects::FollowLinks::no);
    if (start && list) {
      return list->modified_ns / k_nanoseconds > *start;
    }
  }
  return false;
}

/// A module that DKMS built is refused by Secure Boot, unless its key is enrolled, or will be at the next boot.
bool will_be_loaded(const host::Ground& ground)
{
  const auto is_trusted = [&](const host::ModuleFile& module) {
    return module.origin == host::ModuleOrigin::prebuilt || ground.secure_boot != host::SecureBoot::on ||
           ground.key_is_enrolled.value_or(false) || ground.key_is_pending;
  };
  return !ground.kernels.empty() &&
         std::any_of(ground.kernels.back().modules.begin(), ground.kernels.back().modules.end(), is_trusted);
}

void probe_waiting_driver(effects::Files& host_files,
                          effects::Files& target,
                          const ProbeOptions& options,
                          host::HostFacts& facts)
{
  const bool has_driver_of_its_own = target_of(options) == Target::running && !options.sys_path &&
                                     facts.container == host::Container::none && !facts.wsl;
  const auto packaged = host::packaged_driver(facts.packages);
  if (has_driver_of_its_own && packaged && !facts.driver && will_be_loaded(facts.ground) &&
      came_since_start(host_files, target, packaged->package)) {
    facts.waiting_driver = packaged->driver;
  }
}

} // namespace

host::HostFacts identify(effects::Files& host_files, effects::Files& target, const ProbeOptions& options)
{
  host::HostFacts facts;
  facts.os = probe_os(host_files, target, options);
  if (target_of(options) == Target::running) {
    facts.arch = own_architecture();
  }
  return facts;
}

host::HostFacts
probe(effects::Files& host_files, effects::Files& target, effects::Processes& processes, const ProbeOptions& options)
{
  host::HostFacts facts;
  facts.os = probe_os(host_files, target, options);
  facts.is_root = options.privilege == Privilege::root;
  probe_machine(host_files, target, options, facts);
  facts.ground = probe_ground(host_files, target, options);
  probe_packages(target, facts);
  probe_waiting_driver(host_files, target, options, facts);
  if (!facts.arch && target_of(options) == Target::running) {
    facts.arch = own_architecture();
  }
  probe_apt(target, facts);
  probe_tools(target, processes, options, facts);
  probe_installs(target, options, facts);
  probe_files(target, options, facts);
  probe_space(target, facts);
  return facts;
}

} // namespace cudasetup::probe
