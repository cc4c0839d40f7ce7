#include "probe/ground.hpp"

#include "base/text.hpp"
#include "host/details_text.hpp"
#include "host/paths.hpp"
#include "host/pci.hpp"
#include "probe/machine.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::probe {

namespace {

constexpr std::array<const char*, 5> k_modules = {"nvidia", "nvidia_uvm", "nvidia_drm", "nouveau", "nova_core"};

/// The unique ids of EFI's global variables and of shim's, in the names of efivars.
constexpr const char* k_efi_global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
constexpr const char* k_efi_shim = "-605dab50-e046-4300-abb6-3dd810dd8b23";

/// The end of a module file that was signed (Linux, include/linux/module_signature.h).
constexpr std::string_view k_signed = "~Module signature appended~\n";

void probe_modules(effects::Files& files, const std::string& sys, host::Ground& ground)
{
  if (files.list(sys + "/module").empty()) {
    return;
  }
  ground.modules.emplace();
  for (const char* name : k_modules) {
    if (exists(files, sys + "/module/" + name)) {
      ground.modules->insert(name);
    }
  }
}

/// update-secureboot-policy and mokutil read the same variables.
void probe_secure_boot(effects::Files& files, effects::Files& target, const std::string& sys, host::Ground& ground)
{
  const std::string efi = sys + "/firmware/efi";
  if (!exists(files, sys + "/firmware")) {
    return;
  }
  if (!exists(files, efi)) {
    ground.secure_boot = host::SecureBoot::impossible;
    return;
  }
  const auto variable = files.read(efi + "/efivars/SecureBoot" + k_efi_global);
  if (!variable) {
    return;
  }
  const bool validates = !host::is_on(files.read(efi + "/efivars/MokSBStateRT" + k_efi_shim).value_or("")) &&
                         base::trim(files.read("/proc/sys/kernel/moksbstate_disabled").value_or("0")) != "1";
  ground.secure_boot = host::is_on(*variable) && validates ? host::SecureBoot::on : host::SecureBoot::off;
  probe_module_key(files, target, sys, ground);
}

void probe_bus(effects::Files& files, const std::string& sys, host::Ground& ground)
{
  constexpr std::uint32_t k_switch_class = 0x0680; // of NVSwitches: a bridge of another kind
  const std::string bus = sys + "/bus/pci/devices/";
  for (const std::string& address : files.list(bus)) {
    const auto class_code = host::parse_pci_class(files.read(bus + address + "/class").value_or(""));
    const auto vendor = host::parse_pci_number(files.read(bus + address + "/vendor").value_or(""));
    if (!class_code || !vendor) {
      continue;
    }
    const bool is_nvidia = vendor == base::k_nvidia_vendor;
    if (is_nvidia && *class_code >> 8U == k_switch_class) {
      ++ground.nvswitches;
    } else if (host::is_display_class(*class_code) && !is_nvidia) {
      ground.other_displays.push_back(*vendor);
    }
  }
  // A laptop, as Ubuntu's gpu-manager tells one.
  const std::string chassis(base::trim(files.read(sys + "/devices/virtual/dmi/id/chassis_type").value_or("")));
  ground.is_laptop = chassis == "8" || chassis == "9" || chassis == "10" || chassis == "31";
}

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

void probe_kernels(effects::Files& target, host::Ground& ground)
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
    ground.kernels.push_back(std::move(kernel));
  }
  std::sort(ground.kernels.begin(), ground.kernels.end(), [](const host::Kernel& a, const host::Kernel& b) {
    return base::compare_debian_versions(a.release, b.release) < 0;
  });
}

} // namespace

bool exists(effects::Files& files, const std::string& path)
{
  return files.status(path, effects::FollowLinks::no).has_value();
}

void probe_module_key(effects::Files& files, effects::Files& target, const std::string& sys, host::Ground& ground)
{
  const std::string variables = sys + "/firmware/efi/efivars/";
  const std::string key = target.read(std::string(host::k_module_key)).value_or("");
  if (key.empty()) {
    return;
  }
  ground.has_module_key = exists(target, std::string(host::k_module_key_secret));
  if (const auto enrolled = files.read(variables + "MokListRT" + k_efi_shim)) {
    ground.key_is_enrolled = enrolled->find(key) != std::string::npos;
  }
  const auto pending = files.read(variables + "MokNew" + k_efi_shim);
  ground.key_is_pending = pending && pending->find(key) != std::string::npos;
}

host::Ground probe_ground(effects::Files& host_files, effects::Files& target, const ProbeOptions& options)
{
  host::Ground ground;
  const bool running = target_of(options) == Target::running;
  if (running || options.sys_path) {
    const std::string sys = options.sys_path.value_or("/sys");
    probe_modules(host_files, sys, ground);
    probe_secure_boot(host_files, target, sys, ground);
    probe_bus(host_files, sys, ground);
  }
  if (running && !options.sys_path) {
    ground.kernel_gcc = host::parse_kernel_gcc(host_files.read("/proc/version").value_or(""));
  }
  probe_kernels(target, ground);
  ground.has_runfile_driver = target.resolve("/usr/bin/nvidia-uninstall").has_value();
  return ground;
}

} // namespace cudasetup::probe
