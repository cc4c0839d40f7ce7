#pragma once

#include "diagnose/diagnose.hpp"
#include "support/sample_host.hpp"

#include <string>
#include <vector>

namespace cudasetup::diagnose::test {

using cudasetup::test::knowledge::pci_id;
using cudasetup::test::knowledge::version;

/// All that diagnosing looks at, of a machine on which everything works: Ubuntu 22.04, a T4, Ubuntu's driver 580, CUDA
/// 12.4.1 and LibTorch 2.6.0+cu124.
struct Machine {
  host::HostFacts facts = cudasetup::test::knowledge::sample_host("22.04", {"10de:1eb8"});
  host::Details details;
  manifest::Manifest manifest = cudasetup::test::knowledge::sample_manifest();
  host::AptFaults apt;
  Past past;

  Machine()
  {
    facts.kernel = "6.8.0-45-generic";
    facts.gpus.front().bound_driver = "nvidia";
    facts.driver = host::LoadedDriver{version("580.95.05"), host::ModuleFlavour::open};
    for (const char* name :
         {"nvidia-driver-580-open", "libnvidia-compute-580", "nvidia-utils-580", "nvidia-dkms-580-open"}) {
      install(name, "580.95.05-0ubuntu0.22.04.1");
    }
    install("libc6", "2.35-0ubuntu3.8");
    install("g++", "4:11.2.0-1ubuntu1");
    facts.glibc = version("2.35");
    facts.gcc = version("11.4.0");
    facts.cmake = version("3.22.1");
    facts.toolkits = {{"/usr/local/cuda-12.4", version("12.4.1"), true}};
    facts.active_toolkit = "/usr/local/cuda-12.4";
    facts.libtorch = {{"/opt/libtorch/2.6.0+cu124", "2.6.0+cu124"}};
    facts.current_libtorch = "/opt/libtorch/2.6.0+cu124";
    facts.file_systems = {{"/", 50'000'000'000, 1}, {"/var", 50'000'000'000, 1}, {"/boot", 400'000'000, 2}};
    add_details();
  }
  void add_details()
  {
    details.modules = {"nvidia", "nvidia_uvm"};
    details.secure_boot = host::SecureBoot::off;
    details.kernels = {kernel("6.8.0-45-generic")};
    details.blacklisted = {{"/usr/lib/modprobe.d/nvidia-graphics-drivers.conf", "nouveau"}};
    details.command_line = "BOOT_IMAGE=/vmlinuz-6.8.0-45-generic root=/dev/sda1 ro quiet";
    details.kernel_gcc = 11;
    details.device_files = {{{"/dev/nvidia0", 0666}, {"/dev/nvidiactl", 0666}, {"/dev/nvidia-uvm", 0666}}};
    details.libraries = {{"/usr/lib/x86_64-linux-gnu/libcuda.so.580.95.05", version("580.95.05")}};
    details.has_nvidia_smi = true;
    details.has_nvidia_modprobe = true;
    details.largest_initrd = 100'000'000;
    details.has_cuda_link = true;
    details.has_current_libtorch_link = true;
    details.named = {{"/etc/profile.d/cudasetup.sh", "/usr/local/cuda-12.4", true}};
    details.torch = {{"/opt/libtorch/2.6.0+cu124",
                      true,
                      base::Arch::amd64,
                      {"libc10.so", "libtorch.so", "libtorch_cpu.so", "libtorch_cuda.so"},
                      {},
                      false}};
    details.variables = {{"PATH", "/usr/local/cuda-12.4/bin:/usr/bin"}};
    details.nvcc_in_path = "/usr/local/cuda-12.4/bin/nvcc";
  }
  static host::Kernel kernel(const std::string& release)
  {
    return {release, true, {{"/lib/modules/" + release + "/updates/dkms/nvidia.ko", host::ModuleOrigin::dkms, true}}};
  }
  void install(const std::string& name, const std::string& package_version)
  {
    facts.packages[name] = {package_version};
  }
  /// Everything of the driver goes: its files, its module, its packages.
  void remove_driver()
  {
    unload();
    details.libraries.clear();
    details.blacklisted.clear();
    std::erase_if(facts.packages,
                  [](const auto& package) { return package.first.find("nvidia") != std::string::npos; });
    details.kernels.front().modules.clear();
  }
  void unload()
  {
    facts.driver.reset();
    facts.gpus.front().bound_driver.clear();
    details.modules->clear();
    details.device_files->clear();
  }
  void use_gpu(std::string_view id) { facts.gpus.front().id = pci_id(id); }
  void use_driver(std::string_view number)
  {
    facts.driver->version = version(number);
    details.libraries.front().version = version(number);
  }
  void use_torch(const std::string& build) { facts.libtorch.front().build_version = build; }
  void be_wsl()
  {
    remove_driver();
    facts.gpus.clear();
    facts.pci_readable = false;
    facts.wsl = true;
    facts.kernel = "5.15.90.1-microsoft-standard-WSL2";
    details.kernels.clear();
    details.device_files = {{{"/dev/dxg", 0666}}};
    details.has_wsl_library = true;
    details.variables.erase("LD_LIBRARY_PATH");
  }
  void be_container()
  {
    remove_driver();
    facts.container = host::Container::docker;
    details.kernels.clear();
  }
  /// In a container that was given the GPU: module, devices and libraries are the host's.
  void be_given_gpu()
  {
    be_container();
    facts.gpus.front().bound_driver = "nvidia";
    facts.driver = host::LoadedDriver{version("580.95.05"), host::ModuleFlavour::open};
    details.modules->insert("nvidia");
    details.device_files = {{{"/dev/nvidia0", 0666}, {"/dev/nvidiactl", 0666}, {"/dev/nvidia-uvm", 0666}}};
    details.libraries = {{"/usr/lib/x86_64-linux-gnu/libcuda.so.580.95.05", version("580.95.05")}};
  }
  void fault(host::SourceFault kind)
  {
    host::FaultySource faulty;
    faulty.source.file = "/etc/apt/sources.list.d/cuda.list";
    faulty.fault = kind;
    faulty.because = "because";
    apt.sources.push_back(faulty);
  }

  std::vector<Finding> findings() const { return find_faults({facts, details, manifest, apt, past}); }
  std::vector<std::string> ids() const
  {
    std::vector<std::string> found;
    for (const Finding& finding : findings()) {
      found.emplace_back(finding.id);
    }
    return found;
  }
};

/// A rule, a change of the sound machine that makes it speak, and one as near as can be that does not.
struct RuleCase {
  const char* id;
  void (*breaks)(Machine&);
  void (*spares)(Machine&);
};

const std::vector<RuleCase>& apt_cases();
const std::vector<RuleCase>& place_cases();
const std::vector<RuleCase>& gpu_cases();
const std::vector<RuleCase>& toolkit_cases();
const std::vector<RuleCase>& torch_cases();

} // namespace cudasetup::diagnose::test
