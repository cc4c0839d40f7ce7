#include "probe/probe.hpp"

#include "support/fake_files.hpp"
#include "support/fake_processes.hpp"
#include "support/sample_key.hpp"
#include "support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::probe {
namespace {

using host::Container;
using test::Changes;
using test::FakeFiles;
using test::FakeProcesses;
using testing::ElementsAre;
using testing::IsEmpty;

std::string package(const std::string& name, const std::string& version)
{
  return "Package: " + name + "\nStatus: install ok installed\nArchitecture: amd64\nVersion: " + version + "\n\n";
}

/// A display device of NVIDIA's in sysfs.
void put_gpu(FakeFiles& files,
             const std::string& sys,
             const std::string& address,
             const std::string& device,
             const std::string& driver)
{
  const std::string directory = sys + "/bus/pci/devices/" + address;
  files.put(directory + "/vendor", "0x10de\n").put(directory + "/device", "0x" + device + "\n");
  files.put(directory + "/class", "0x030200\n");
  if (!driver.empty()) {
    files.put_link(directory + "/driver", "../../../../bus/pci/drivers/" + driver);
  }
}

/// An Ubuntu machine with a T4, a driver, two toolkits and a LibTorch.
void put_machine(FakeFiles& files)
{
  files.put("/etc/os-release", test::read_data("host/ubuntu2204.os-release"));
  files.put("/var/lib/dpkg/status",
            package("dpkg", "1.21.1ubuntu2.3") + package("apt", "2.4.12") + package("libc6", "2.35-0ubuntu3.8") +
                package("gcc-11", "11.4.0-1ubuntu1~22.04") + package("cmake", "3.22.1-1ubuntu1.22.04.2") +
                package("python3.10-minimal", "3.10.12-1~22.04.6") + package("cuda-toolkit-12-1", "12.1.1-1"));
  files.put("/proc/sys/kernel/osrelease", "6.8.0-41-generic\n");
  files.put("/proc/meminfo", test::read_data("host/meminfo"));
  files.put("/proc/driver/nvidia/version", test::read_data("host/proc-driver-open"));
  files.put("/sys/module/nvidia/version", "580.95.05\n");
  files.put("/sys/bus/pci/devices/0000:00:02.0/vendor", "0x8086\n");
  put_gpu(files, "/sys", "0000:01:00.0", "1eb8", "nvidia");
  files.put("/usr/bin/x86_64-linux-gnu-gcc-11", "elf", 0755).put_link("/usr/bin/gcc-11", "x86_64-linux-gnu-gcc-11");
  files.put_link("/usr/bin/gcc", "gcc-11").put("/usr/bin/cmake", "elf", 0755);
  files.put("/usr/bin/python3.10", "elf", 0755).put_link("/usr/bin/python3", "python3.10");
  files.put("/usr/local/cuda-11.1/version.json", R"({"cuda":{"name":"CUDA SDK","version":"11.1.1"}})");
  files.put("/usr/local/cuda-11.1/bin/nvcc", "elf", 0755);
  files.put("/usr/local/cuda-12.1/version.json", R"({"cuda":{"name":"CUDA SDK","version":"12.1.20230222"}})");
  files.put_link("/usr/local/cuda", "/etc/alternatives/cuda");
  files.put_link("/etc/alternatives/cuda", "/usr/local/cuda-11.1");
  files.put("/opt/libtorch/1.7.1+cu110/build-version", "1.7.1+cu110\n");
  files.put_link("/opt/libtorch/current", "1.7.1+cu110");
  files.put_space("/", {50'000'000'000, 1}).put_space("/boot", {400'000'000, 2});
}

host::HostFacts probe_running(FakeFiles& files, ProbeOptions options = {})
{
  FakeProcesses processes;
  return probe(files, files, processes, options);
}

TEST(Probe, UsualMachineIsKnownWithoutAnyProcessOrChange)
{
  FakeFiles files(Changes::forbidden);
  put_machine(files);
  FakeProcesses processes;
  const host::HostFacts facts = probe(files, files, processes, {});
  EXPECT_THAT(processes.calls(), IsEmpty());
  EXPECT_THAT(files.changes(), IsEmpty());
  EXPECT_EQ(facts.os.version_id, "22.04");
  EXPECT_EQ(facts.arch, base::Arch::amd64);
  EXPECT_EQ(facts.kernel, "6.8.0-41-generic");
  EXPECT_EQ(facts.memory_bytes, 16262116ULL * 1024);
  EXPECT_EQ(facts.glibc->text(), "2.35");
  EXPECT_EQ(facts.gcc->text(), "11.4.0");
  EXPECT_EQ(facts.cmake->text(), "3.22.1");
  EXPECT_EQ(facts.python->text(), "3.10.12");
  EXPECT_EQ(facts.apt->text(), "2.4.12");
  EXPECT_EQ(facts.dpkg->text(), "1.21.1");
  EXPECT_EQ(facts.container, Container::none);
  EXPECT_FALSE(facts.wsl);
  EXPECT_FALSE(facts.jetson);
  EXPECT_FALSE(facts.is_root);
}

TEST(Probe, FindsGpuAndDriver)
{
  FakeFiles files(Changes::forbidden);
  put_machine(files);
  const host::HostFacts facts = probe_running(files);
  EXPECT_TRUE(facts.pci_readable);
  ASSERT_EQ(facts.gpus.size(), 1U);
  EXPECT_EQ(facts.gpus[0].address, "0000:01:00.0");
  EXPECT_EQ(facts.gpus[0].id->text(), "10de:1eb8");
  EXPECT_EQ(facts.gpus[0].bound_driver, "nvidia");
  ASSERT_TRUE(facts.driver);
  EXPECT_EQ(facts.driver->version.text(), "580.95.05");
  EXPECT_EQ(facts.driver->flavour, host::ModuleFlavour::open);
}

TEST(Probe, SoundAndUsbOfACardAreNoGpus)
{
  FakeFiles files(Changes::forbidden);
  put_gpu(files, "/sys", "0000:01:00.0", "2204", "");
  put_gpu(files, "/sys", "0000:01:00.1", "1aef", "snd_hda_intel");
  files.put("/sys/bus/pci/devices/0000:01:00.1/class", "0x040300\n");
  const host::HostFacts facts = probe_running(files);
  ASSERT_EQ(facts.gpus.size(), 1U);
  EXPECT_EQ(facts.gpus[0].bound_driver, "");
}

TEST(Probe, WithoutABusNoGpuMeansUnknown)
{
  FakeFiles files(Changes::forbidden);
  const host::HostFacts facts = probe_running(files);
  EXPECT_FALSE(facts.pci_readable);
  EXPECT_THAT(facts.gpus, IsEmpty());
  EXPECT_FALSE(facts.driver);
}

TEST(Probe, UnreadableDeviceIsPassedOver)
{
  FakeFiles files(Changes::forbidden);
  put_gpu(files, "/sys", "0000:01:00.0", "2204", "");
  files.deny("/sys/bus/pci/devices/0000:01:00.0/device");
  const host::HostFacts facts = probe_running(files);
  EXPECT_THAT(facts.gpus, IsEmpty());
  EXPECT_TRUE(facts.pci_readable);
}

TEST(Probe, InWslAnEmptyBusSaysNothing)
{
  FakeFiles files(Changes::forbidden);
  files.put_directory("/sys/bus/pci/devices").put("/proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n");
  files.put_link("/proc/self/ns/pid", "pid:[4026532200]");
  const host::HostFacts facts = probe_running(files);
  EXPECT_TRUE(facts.wsl);
  EXPECT_FALSE(facts.pci_readable);
  EXPECT_EQ(facts.container, Container::none);
}

TEST(Probe, OtherSysfsIsUsedAloneForGpusAndDriver)
{
  FakeFiles files(Changes::forbidden);
  put_machine(files);
  put_gpu(files, "/recorded/sys", "0000:05:00.0", "2b85", "nouveau");
  ProbeOptions options;
  options.sys_path = "/recorded/sys";
  const host::HostFacts facts = probe_running(files, options);
  ASSERT_EQ(facts.gpus.size(), 1U);
  EXPECT_EQ(facts.gpus[0].id->text(), "10de:2b85");
  EXPECT_EQ(facts.gpus[0].bound_driver, "nouveau");
  EXPECT_FALSE(facts.driver);
}

TEST(Probe, DriverOfTheModuleCountsWhereProcDisagrees)
{
  FakeFiles files(Changes::forbidden);
  files.put("/sys/module/nvidia/version", "550.54.15\n");
  files.put("/proc/driver/nvidia/version", test::read_data("host/proc-driver-open"));
  const host::HostFacts facts = probe_running(files);
  EXPECT_EQ(facts.driver->version.text(), "550.54.15");
  EXPECT_FALSE(facts.driver->flavour);
}

TEST(Probe, ContainerSeesTheDriverOfItsHost)
{
  FakeFiles files(Changes::forbidden);
  files.put("/.dockerenv", "").put("/proc/driver/nvidia/version", test::read_data("host/proc-driver-proprietary"));
  const host::HostFacts facts = probe_running(files);
  EXPECT_EQ(facts.container, Container::docker);
  EXPECT_EQ(facts.driver->version.text(), "455.32.00");
}

TEST(Probe, FindsToolkitsAndTheActiveOne)
{
  FakeFiles files(Changes::forbidden);
  put_machine(files);
  files.put_directory("/usr/local/cuda-9.2").put("/usr/local/cuda-samples/x", "").put("/usr/local/cuda-8.0", "a file");
  files.put_link("/usr/local/cuda-11", "/etc/alternatives/cuda-11");
  const host::HostFacts facts = probe_running(files);
  ASSERT_EQ(facts.toolkits.size(), 3U);
  EXPECT_EQ(facts.toolkits[0].directory, "/usr/local/cuda-11.1");
  EXPECT_EQ(facts.toolkits[0].version->text(), "11.1.1");
  EXPECT_TRUE(facts.toolkits[0].has_nvcc);
  EXPECT_EQ(facts.toolkits[1].version->text(), "12.1.1") << "the patch comes from cuda-toolkit-12-1";
  EXPECT_FALSE(facts.toolkits[1].has_nvcc);
  EXPECT_EQ(facts.toolkits[2].directory, "/usr/local/cuda-9.2");
  EXPECT_FALSE(facts.toolkits[2].version);
  EXPECT_EQ(facts.active_toolkit, "/usr/local/cuda-11.1");
}

TEST(Probe, ToolkitWithoutVersionFileIsKnownByItsHeader)
{
  FakeFiles files(Changes::forbidden);
  files.put("/usr/local/cuda-13.0/include/cuda_runtime_api.h", "#define CUDART_VERSION  13000\n");
  const host::HostFacts facts = probe_running(files);
  ASSERT_EQ(facts.toolkits.size(), 1U);
  EXPECT_EQ(facts.toolkits[0].version->text(), "13.0");
}

TEST(Probe, FindsLibTorchTrees)
{
  FakeFiles files(Changes::forbidden);
  put_machine(files);
  files.put_directory("/opt/libtorch/by-hand").put_directory("/opt/libtorch/.unfinished");
  const host::HostFacts facts = probe_running(files);
  ASSERT_EQ(facts.libtorch.size(), 2U);
  EXPECT_EQ(facts.libtorch[0].directory, "/opt/libtorch/1.7.1+cu110");
  EXPECT_EQ(facts.libtorch[0].build_version, "1.7.1+cu110");
  EXPECT_EQ(facts.libtorch[1].build_version, "");
  EXPECT_EQ(facts.current_libtorch, "/opt/libtorch/1.7.1+cu110");
}

TEST(Probe, LooksWhereTheRequestWantsLibTorchAndWhereTheLinkLeads)
{
  FakeFiles files(Changes::forbidden);
  put_machine(files);
  files.put("/srv/torch/build-version", "2.6.0+cu118\n").put("/data/torch/build-version", "1.10.1+cu111\n");
  files.put_link("/opt/libtorch/current", "/data/torch");
  ProbeOptions options;
  options.libtorch_directory = "/srv/torch";
  FakeProcesses processes;
  const host::HostFacts facts = probe(files, files, processes, options);
  ASSERT_EQ(facts.libtorch.size(), 3U);
  EXPECT_EQ(facts.libtorch[1].directory, "/srv/torch");
  EXPECT_EQ(facts.libtorch[1].build_version, "2.6.0+cu118");
  EXPECT_EQ(facts.libtorch[2].directory, "/data/torch");
  EXPECT_EQ(facts.current_libtorch, "/data/torch");
  options.libtorch_directory = "/opt/libtorch/1.7.1+cu110";
  EXPECT_EQ(probe(files, files, processes, options).libtorch.size(), 2U) << "listed already";
  options.libtorch_directory = "/srv/nothing";
  EXPECT_EQ(probe(files, files, processes, options).libtorch.size(), 2U);
}

TEST(Probe, ReadsOurRecordInTheEnvironmentThatTheRequestNames)
{
  FakeFiles files(Changes::forbidden);
  files.put("/opt/venv/cudasetup-requirements.txt", "torch==1.7.1+cu110\n")
      .put("/opt/other/cudasetup-requirements.txt", "x");
  ProbeOptions options;
  options.python_directory = "/opt/venv";
  FakeProcesses processes;
  EXPECT_THAT(probe(files, files, processes, options).files,
              ElementsAre(testing::Pair("/opt/venv/cudasetup-requirements.txt", "torch==1.7.1+cu110\n")));
}

TEST(Probe, FindsSourcesKeyringsAndPins)
{
  FakeFiles files(Changes::forbidden);
  files.put("/etc/apt/sources.list", "deb http://archive.ubuntu.com/ubuntu jammy main\n");
  files.put("/etc/apt/sources.list.d/a.sources", test::read_data("host/cuda.sources"));
  files.put("/etc/apt/sources.list.d/cuda.list", test::read_data("host/cuda.list"));
  files.put("/etc/apt/sources.list.d/cuda.list.save", test::read_data("host/cuda.list"));
  files.put("/usr/share/keyrings/cuda-archive-keyring.gpg", "key").put("/usr/share/keyrings/ubuntu.gpg", "key");
  files.put("/etc/apt/trusted.gpg.d/7FA2AF80.gpg", "key");
  files.put("/etc/apt/preferences.d/cuda-repository-pin-600", test::read_data("host/preferences"));
  files.put("/etc/apt/preferences.d/off.bak", test::read_data("host/preferences"));
  const host::HostFacts facts = probe_running(files);
  ASSERT_EQ(facts.nvidia_sources.size(), 6U);
  EXPECT_EQ(facts.nvidia_sources[0].file, "/etc/apt/sources.list.d/a.sources");
  EXPECT_EQ(facts.nvidia_sources[2].file, "/etc/apt/sources.list.d/cuda.list");
  EXPECT_THAT(facts.nvidia_keyrings,
              ElementsAre("/usr/share/keyrings/cuda-archive-keyring.gpg", "/etc/apt/trusted.gpg.d/7FA2AF80.gpg"));
  ASSERT_EQ(facts.pins.size(), 5U) << "Firefox's is none of ours";
  EXPECT_EQ(facts.pins[2].priority, 600);
}

TEST(Probe, ReadsTheKeysThatAptBelieves)
{
  FakeFiles files(Changes::forbidden);
  files.put("/etc/apt/sources.list.d/gpu.list",
            "deb [signed-by=/etc/apt/keyrings/gpu.asc] https://developer.download.nvidia.com/x /\n"
            "deb file:/var/cuda-repo-a /\ndeb file:///var/cuda-repo-b /\n");
  files.put("/etc/apt/keyrings/gpu.asc", test::k_armored_key).put("/usr/share/keyrings/none.asc", test::k_armored_key);
  files.put("/etc/apt/trusted.gpg.d/old.asc", test::k_sha1_key).put("/etc/apt/trusted.gpg.d/off.asc.disabled", "x");
  files.put_directory("/var/cuda-repo-a");
  host::HostFacts facts = probe_running(files);
  ASSERT_EQ(facts.keyrings.size(), 2U);
  EXPECT_EQ(facts.keyrings[0].path, "/etc/apt/keyrings/gpu.asc");
  EXPECT_EQ(facts.keyrings[0].keys.at(0).fingerprint, test::k_fingerprint);
  EXPECT_EQ(facts.keyrings[1].path, "/etc/apt/trusted.gpg.d/old.asc");
  EXPECT_EQ(facts.keyrings[1].keys.at(0).binding, base::Binding::sha1);
  EXPECT_THAT(facts.switched_off, ElementsAre("/etc/apt/trusted.gpg.d/off.asc.disabled"));
  ASSERT_EQ(facts.nvidia_sources.size(), 3U);
  EXPECT_FALSE(facts.nvidia_sources[0].is_gone);
  EXPECT_FALSE(facts.nvidia_sources[1].is_gone);
  EXPECT_TRUE(facts.nvidia_sources[2].is_gone);
}

TEST(Probe, KnowsAnAptThatRefusesSha1)
{
  FakeFiles files(Changes::forbidden);
  files.put("/usr/lib/apt/methods/sqv", "");
  EXPECT_FALSE(probe_running(files).apt_refuses_sha1) << "without sqv it asks gpgv";
  files.put("/usr/bin/sqv", "");
  EXPECT_TRUE(probe_running(files).apt_refuses_sha1);
  files.put("/etc/crypto-policies/back-ends/apt-sequoia.config", "");
  EXPECT_FALSE(probe_running(files).apt_refuses_sha1) << "somebody has decided otherwise";
}

TEST(Probe, KeepsFilesThatPlansCompare)
{
  FakeFiles files(Changes::forbidden);
  files.put("/etc/apt/preferences.d/cuda-repository-pin-600", "pin");
  files.put("/etc/apt/sources.list.d/cuda-ubuntu2204-x86_64.list", "list").put("/etc/apt/sources.list.d/git.list", "x");
  files.put("/etc/ld.so.conf.d/cudasetup-libtorch.conf", "ld").put("/etc/ld.so.conf.d/libc.conf", "x");
  files.put("/etc/profile.d/cudasetup.sh", "sh").put("/etc/profile.d/cudasetup-big.sh", std::string(70000, 'x'));
  files.put_directory("/etc/profile.d/cudasetup.d");
  EXPECT_THAT(probe_running(files).files,
              ElementsAre(testing::Pair("/etc/apt/preferences.d/cuda-repository-pin-600", "pin"),
                          testing::Pair("/etc/apt/sources.list.d/cuda-ubuntu2204-x86_64.list", "list"),
                          testing::Pair("/etc/ld.so.conf.d/cudasetup-libtorch.conf", "ld"),
                          testing::Pair("/etc/profile.d/cudasetup.sh", "sh")));
}

TEST(Probe, TellsWhenDpkgWasInterrupted)
{
  FakeFiles files(Changes::forbidden);
  files.put("/var/lib/dpkg/status", test::read_data("host/dpkg.status")).put("/var/lib/dpkg/updates/0003", "");
  files.put("/var/lib/dpkg/updates/tmp.i", "");
  files.put("/var/lib/apt/extended_states", "Package: gcc-11\nArchitecture: amd64\nAuto-Installed: 1\n");
  const host::HostFacts facts = probe_running(files);
  EXPECT_THAT(facts.cut_off_packages, ElementsAre(host::CutOffPackage{"gcc-11", true}));
  EXPECT_THAT(facts.dpkg_audit,
              ElementsAre("dpkg was interrupted: /var/lib/dpkg/updates is not empty",
                          "gcc-11: half-installed, must be installed again",
                          "man-db: triggers-pending",
                          "nvidia-dkms-535: half-configured"));
  EXPECT_THAT(facts.holds, ElementsAre("cuda-toolkit-11-8"));
}

TEST(Probe, HealthyDpkgHasNothingToSay)
{
  FakeFiles files(Changes::forbidden);
  put_machine(files);
  files.put("/var/lib/dpkg/updates/tmp.i", "");
  EXPECT_THAT(probe_running(files).dpkg_audit, IsEmpty());
}

TEST(Probe, TellsFreeSpaceWhereThingsGo)
{
  FakeFiles files(Changes::forbidden);
  put_machine(files);
  const host::HostFacts facts = probe_running(files);
  ASSERT_EQ(facts.file_systems.size(), 6U);
  EXPECT_EQ(facts.file_systems[0].path, "/");
  EXPECT_EQ(facts.file_systems[0].free_bytes, 50'000'000'000U);
  EXPECT_EQ(facts.file_systems[5].path, "/boot");
  EXPECT_EQ(facts.file_systems[5].device, 2U);
}

TEST(Probe, EmptyMachineIsUnknownEverywhere)
{
  FakeFiles files(Changes::forbidden);
  const host::HostFacts facts = probe_running(files);
  EXPECT_EQ(facts.os, host::OsRelease{});
  EXPECT_FALSE(facts.glibc);
  EXPECT_FALSE(facts.gcc);
  EXPECT_FALSE(facts.memory_bytes);
  EXPECT_THAT(facts.file_systems, IsEmpty());
  EXPECT_FALSE(facts.active_toolkit);
  EXPECT_TRUE(facts.arch) << "the program runs on it";
}

TEST(Probe, GlibcIsReadFromItsFileWhereDpkgDoesNotKnow)
{
  FakeFiles files(Changes::forbidden);
  files.put("/lib/x86_64-linux-gnu/libc-2.27.so", "elf").put_link("/lib/x86_64-linux-gnu/libc.so.6", "libc-2.27.so");
  EXPECT_EQ(probe_running(files).glibc->text(), "2.27");
}

TEST(Probe, UsrLibHasTheOsReleaseOfLastResort)
{
  FakeFiles files(Changes::forbidden);
  files.put("/usr/lib/os-release", test::read_data("host/ubuntu2204.os-release"));
  EXPECT_EQ(probe_running(files).os.id, "ubuntu");
}

} // namespace
} // namespace cudasetup::probe
