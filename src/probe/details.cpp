#include "probe/details.hpp"

#include "base/text.hpp"
#include "host/details_text.hpp"
#include "host/pci.hpp"
#include "probe/detail_parts.hpp"
#include "probe/machine.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::probe {

namespace {

/// The program that Docker's configuration names as NVIDIA's runtime; a bare name is looked for in /usr/bin.
std::string runtime_named(std::string_view configuration)
{
  const std::size_t at = configuration.find("nvidia-container-runtime\"");
  const std::size_t quote = at == std::string_view::npos ? at : configuration.rfind('"', at);
  const std::string name(quote == std::string_view::npos
                             ? std::string_view("nvidia-container-runtime")
                             : configuration.substr(quote + 1, configuration.find('"', at) - quote - 1));
  return name.starts_with('/') ? name : "/usr/bin/" + name;
}

/// Whether the first line of a `resource` file of sysfs (begin, end, flags) says that there is no memory window.
bool has_no_window(std::string_view resource)
{
  const auto words = base::words(resource.substr(0, resource.find('\n')));
  return words.size() == 3 && words[0] == words[1] && words[0].find_first_not_of("0x") == std::string_view::npos;
}

void probe_windows(effects::Files& files, const std::string& sys, host::Details& details)
{
  const std::string bus = sys + "/bus/pci/devices/";
  for (const std::string& address : files.list(bus)) {
    const auto class_code = host::parse_pci_class(files.read(bus + address + "/class").value_or(""));
    const auto vendor = host::parse_pci_number(files.read(bus + address + "/vendor").value_or(""));
    if (class_code && vendor == base::k_nvidia_vendor && host::is_display_class(*class_code) &&
        has_no_window(files.read(bus + address + "/resource").value_or(""))) {
      details.gpus_without_memory.push_back(address);
    }
  }
}

void probe_device_files(effects::Files& files, host::Details& details)
{
  const std::vector<std::string> names = files.list("/dev");
  if (names.empty()) {
    return;
  }
  details.device_files.emplace();
  for (const std::string& name : names) {
    const auto status = name.starts_with("nvidia") || name == "dxg"
                            ? files.status("/dev/" + name, effects::FollowLinks::yes)
                            : std::nullopt;
    if (status && status->type != effects::FileType::directory) {
      details.device_files->emplace("/dev/" + name, status->mode);
    }
  }
}

void probe_nvcc_in_path(effects::Files& target, host::Details& details)
{
  const auto path = details.variables.find("PATH");
  if (path == details.variables.end()) {
    return;
  }
  for (const std::string_view directory : base::split(path->second, ':')) {
    if (!directory.starts_with('/')) {
      continue;
    }
    if (auto nvcc = target.resolve(std::string(directory) + "/nvcc")) {
      details.nvcc_in_path = std::move(nvcc);
      return;
    }
  }
}

/// What packages and people left for the next boot, and room for its kernel.
void probe_system(effects::Files& target, host::Details& details)
{
  details.has_reboot_file = exists(target, "/run/reboot-required");
  const std::string packages = target.read("/run/reboot-required.pkgs").value_or("");
  for (const std::string_view line : base::lines(packages)) {
    details.reboot_packages.emplace_back(base::trim(line));
  }
  for (const std::string& name : target.list("/boot")) {
    const auto status =
        name.starts_with("initrd.img-") ? target.status("/boot/" + name, effects::FollowLinks::no) : std::nullopt;
    if (status && status->type == effects::FileType::regular) {
      details.largest_initrd = std::max(details.largest_initrd.value_or(0), status->bytes);
    }
  }
  if (const auto log = target.status("/tmp/cuda-installer.log", effects::FollowLinks::no)) {
    details.installer_log_owner = log->owner;
  }
  const std::string docker = target.read("/etc/docker/daemon.json").value_or("");
  details.has_docker_nvidia = docker.find("nvidia-container-runtime") != std::string::npos;
  details.has_container_runtime = exists(target, runtime_named(docker));
}

/// Of a log with more only the end: what the kernel says of itself at its start stands before it.
void probe_driver_log(effects::Files& target, const std::string& running, host::Details& details)
{
  constexpr const char* k_log = "/var/log/kern.log";
  constexpr std::uint64_t k_most = 4U << 20U;
  const auto status = target.status(k_log, effects::FollowLinks::yes);
  if (status && status->type == effects::FileType::regular) {
    const auto text = target.read_range(k_log, status->bytes > k_most ? status->bytes - k_most : 0, k_most);
    details.driver_log = host::parse_driver_log(text.value_or(std::string()), running);
  }
}

} // namespace

host::Details probe_details(effects::Files& host_files,
                            effects::Files& target,
                            const ProbeOptions& options,
                            const DetailOptions& more,
                            const host::HostFacts& facts)
{
  host::Details details;
  static_cast<host::Ground&>(details) = facts.ground;
  const bool running = target_of(options) == Target::running;
  if (running || options.sys_path) {
    probe_windows(host_files, options.sys_path.value_or("/sys"), details);
  }
  if (running && !options.sys_path) {
    probe_device_files(host_files, details);
    details.command_line = std::string(base::trim(host_files.read("/proc/cmdline").value_or("")));
  }
  if (running) {
    details.variables = more.variables;
    probe_nvcc_in_path(target, details);
  }
  probe_module_faults(target, details);
  probe_driver_files(target, details);
  probe_system(target, details);
  probe_driver_log(target, facts.kernel, details);
  probe_toolkit_details(target, more, facts, details);
  return details;
}

} // namespace cudasetup::probe
