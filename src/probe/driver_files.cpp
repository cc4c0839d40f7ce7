#include "base/text.hpp"
#include "host/details_text.hpp"
#include "host/package_names.hpp"
#include "probe/detail_parts.hpp"

#include <algorithm>

namespace cudasetup::probe {

namespace {

/// The end of a module file that was signed (Linux, include/linux/module_signature.h).
constexpr std::string_view k_signed = "~Module signature appended~\n";

/// A log of a failed build tells of its first error within this; a whole one may have megabytes.
constexpr std::size_t k_log_bytes = 512 * 1024;

std::optional<bool> is_signed(effects::Files& target, const std::string& path)
{
  if (!path.ends_with(".ko")) {
    return std::nullopt;
  }
  const auto status = target.status(path, effects::FollowLinks::yes);
  if (!status || status->bytes < k_signed.size()) {
    return std::nullopt;
  }
  const auto end = target.read_range(path, status->bytes - k_signed.size(), k_signed.size());
  return end ? std::optional(*end == k_signed) : std::nullopt;
}

/// NVIDIA's module in a directory, compressed or not.
void add_modules(effects::Files& target,
                 const std::string& directory,
                 host::ModuleOrigin origin,
                 std::vector<host::ModuleFile>& modules)
{
  for (const char* name : {"nvidia.ko", "nvidia-current.ko"}) {
    for (const char* ending : {"", ".zst", ".xz", ".gz"}) {
      const std::string path = directory + "/" + name + ending;
      if (target.status(path, effects::FollowLinks::yes)) {
        modules.push_back({path, origin, is_signed(target, path)});
      }
    }
  }
}

/// Where modules come to lie: Ubuntu's prebuilt ones, DKMS's, and those of NVIDIA's installer.
std::vector<host::ModuleFile> modules_for(effects::Files& target, const std::string& modules_directory)
{
  std::vector<host::ModuleFile> modules;
  for (const std::string& name : target.list(modules_directory + "/kernel")) {
    if (name.starts_with("nvidia-")) {
      const std::string directory = modules_directory + "/kernel/" + name;
      add_modules(target, directory, host::ModuleOrigin::prebuilt, modules);
      add_modules(target, directory + "/bits", host::ModuleOrigin::prebuilt, modules);
    }
  }
  add_modules(target, modules_directory + "/updates/dkms", host::ModuleOrigin::dkms, modules);
  for (const char* other : {"/kernel/drivers/video", "/updates", "/extra", "/kernel/drivers/char/drm"}) {
    add_modules(target, modules_directory + other, host::ModuleOrigin::other, modules);
  }
  return modules;
}

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

void probe_kernels(effects::Files& target, host::Details& details)
{
  constexpr std::string_view k_image = "vmlinuz-";
  for (const std::string& name : target.list("/boot")) {
    if (!name.starts_with(k_image)) {
      continue;
    }
    host::Kernel kernel;
    kernel.release = name.substr(k_image.size());
    const std::string directory = "/lib/modules/" + kernel.release;
    kernel.has_headers = target.resolve(directory + "/build").has_value();
    kernel.modules = modules_for(target, directory);
    details.kernels.push_back(std::move(kernel));
  }
  std::sort(details.kernels.begin(), details.kernels.end(), [](const host::Kernel& a, const host::Kernel& b) {
    return base::compare_debian_versions(a.release, b.release) < 0;
  });
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
  details.has_runfile_driver = is_there("/usr/bin/nvidia-uninstall");
  details.has_nvidia_smi = is_there("/usr/bin/nvidia-smi") || is_there("/usr/lib/wsl/lib/nvidia-smi");
  details.has_nvidia_modprobe = is_there("/usr/bin/nvidia-modprobe");
  details.has_wsl_library = is_there("/usr/lib/wsl/lib/libcuda.so.1");
  if (const auto mode = target.read("/etc/prime-discrete")) {
    details.prime_mode = std::string(base::trim(*mode));
  }
  probe_automatic(target, details);
}

} // namespace cudasetup::probe
