#include "probe/details.hpp"
#include "probe/probe.hpp"

#include "support/fake_processes.hpp"
#include "support/machine_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What is seen of whole machines, where `status` and `doctor` do not say it; the rest is in the integration case
/// machines.
namespace cudasetup::probe {
namespace {

using host::SecureBoot;
using testing::ElementsAre;
using testing::IsEmpty;

struct Seen {
  host::HostFacts facts;
  host::Details details;
};

/// As the running machine.
Seen look(std::string_view name)
{
  test::FakeFiles files;
  test::put_machine_files(files, name);
  test::FakeProcesses processes;
  Seen seen;
  seen.facts = probe(files, files, processes, {});
  seen.details = probe_details(files, files, {}, {}, seen.facts);
  return seen;
}

TEST(Machines, SecureBootAndTheKeyOfTheMachine)
{
  EXPECT_EQ(look("desktop-gtx970-bios").details.secure_boot, SecureBoot::impossible);
  EXPECT_EQ(look("desktop-rtx4090").details.secure_boot, SecureBoot::off);
  EXPECT_EQ(look("desktop-rtx4090-secure-boot").details.secure_boot, SecureBoot::on);
  EXPECT_EQ(look("secure-boot-shim-off").details.secure_boot, SecureBoot::off);
  EXPECT_EQ(look("no-sysfs").details.secure_boot, std::nullopt);
  EXPECT_EQ(look("secure-boot-enrolled").details.key_is_enrolled, true);
  EXPECT_EQ(look("secure-boot-not-enrolled").details.key_is_enrolled, false);
  EXPECT_EQ(look("desktop-rtx4090-secure-boot").details.key_is_enrolled, std::nullopt);
}

TEST(Machines, KernelsAndTheirModules)
{
  const Seen seen = look("kernel-next-differs");
  EXPECT_EQ(seen.facts.kernel, "6.8.0-136-generic");
  ASSERT_EQ(seen.details.kernels.size(), 2U);
  EXPECT_EQ(seen.details.kernels[0].modules.at(0).origin, host::ModuleOrigin::prebuilt);
  EXPECT_EQ(seen.details.kernels[0].modules.at(0).is_signed, true);
  EXPECT_EQ(seen.details.kernels[1].release, "6.8.0-151-generic");
  EXPECT_THAT(seen.details.kernels[1].modules, IsEmpty());
  EXPECT_EQ(look("secure-boot-unsigned").details.kernels.at(0).modules.at(0).is_signed, false);
  EXPECT_TRUE(look("driver-proprietary-dkms").details.kernels.at(0).has_headers);
  EXPECT_EQ(look("dkms-failed").details.failed_builds.at(0).kernel, "7.0.0-43-generic");
}

TEST(Machines, WhatIsBesideTheGpu)
{
  const Seen intel = look("laptop-hybrid-intel");
  EXPECT_TRUE(intel.details.is_laptop);
  EXPECT_THAT(intel.details.other_displays, ElementsAre(0x8086));
  const Seen amd = look("laptop-hybrid-amd");
  EXPECT_THAT(amd.details.other_displays, ElementsAre(0x1002));
  EXPECT_EQ(amd.details.prime_mode, "on-demand");
  const Seen server = look("server-8xh100");
  EXPECT_EQ(server.facts.gpus.size(), 8U);
  EXPECT_EQ(server.details.nvswitches, 4U);
  EXPECT_FALSE(server.details.is_laptop);
}

TEST(Machines, WhatIsLoaded)
{
  EXPECT_EQ(look("driver-open-prebuilt").facts.driver->flavour, host::ModuleFlavour::open);
  EXPECT_EQ(look("driver-runfile").facts.driver->flavour, host::ModuleFlavour::proprietary);
  EXPECT_TRUE(look("driver-runfile").details.has_runfile_driver);
  EXPECT_EQ(look("driver-mismatch").details.libraries.at(0).version.text(), "580.178.04");
  EXPECT_EQ(look("desktop-rtx3090-nova").facts.gpus.at(0).bound_driver, "NovaCore");
  EXPECT_EQ(look("gh200").facts.arch, base::Arch::arm64);
  EXPECT_FALSE(look("no-sysfs").facts.pci_readable);
}

TEST(Machines, WhatADriverIsChosenByIsAmongTheFacts)
{
  const host::HostFacts guest = look("vgpu-guest").facts;
  ASSERT_EQ(guest.gpus.size(), 1U);
  EXPECT_EQ(guest.gpus[0].subsystem->text(), "10de:1309");
  EXPECT_EQ(look("desktop-rtx4090-secure-boot").facts.ground.secure_boot, SecureBoot::on);
  EXPECT_EQ(look("server-8xh100").facts.ground.nvswitches, 4U);
  EXPECT_TRUE(look("driver-runfile").facts.ground.has_runfile_driver);
  EXPECT_TRUE(look("desktop-rtx3090-nova").facts.ground.modules->contains("nova_core"));
  EXPECT_EQ(look("kernel-next-differs").facts.ground.kernels.back().release, "6.8.0-151-generic");
}

/// The key of the machine that mokutil was given, and that nobody has enrolled yet.
TEST(Machines, AKeyThatTheNextBootAsksFor)
{
  test::FakeFiles files;
  test::put_machine_files(files, "secure-boot-not-enrolled");
  test::FakeProcesses processes;
  EXPECT_FALSE(probe(files, files, processes, {}).ground.key_is_pending);
  EXPECT_TRUE(probe(files, files, processes, {}).ground.has_module_key);
  const std::string key = *files.read("/var/lib/shim-signed/mok/MOK.der");
  files.put("/sys/firmware/efi/efivars/MokNew-605dab50-e046-4300-abb6-3dd810dd8b23", "\6\0\0\0" + key);
  EXPECT_TRUE(probe(files, files, processes, {}).ground.key_is_pending);
  EXPECT_TRUE(files.remove("/var/lib/shim-signed/mok/MOK.priv"));
  EXPECT_FALSE(probe(files, files, processes, {}).ground.has_module_key) << "nothing can be signed with half of it";
}

/// Beside NVIDIA's sources, which others look at: what Ubuntu's archive is, and what apt's lists have of its drivers.
TEST(Machines, UbuntusArchiveAsAptKnowsIt)
{
  test::FakeFiles files;
  test::put_machine_files(files, "desktop-rtx4090");
  test::FakeProcesses processes;
  files.put("/etc/apt/sources.list", "");
  files.put("/etc/apt/sources.list.d/ubuntu.sources",
            "Types: deb\nURIs: http://archive.ubuntu.com/ubuntu\nSuites: noble noble-updates\nComponents: main "
            "restricted\n");
  const std::string lists = "/var/lib/apt/lists/archive.ubuntu.com_ubuntu_dists_noble";
  files.put(lists + "-updates_restricted_binary-amd64_Packages",
            "Package: nvidia-driver-580-open\nVersion: 580.178.04-0ubuntu0.24.04.1\nDepends: a, b\n\n"
            "Package: linux-modules-nvidia-580-open-7.0.0-43-generic\nVersion: 7.0.0-43.43\n\n"
            "Package: linux-modules-nvidia-580-open-7.0.0-42-generic\nVersion: 7.0.0-42.42\n");
  files.put(lists + "_multiverse_binary-amd64_Packages.lz4", "packed");
  host::HostFacts facts = probe(files, files, processes, {});
  EXPECT_TRUE(facts.ubuntu_archive.packages.empty()) << "lists are long: they are read where a driver is chosen";
  probe_ubuntu_archive(files, facts);
  EXPECT_EQ(facts.ubuntu_archive.has_component("multiverse"), false);
  EXPECT_THAT(facts.ubuntu_archive.listed, ElementsAre("restricted"));
  EXPECT_THAT(facts.ubuntu_archive.packages,
              ElementsAre(testing::Key("linux-modules-nvidia-580-open-7.0.0-43-generic"),
                          testing::Key("nvidia-driver-580-open")));
}

TEST(Machines, ADriverThatCameSinceTheStartWaitsForTheNextOne)
{
  const auto waiting = [](std::int64_t came, bool has_module, bool is_loaded) {
    test::FakeFiles files;
    files.put("/proc/stat", "cpu 1 2 3\nbtime 1700000000\n");
    files.put("/var/lib/dpkg/status",
              "Package: libnvidia-compute-580\nStatus: install ok installed\nVersion: 580.95.05-0ubuntu0.22.04.1\n\n"
              "Package: nvidia-dkms-580-open\nStatus: install ok installed\nVersion: 580.95.05-0ubuntu0.22.04.1\n");
    files.put_node("/var/lib/dpkg/info/libnvidia-compute-580:amd64.list", {.modified_ns = came * 1'000'000'000});
    files.put("/boot/vmlinuz-6.8.0-41-generic", "");
    if (has_module) {
      files.put("/lib/modules/6.8.0-41-generic/updates/dkms/nvidia.ko", "a module");
    }
    if (is_loaded) {
      files.put("/sys/module/nvidia/version", "580.95.05\n");
    }
    test::FakeProcesses processes;
    return probe(files, files, processes, {}).waiting_driver;
  };
  ASSERT_TRUE(waiting(1'700'000'900, true, false));
  EXPECT_EQ(waiting(1'700'000'900, true, false)->version.text(), "580.95.05");
  EXPECT_FALSE(waiting(1'600'000'000, true, false)) << "a start did not load it: something is wrong with it";
  EXPECT_FALSE(waiting(1'700'000'900, false, false)) << "its build failed";
  EXPECT_FALSE(waiting(1'700'000'900, true, true));
}

} // namespace
} // namespace cudasetup::probe
