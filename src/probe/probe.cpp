#include "probe/probe.hpp"

#include "host/os_release.hpp"
#include "probe/ground.hpp"
#include "probe/installs.hpp"
#include "probe/machine.hpp"
#include "probe/packages.hpp"
#include "probe/tools.hpp"

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
