#include "base/text.hpp"
#include "host/details_text.hpp"
#include "host/package_names.hpp"
#include "probe/detail_parts.hpp"

#include <algorithm>

namespace cudasetup::probe {

namespace {

/// A log of a failed build tells of its first error within this; a whole one may have megabytes.
constexpr std::size_t k_log_bytes = 512 * 1024;

void probe_failed_builds(effects::Files& target, host::Details& details)
{
  for (const char* name : {"nvidia", "nvidia-open"}) {
    const std::string directory = std::string("/var/lib/dkms/") + name;
    for (const std::string& version : target.list(directory)) {
      // DKMS takes this folder away when a build has ended well.
      const std::string log = directory + "/" + version + "/build/make.log";
      const auto text = base::Version::parse(version) ? target.read_range(log, 0, k_log_bytes)
                                                      : base::Result<std::string>(std::string());
      if (text && !text->empty()) {
        host::FailedBuild build = host::parse_make_log(*text);
        build.version = version;
        build.log = log;
        details.failed_builds.push_back(std::move(build));
      }
    }
  }
}

void probe_blacklists(effects::Files& target, host::Details& details)
{
  for (const std::string directory :
       {"/etc/modprobe.d/", "/run/modprobe.d/", "/usr/lib/modprobe.d/", "/lib/modprobe.d/"}) {
    for (const std::string& name : target.list(directory)) {
      if (!name.ends_with(".conf")) {
        continue;
      }
      for (host::Blacklisted& each :
           host::parse_blacklists(target.read(directory + name).value_or(""), directory + name)) {
        details.blacklisted.push_back(std::move(each));
      }
    }
  }
}

/// apt's own notes on which packages came for the sake of others.
void probe_automatic(effects::Files& target, host::Details& details)
{
  const auto text = target.read("/var/lib/apt/extended_states");
  if (!text) {
    return;
  }
  std::string package;
  for (const std::string_view line : base::lines(*text)) {
    if (line.starts_with("Package: ")) {
      package = std::string(base::trim(line.substr(line.find(' '))));
    } else if (line == "Auto-Installed: 1" && host::is_driver_package(package)) {
      details.automatic.insert(package);
    }
  }
}

} // namespace

void probe_module_faults(effects::Files& target, host::Details& details)
{
  probe_failed_builds(target, details);
  probe_blacklists(target, details);
}

void probe_driver_files(effects::Files& target, host::Details& details)
{
  for (const std::string directory : {"/usr/lib/x86_64-linux-gnu/", "/usr/lib/aarch64-linux-gnu/", "/usr/lib64/"}) {
    for (const std::string& name : target.list(directory)) {
      if (const auto version = host::parse_driver_library(name)) {
        details.libraries.push_back({directory + name, *version});
      }
    }
  }
  const auto is_there = [&](const char* path) { return target.resolve(path).has_value(); };
  details.has_nvidia_smi = is_there("/usr/bin/nvidia-smi") || is_there("/usr/lib/wsl/lib/nvidia-smi");
  details.has_nvidia_modprobe = is_there("/usr/bin/nvidia-modprobe");
  details.has_wsl_library = is_there("/usr/lib/wsl/lib/libcuda.so.1");
  if (const auto mode = target.read("/etc/prime-discrete")) {
    details.prime_mode = std::string(base::trim(*mode));
  }
  probe_automatic(target, details);
}

} // namespace cudasetup::probe
