#include "probe/machine.hpp"

#include "host/meminfo.hpp"
#include "host/nvidia_driver.hpp"
#include "host/pci.hpp"
#include "host/surroundings.hpp"

namespace cudasetup::probe {

namespace {

bool exists(effects::Files& files, const std::string& path)
{
  return files.status(path, effects::FollowLinks::no).has_value();
}

std::string last_part(const std::string& path)
{
  return path.substr(path.rfind('/') + 1);
}

/// The display device of NVIDIA's in a directory of sysfs, if it is one.
std::optional<host::GpuDevice> gpu_at(effects::Files& files, const std::string& directory)
{
  const auto vendor = host::parse_pci_number(files.read(directory + "/vendor").value_or(""));
  if (vendor != base::k_nvidia_vendor) {
    return std::nullopt;
  }
  const auto device = host::parse_pci_number(files.read(directory + "/device").value_or(""));
  const auto class_code = host::parse_pci_class(files.read(directory + "/class").value_or(""));
  if (!device || !class_code || !host::is_display_class(*class_code)) {
    return std::nullopt;
  }
  host::GpuDevice gpu;
  gpu.address = last_part(directory);
  gpu.id = base::PciId{*vendor, *device};
  const auto board_vendor = host::parse_pci_number(files.read(directory + "/subsystem_vendor").value_or(""));
  const auto board = host::parse_pci_number(files.read(directory + "/subsystem_device").value_or(""));
  if (board_vendor && board) {
    gpu.subsystem = base::PciId{*board_vendor, *board};
  }
  gpu.bound_driver = last_part(files.link_target(directory + "/driver").value_or(""));
  return gpu;
}

void probe_gpus(effects::Files& files, const std::string& sys, host::HostFacts& facts)
{
  const std::string bus = sys + "/bus/pci/devices";
  facts.pci_readable = exists(files, bus);
  for (const std::string& address : files.list(bus)) {
    if (auto gpu = gpu_at(files, bus + "/" + address)) {
      facts.gpus.push_back(*std::move(gpu));
    }
  }
}

void probe_driver(effects::Files& files, const ProbeOptions& options, const std::string& sys, host::HostFacts& facts)
{
  const auto version = host::parse_module_version(files.read(sys + "/module/nvidia/version").value_or(""));
  if (version) {
    facts.driver = host::LoadedDriver{*version, std::nullopt};
  }
  if (options.sys_path) {
    return;
  }
  const auto told = host::parse_proc_driver_version(files.read("/proc/driver/nvidia/version").value_or(""));
  if (told && (!version || *version == told->version)) {
    facts.driver = told;
  }
}

/// What only the running machine can tell about itself.
void probe_running(effects::Files& files,
                   host::ContainerSigns& container,
                   host::JetsonSigns& jetson,
                   host::HostFacts& facts)
{
  facts.kernel = host::parse_kernel_release(files.read("/proc/sys/kernel/osrelease").value_or(""));
  facts.memory_bytes = host::parse_memory(files.read("/proc/meminfo").value_or(""));
  facts.wsl = host::is_wsl_kernel(facts.kernel);
  container.first_environment = files.read("/proc/1/environ");
  if (!facts.wsl) {
    container.pid_namespace = files.link_target("/proc/self/ns/pid");
  }
  jetson.compatible = files.read("/proc/device-tree/compatible");
  jetson.kernel = facts.kernel;
}

} // namespace

Target target_of(const ProbeOptions& options)
{
  return base::is_running_system(options.root) ? Target::running : Target::tree;
}

void probe_machine(effects::Files& host_files,
                   effects::Files& target,
                   const ProbeOptions& options,
                   host::HostFacts& facts)
{
  const bool running = target_of(options) == Target::running;
  host::ContainerSigns container;
  host::JetsonSigns jetson;
  if (running) {
    probe_running(host_files, container, jetson, facts);
  }
  container.systemd_container = target.read("/run/systemd/container");
  container.container_manager = target.read("/run/host/container-manager");
  container.has_containerenv = exists(target, "/run/.containerenv");
  container.has_dockerenv = exists(target, "/.dockerenv");
  jetson.has_tegra_release = exists(target, "/etc/nv_tegra_release");
  facts.container = host::container_of(container);
  facts.jetson = host::is_jetson(jetson);
  if (running || options.sys_path) {
    const std::string sys = options.sys_path.value_or("/sys");
    probe_gpus(host_files, sys, facts);
    probe_driver(host_files, options, sys, facts);
  }
  if (facts.wsl && facts.gpus.empty()) {
    // There the GPU is reached through /dev/dxg: an empty bus says nothing.
    facts.pci_readable = false;
  }
}

} // namespace cudasetup::probe
