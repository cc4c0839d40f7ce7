#include "unit/diagnose/machine.hpp"

namespace cudasetup::diagnose::test {

namespace {

void use_two_gpus(Machine& at)
{
  at.facts.gpus.push_back(at.facts.gpus.front());
  at.facts.gpus.back().address = "0000:02:00.0";
}

/// Secure Boot is on, and the module that DKMS built could not be loaded.
void refuse_module(Machine& at)
{
  at.unload();
  at.details.secure_boot = host::SecureBoot::on;
}

void upgrade_kernel(Machine& at)
{
  at.details.kernels.push_back({"6.8.0-50-generic", true, {}});
}

} // namespace

const std::vector<RuleCase>& gpu_cases()
{
  using Module = host::ModuleFlavour;
  static const std::vector<RuleCase> cases = {
      {"nouveau-holds-gpu",
       [](Machine& at) {
         at.unload();
         at.facts.gpus.front().bound_driver = "nouveau";
       },
       [](Machine& at) { at.details.modules->insert("nouveau"); }},
      {"nova-holds-gpu",
       [](Machine& at) {
         at.unload();
         at.facts.gpus.front().bound_driver = "NovaCore";
       },
       [](Machine& at) { at.details.modules->insert("nova_core"); }},
      {"gpus-without-common-driver",
       [](Machine& at) {
         use_two_gpus(at);
         at.facts.gpus[0].id = pci_id("10de:1b06");
         at.facts.gpus[1].id = pci_id("10de:2b85");
       },
       [](Machine& at) {
         use_two_gpus(at);
         at.facts.gpus[1].id = pci_id("10de:2b85");
       }},
      {"module-must-be-open",
       [](Machine& at) {
         at.use_gpu("10de:2b85");
         at.facts.driver->flavour = Module::proprietary;
       },
       [](Machine& at) {
         at.use_gpu("10de:2b85");
         at.facts.driver->flavour.reset();
       }},
      {"module-must-be-proprietary",
       [](Machine& at) { at.use_gpu("10de:1b06"); },
       [](Machine& at) {
         at.use_gpu("10de:1b06");
         at.facts.driver->flavour = Module::proprietary;
       }},
      {"driver-too-old-for-gpu",
       [](Machine& at) {
         at.use_gpu("10de:2f06");
         at.facts.gpus.front().bound_driver.clear();
       },
       [](Machine& at) { at.use_gpu("10de:2b85"); }},
      {"driver-too-new-for-gpu",
       [](Machine& at) {
         at.use_gpu("10de:102d");
         at.facts.gpus.front().bound_driver.clear();
       },
       [](Machine& at) {
         at.use_gpu("10de:102d");
         at.use_driver("470.256.02");
       }},
      {"gpu-without-memory-window",
       [](Machine& at) { at.details.gpus_without_memory = {"0000:01:00.0"}; },
       [](Machine& at) {
         at.be_container();
         at.details.gpus_without_memory = {"0000:01:00.0"};
       }},
      {"gpu-switched-off",
       [](Machine& at) { at.details.prime_mode = "off"; },
       [](Machine& at) { at.details.prime_mode = "on-demand"; }},
      {"fabric-manager-missing",
       [](Machine& at) { at.details.nvswitches = 4; },
       [](Machine& at) {
         at.details.nvswitches = 4;
         at.install("nvidia-fabricmanager-580", "580.95.05-1");
       }},
      {"fabric-manager-other-version",
       [](Machine& at) {
         at.details.nvswitches = 4;
         at.install("nvidia-fabricmanager-580", "580.82.07-1");
       },
       [](Machine& at) { at.install("nvidia-fabricmanager-580", "580.82.07-1"); }},
      {"prime-missing",
       [](Machine& at) {
         at.install("xserver-xorg-core", "2:21.1");
         at.details.is_laptop = true;
         at.details.other_displays = {0x8086};
       },
       [](Machine& at) {
         at.install("xserver-xorg-core", "2:21.1");
         at.details.other_displays = {0x8086};
       }},
      {"driver-missing",
       [](Machine& at) { at.remove_driver(); },
       [](Machine& at) {
         at.remove_driver();
         at.facts.gpus.front().bound_driver = "vfio-pci";
       }},
      {"dkms-build-failed",
       [](Machine& at) {
         at.details.failed_builds = {{"580.126.09", "6.8.0-50-generic", "/var/lib/dkms/x/make.log", "error: y"}};
       },
       [](Machine& at) {
         at.details.failed_builds = {{"580.126.09", "6.8.0-45-generic", "/var/lib/dkms/x/make.log", "error: y"}};
       }},
      {"kernel-headers-missing",
       [](Machine& at) {
         at.unload();
         at.details.kernels.front().modules.clear();
         at.details.kernels.front().has_headers = false;
       },
       [](Machine& at) { at.details.kernels.front().has_headers = false; }},
      {"module-missing",
       [](Machine& at) {
         at.unload();
         at.details.kernels.front().modules.clear();
       },
       [](Machine& at) {
         at.unload();
         at.facts.kernel = "of-another-system";
       }},
      {"module-not-signed",
       [](Machine& at) {
         refuse_module(at);
         at.details.kernels.front().modules.front().is_signed = false;
       },
       [](Machine& at) {
         refuse_module(at);
         at.details.kernels.front().modules.front().is_signed.reset();
       }},
      {"module-key-not-enrolled",
       [](Machine& at) {
         refuse_module(at);
         at.details.key_is_enrolled = false;
       },
       [](Machine& at) {
         refuse_module(at);
         at.details.key_is_enrolled = false;
         at.details.key_is_pending = true;
       }},
      {"module-key-pending",
       [](Machine& at) {
         refuse_module(at);
         at.details.key_is_enrolled = false;
         at.details.key_is_pending = true;
       },
       [](Machine& at) {
         refuse_module(at);
         at.details.key_is_pending = true;
       }},
      {"module-blacklisted",
       [](Machine& at) {
         at.unload();
         at.details.blacklisted.push_back({"/etc/modprobe.d/no.conf", "nvidia"});
       },
       [](Machine& at) {
         at.details.blacklisted.push_back({"/etc/modprobe.d/no.conf", "nvidia"});
       }},
      {"module-blacklisted-at-boot",
       [](Machine& at) {
         at.unload();
         at.details.command_line += " module_blacklist=foo,nvidia";
       },
       [](Machine& at) {
         at.unload();
         at.details.command_line += " module_blacklist=nvidiafb";
       }},
      {"device-files-missing",
       [](Machine& at) {
         at.details.device_files->clear();
         at.details.has_nvidia_modprobe = false;
       },
       [](Machine& at) { at.details.device_files->clear(); }},
      {"uvm-missing",
       [](Machine& at) {
         at.details.modules->erase("nvidia_uvm");
         at.details.device_files->erase("/dev/nvidia-uvm");
         at.details.has_nvidia_modprobe = false;
       },
       [](Machine& at) {
         at.details.modules->erase("nvidia_uvm");
         at.details.device_files->erase("/dev/nvidia-uvm");
       }},
      {"device-files-closed",
       [](Machine& at) { at.details.device_files->at("/dev/nvidia0") = 0660; },
       [](Machine& at) { at.details.device_files->erase("/dev/nvidia0"); }},
      {"module-not-loaded",
       [](Machine& at) { at.unload(); },
       [](Machine& at) {
         at.unload();
         at.details.modules.reset();
       }},
      {"driver-version-mismatch",
       [](Machine& at) { at.details.libraries.front().version = version("580.126.09"); },
       [](Machine& at) { at.use_driver("580.126.09"); }},
      {"driver-runfile-beside-packages",
       [](Machine& at) { at.details.has_runfile_driver = true; },
       [](Machine& at) {
         at.remove_driver();
         at.details.has_runfile_driver = true;
       }},
      {"driver-several-libraries",
       [](Machine& at) {
         at.details.libraries.push_back({"/usr/lib64/libcuda.so.535.1.1", version("535.1.1")});
       },
       [](Machine& at) {
         at.details.libraries.push_back({"/usr/lib64/libcuda.so.580.95.05", version("580.95.05")});
       }},
      {"driver-library-missing",
       [](Machine& at) { at.details.libraries.clear(); },
       [](Machine& at) {
         at.unload();
         at.details.libraries.clear();
       }},
      {"nvidia-smi-missing",
       [](Machine& at) { at.details.has_nvidia_smi = false; },
       [](Machine& at) {
         at.unload();
         at.details.has_nvidia_smi = false;
       }},
      {"kernel-log",
       [](Machine& at) {
         at.details.driver_log = {"NVRM: Xid (PCI:0000:01:00): 79, pid=1, GPU has fallen off the bus."};
       },
       [](Machine& at) {
         at.details.driver_log = {"NVRM: loading NVIDIA UNIX x86_64 Kernel Module  580.95.05",
                                  "NVRM: GPU 0000:01:00.0 is already bound to nouveau."};
       }},
      {"xorg-driver-missing",
       [](Machine& at) {
         at.install("cuda-drivers-580", "580.95.05-1");
         at.install("gdm3", "42");
         at.install("xserver-xorg-core", "2:21.1");
       },
       [](Machine& at) {
         at.install("gdm3", "42");
         at.install("xserver-xorg-core", "2:21.1");
       }},
      {"failed-after-reboot",
       [](Machine& at) { at.past.failed_after_boot = "0002"; },
       [](Machine& at) { at.past.awaiting_boot = "0002"; }},
      {"reboot-awaited",
       [](Machine& at) { at.past.awaiting_boot = "0002"; },
       [](Machine& at) { at.past.failed_after_boot = "0002"; }},
      {"reboot-asked-for",
       [](Machine& at) {
         at.details.has_reboot_file = true;
         at.details.reboot_packages = {"linux-image-6.8.0-50-generic"};
       },
       [](Machine& at) {
         at.details.has_reboot_file = true;
         at.details.reboot_packages = {"dbus"};
       }},
      {"next-kernel-headers-missing",
       [](Machine& at) {
         upgrade_kernel(at);
         at.details.kernels.back().has_headers = false;
       },
       upgrade_kernel},
      {"next-kernel-module-missing",
       upgrade_kernel,
       [](Machine& at) { at.details.kernels.push_back(Machine::kernel("6.8.0-50-generic")); }},
      {"gcc-older-than-kernels",
       [](Machine& at) {
         at.unload();
         at.details.kernels.front().modules.clear();
         at.details.kernel_gcc = 12;
       },
       [](Machine& at) {
         at.unload();
         at.details.kernels.front().modules.clear();
         at.details.kernel_gcc = 12;
         at.install("gcc-12", "12.3.0-1ubuntu1");
       }},
      {"driver-autoremovable",
       [](Machine& at) { at.details.automatic = {"nvidia-driver-580-open"}; },
       [](Machine& at) {
         at.details.automatic = {"nvidia-driver-580-open"};
         at.install("cuda-12-4", "12.4.1-1");
       }},
      {"driver-may-drop-gpu",
       [](Machine& at) {
         at.use_gpu("10de:1b06");
         at.facts.driver->flavour = Module::proprietary;
         at.install("cuda-drivers", "580.95.05-1");
       },
       [](Machine& at) {
         at.use_gpu("10de:1b06");
         at.facts.driver->flavour = Module::proprietary;
         at.install("cuda-drivers", "580.95.05-1");
         at.install("nvidia-driver-pinning-580", "580-1");
       }},
      {"nouveau-may-come-back",
       [](Machine& at) {
         at.details.has_runfile_driver = true;
         at.details.blacklisted.clear();
       },
       [](Machine& at) { at.details.blacklisted.clear(); }},
      {"boot-full",
       [](Machine& at) { at.facts.file_systems[2].free_bytes = 99'000'000; },
       [](Machine& at) {
         at.facts.file_systems[2] = {"/boot", 99'000'000, 1};
       }},
  };
  return cases;
}

} // namespace cudasetup::diagnose::test
