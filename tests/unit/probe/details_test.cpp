#include "probe/details.hpp"
#include "probe/ground.hpp"

#include "support/fake_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::probe {
namespace {

using host::SecureBoot;
using test::Changes;
using test::FakeFiles;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string k_secure_boot = "/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
const std::string k_mok_list = "/firmware/efi/efivars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23";
const std::string k_mok_state = "/firmware/efi/efivars/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23";

class DetailsProbe : public testing::Test {
protected:
  host::Details look(const ProbeOptions& options = {}, const DetailOptions& more = {})
  {
    m_facts.ground = probe_ground(m_files, m_files, options);
    return probe_details(m_files, m_files, options, more, m_facts);
  }
  FakeFiles m_files{Changes::forbidden};
  host::HostFacts m_facts;
};

TEST_F(DetailsProbe, WhatIsNotThereIsUnknown)
{
  const host::Details details = look();
  EXPECT_FALSE(details.modules);
  EXPECT_FALSE(details.secure_boot);
  EXPECT_FALSE(details.device_files);
  EXPECT_THAT(details.kernels, IsEmpty());
  EXPECT_FALSE(details.has_cuda_link);
}

TEST_F(DetailsProbe, LoadedModules)
{
  m_files.put_directory("/sys/module/nvidia").put_directory("/sys/module/nouveau").put_directory("/sys/module/ext4");
  EXPECT_THAT(*look().modules, ElementsAre("nouveau", "nvidia"));
  EXPECT_FALSE(look({.root = "/mnt"}).modules);
}

TEST_F(DetailsProbe, SecureBoot)
{
  m_files.put_directory("/sys/firmware");
  EXPECT_EQ(look().secure_boot, SecureBoot::impossible);
  m_files.put_directory("/sys/firmware/efi");
  EXPECT_EQ(look().secure_boot, std::nullopt);
  m_files.put("/sys" + k_secure_boot, std::string("\x06\0\0\0\x01", 5));
  EXPECT_EQ(look().secure_boot, SecureBoot::on);
  m_files.put("/sys" + k_mok_state, std::string("\x06\0\0\0\x01", 5));
  EXPECT_EQ(look().secure_boot, SecureBoot::off);
  m_files.put("/sys" + k_secure_boot, std::string("\x06\0\0\0\0", 5));
  EXPECT_EQ(look().secure_boot, SecureBoot::off);
}

TEST_F(DetailsProbe, WhetherTheKeyOfDkmsIsEnrolled)
{
  m_files.put("/sys" + k_secure_boot, std::string("\x06\0\0\0\x01", 5)).put("/var/lib/shim-signed/mok/MOK.der", "KEY");
  EXPECT_EQ(look().key_is_enrolled, std::nullopt);
  m_files.put("/sys" + k_mok_list, "..CANONICAL..");
  EXPECT_EQ(look().key_is_enrolled, false);
  m_files.put("/sys" + k_mok_list, "..CANONICAL..KEY..");
  EXPECT_EQ(look().key_is_enrolled, true);
}

TEST_F(DetailsProbe, KernelsAndTheirModulesOldestFirst)
{
  m_files.put("/boot/vmlinuz-6.8.0-100-generic", "k").put("/boot/vmlinuz-6.8.0-45-generic", "k");
  m_files.put("/boot/initrd.img-6.8.0-45-generic", std::string(700, 'i')).put("/boot/config-6.8.0-45-generic", "c");
  m_files.put("/lib/modules/6.8.0-45-generic/updates/dkms/nvidia.ko", "code~Module signature appended~\n");
  m_files.put("/lib/modules/6.8.0-45-generic/kernel/drivers/video/nvidia.ko", std::string(100, 'c'));
  m_files.put_directory("/usr/src/linux-headers-6.8.0-45-generic");
  m_files.put_link("/lib/modules/6.8.0-45-generic/build", "/usr/src/linux-headers-6.8.0-45-generic");
  m_files.put("/lib/modules/6.8.0-100-generic/kernel/nvidia-580-open/nvidia.ko.zst", "packed");
  m_files.put_link("/lib/modules/6.8.0-100-generic/build", "/usr/src/linux-headers-6.8.0-100-generic");
  const host::Details details = look();
  ASSERT_EQ(details.kernels.size(), 2U);
  const host::Kernel& old = details.kernels[0];
  EXPECT_EQ(old.release, "6.8.0-45-generic");
  EXPECT_TRUE(old.has_headers);
  ASSERT_EQ(old.modules.size(), 2U);
  EXPECT_EQ(old.modules[0].origin, host::ModuleOrigin::dkms);
  EXPECT_EQ(old.modules[0].is_signed, true);
  EXPECT_EQ(old.modules[1].origin, host::ModuleOrigin::other);
  EXPECT_EQ(old.modules[1].is_signed, false);
  const host::Kernel& next = details.kernels[1];
  EXPECT_FALSE(next.has_headers);
  ASSERT_EQ(next.modules.size(), 1U);
  EXPECT_EQ(next.modules[0].origin, host::ModuleOrigin::prebuilt);
  EXPECT_EQ(next.modules[0].is_signed, std::nullopt);
  EXPECT_EQ(details.largest_initrd, 700U);
}

TEST_F(DetailsProbe, ALogOfAnotherKernelIsNotBelieved)
{
  m_files.put("/var/log/kern.log",
              "Nov  2 h kernel: [    0.0] Linux version 6.8.0-48-generic (gcc)\n"
              "Nov  2 h kernel: [    9.0] NVRM: No NVIDIA GPU found.\n");
  m_facts.kernel = "6.8.0-48-generic";
  EXPECT_FALSE(look().driver_log.empty());
  m_facts.kernel = "6.8.0-50-generic";
  EXPECT_THAT(look().driver_log, IsEmpty());
}

TEST_F(DetailsProbe, BuildsThatFailed)
{
  m_files.put("/var/log/kern.log", "kernel: NVRM: No NVIDIA GPU found.\n");
  m_files.put("/var/lib/dkms/nvidia/580.119.02/build/make.log",
              "DKMS make.log for nvidia for kernel 7.0.0-1-generic\n");
  m_files.put("/var/lib/dkms/nvidia/580.95.05/6.8.0-45-generic/x86_64/log/make.log", "x.c: error: old\n");
  const host::Details details = look();
  EXPECT_EQ(details.driver_log, std::vector<std::string>{"NVRM: No NVIDIA GPU found."});
  ASSERT_EQ(details.failed_builds.size(), 1U);
  EXPECT_EQ(details.failed_builds[0].version, "580.119.02");
  EXPECT_EQ(details.failed_builds[0].kernel, "7.0.0-1-generic");
  EXPECT_EQ(details.failed_builds[0].log, "/var/lib/dkms/nvidia/580.119.02/build/make.log");
}

TEST_F(DetailsProbe, TheBus)
{
  const auto put = [&](const std::string& address, const std::string& vendor, const std::string& type) {
    m_files.put("/sys/bus/pci/devices/" + address + "/vendor", vendor + "\n");
    m_files.put("/sys/bus/pci/devices/" + address + "/class", type + "\n");
  };
  put("0000:00:02.0", "0x8086", "0x030000");
  put("0000:01:00.0", "0x10de", "0x030200");
  put("0000:02:00.0", "0x10de", "0x030200");
  put("0000:03:00.0", "0x10de", "0x068000");
  put("0000:04:00.0", "0x10de", "0x040300");
  const std::string none = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";
  m_files.put("/sys/bus/pci/devices/0000:01:00.0/resource", "0x00000000a3000000 0x00000000a3ffffff 0x40200\n" + none);
  m_files.put("/sys/bus/pci/devices/0000:02:00.0/resource", none);
  m_files.put("/sys/devices/virtual/dmi/id/chassis_type", "10\n");
  const host::Details details = look();
  EXPECT_THAT(details.gpus_without_memory, ElementsAre("0000:02:00.0"));
  EXPECT_THAT(details.other_displays, ElementsAre(0x8086));
  EXPECT_EQ(details.nvswitches, 1U);
  EXPECT_TRUE(details.is_laptop);
}

TEST_F(DetailsProbe, DevicesOfTheRunningSystemAlone)
{
  m_files.put("/dev/nvidia0", "", 0666).put("/dev/nvidiactl", "", 0660).put("/dev/null", "");
  m_files.put_directory("/dev/nvidia-caps");
  EXPECT_THAT(*look().device_files,
              UnorderedElementsAre(std::pair{"/dev/nvidia0", 0666U}, std::pair{"/dev/nvidiactl", 0660U}));
  EXPECT_FALSE(look({.root = "/mnt"}).device_files);
  EXPECT_FALSE(look({.sys_path = "/sys"}).device_files);
}

TEST_F(DetailsProbe, TheDriversOwnFiles)
{
  m_files.put("/usr/lib/x86_64-linux-gnu/libcuda.so.580.95.05", "elf");
  m_files.put_link("/usr/lib/x86_64-linux-gnu/libcuda.so.1", "libcuda.so.580.95.05");
  m_files.put("/usr/bin/nvidia-smi", "elf").put("/etc/prime-discrete", "off\n");
  m_files.put("/var/lib/apt/extended_states",
              "Package: nvidia-driver-580\nArchitecture: amd64\nAuto-Installed: 1\n\n"
              "Package: libfoo\nAuto-Installed: 1\n\nPackage: nvidia-utils-580\nAuto-Installed: 0\n");
  m_files.put("/etc/modprobe.d/no.conf", "blacklist nvidia\n")
      .put("/etc/modprobe.d/no.conf.off", "blacklist nouveau\n");
  const host::Details details = look();
  ASSERT_EQ(details.libraries.size(), 1U);
  EXPECT_EQ(details.libraries[0].path, "/usr/lib/x86_64-linux-gnu/libcuda.so.580.95.05");
  EXPECT_EQ(details.libraries[0].version.text(), "580.95.05");
  EXPECT_TRUE(details.has_nvidia_smi);
  EXPECT_FALSE(details.has_runfile_driver);
  EXPECT_EQ(details.prime_mode, "off");
  EXPECT_THAT(details.automatic, ElementsAre("nvidia-driver-580"));
  ASSERT_EQ(details.blacklisted.size(), 1U);
  EXPECT_EQ(details.blacklisted[0].file, "/etc/modprobe.d/no.conf");
}

TEST_F(DetailsProbe, WhatLeadsToToolkits)
{
  m_facts.toolkits = {{"/usr/local/cuda-11.1", base::Version::parse("11.1.1"), true}};
  m_files.put("/usr/local/cuda-11.1/bin/nvcc", "elf").put("/usr/local/cuda-11.1/bin/cuda-gdb", "elf");
  m_files.put_link("/usr/local/cuda", "/etc/alternatives/cuda");
  m_files.put("/var/lib/dpkg/alternatives/cuda", "manual\n/usr/local/cuda\n");
  m_files.put("/etc/profile.d/cuda.sh", "export PATH=/usr/local/cuda-11.1/bin:/usr/local/cuda-9.0/bin\n");
  const host::Details details = look({}, {.variables = {{"PATH", "/nowhere:.:/usr/local/cuda-11.1/bin:/usr/bin"}}});
  EXPECT_TRUE(details.has_cuda_link);
  EXPECT_FALSE(details.cuda_is_directory);
  EXPECT_EQ(details.cuda_alternative, "manual");
  ASSERT_EQ(details.named.size(), 2U);
  EXPECT_TRUE(details.named[0].exists);
  EXPECT_EQ(details.named[1].directory, "/usr/local/cuda-9.0");
  EXPECT_FALSE(details.named[1].exists);
  EXPECT_EQ(details.nvcc_in_path, "/usr/local/cuda-11.1/bin/nvcc");
  EXPECT_THAT(details.toolkits_with_gdb, ElementsAre("/usr/local/cuda-11.1"));
  EXPECT_THAT(details.toolkits_without_headers, ElementsAre("/usr/local/cuda-11.1"));
  EXPECT_FALSE(look({.root = "/mnt"}, {.variables = {{"PATH", "/usr/local/cuda-11.1/bin"}}}).nvcc_in_path);
}

TEST_F(DetailsProbe, TreesAndEnvironments)
{
  std::string elf("\x7f"
                  "ELF\x02\x01",
                  6);
  elf.resize(64, '\0');
  elf[0x12] = '\x3e';
  std::string cut = elf;
  cut[0x29] = '\x10';
  m_facts.libtorch = {{"/opt/libtorch/a", "1.7.1+cu110"}};
  m_files.put("/opt/libtorch/a/lib/libc10.so", elf).put("/opt/libtorch/a/lib/libtorch_cuda.so", cut);
  m_files.put("/opt/libtorch/a/share/cmake/Torch/TorchConfig.cmake", "set(X \"-D_GLIBCXX_USE_CXX11_ABI=0\")\n");
  m_files.put("/opt/torch-venv/pyvenv.cfg", "").put("/opt/torch-venv/cudasetup-requirements.txt", "");
  m_files.put("/opt/torch-venv/lib/python3.10/site-packages/torch-2.6.0+cu124.dist-info/METADATA", "");
  m_files.put("/srv/venv/pyvenv.cfg", "");
  const host::Details details = look({}, {.variables = {}, .python_directories = {"/srv/venv", "/gone"}});
  ASSERT_EQ(details.torch.size(), 1U);
  EXPECT_EQ(details.torch[0].arch, base::Arch::amd64);
  EXPECT_TRUE(details.torch[0].has_config);
  EXPECT_TRUE(details.torch[0].is_pre_cxx11);
  EXPECT_THAT(details.torch[0].libraries, ElementsAre("libc10.so", "libtorch_cuda.so"));
  EXPECT_THAT(details.torch[0].cut_libraries, ElementsAre("libtorch_cuda.so"));
  ASSERT_EQ(details.python.size(), 2U);
  EXPECT_EQ(details.python[0].directory, "/srv/venv");
  EXPECT_EQ(details.python[0].torch, "");
  EXPECT_FALSE(details.python[0].is_ours);
  EXPECT_EQ(details.python[1].torch, "2.6.0+cu124");
  EXPECT_TRUE(details.python[1].is_ours);
}

TEST_F(DetailsProbe, WhatTheSystemAwaits)
{
  m_files.put("/run/reboot-required", "").put("/run/reboot-required.pkgs", "linux-base\nnvidia-driver\n");
  m_files.put_node("/tmp/cuda-installer.log", {effects::FileType::regular, "", 0644, 1000});
  m_files.put("/etc/docker/daemon.json", R"({"runtimes":{"nvidia":{"path":"nvidia-container-runtime"}}})");
  const host::Details details = look();
  EXPECT_TRUE(details.has_reboot_file);
  EXPECT_THAT(details.reboot_packages, ElementsAre("linux-base", "nvidia-driver"));
  EXPECT_EQ(details.installer_log_owner, 1000U);
  EXPECT_TRUE(details.has_docker_nvidia);
  EXPECT_FALSE(details.has_container_runtime);
  m_files.put("/etc/docker/daemon.json",
              R"({"runtimes":{"nvidia":{"args":[],"path":"/usr/local/nvidia/toolkit/nvidia-container-runtime"}}})");
  EXPECT_FALSE(look().has_container_runtime);
  m_files.put("/usr/local/nvidia/toolkit/nvidia-container-runtime", "");
  EXPECT_TRUE(look().has_container_runtime) << "where it is said to be";
}

} // namespace
} // namespace cudasetup::probe
