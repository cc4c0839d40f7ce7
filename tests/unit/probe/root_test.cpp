#include "probe/probe.hpp"

#include "support/fake_files.hpp"
#include "support/fake_processes.hpp"
#include "support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::probe {
namespace {

using test::Changes;
using test::FakeFiles;
using test::FakeProcesses;
using testing::IsEmpty;

/// A machine with a GPU that builds an image for others.
class ProbeRoot : public testing::Test {
protected:
  ProbeRoot()
  {
    machine.put("/etc/os-release", "ID=debian\n").put("/proc/sys/kernel/osrelease", "6.1.0-28-amd64\n");
    machine.put("/proc/meminfo", test::read_data("host/meminfo")).put("/.dockerenv", "");
    machine.put("/sys/module/nvidia/version", "580.95.05\n").put("/other.os-release", "ID=ubuntu\nVERSION_ID=20.04\n");
    const std::string gpu = "/sys/bus/pci/devices/0000:01:00.0";
    machine.put(gpu + "/vendor", "0x10de").put(gpu + "/device", "0x1eb8").put(gpu + "/class", "0x030200");
    tree.put("/etc/os-release", test::read_data("host/ubuntu2204.os-release"));
    tree.put("/var/lib/dpkg/status", test::read_data("host/dpkg.status"));
    options.root = "/srv/image";
  }
  host::HostFacts look() { return probe(machine, tree, processes, options); }

  FakeFiles machine{Changes::forbidden};
  FakeFiles tree{Changes::forbidden};
  FakeProcesses processes;
  ProbeOptions options;
};

TEST_F(ProbeRoot, SystemIsTheTrees)
{
  const host::HostFacts facts = look();
  EXPECT_EQ(facts.os.id, "ubuntu");
  EXPECT_EQ(facts.arch, base::Arch::amd64);
  EXPECT_TRUE(facts.packages.contains("cuda-toolkit-11-8"));
}

TEST_F(ProbeRoot, MachineThatBuildsItIsLeftOut)
{
  const host::HostFacts facts = look();
  EXPECT_EQ(facts.kernel, "");
  EXPECT_FALSE(facts.driver);
  EXPECT_THAT(facts.gpus, IsEmpty());
  EXPECT_FALSE(facts.pci_readable);
  EXPECT_FALSE(facts.memory_bytes);
  EXPECT_EQ(facts.container, host::Container::none);
  EXPECT_THAT(machine.reads(), IsEmpty());
}

TEST_F(ProbeRoot, GpusComeFromASysfsThatIsNamed)
{
  options.sys_path = "/sys";
  const host::HostFacts facts = look();
  ASSERT_EQ(facts.gpus.size(), 1U);
  EXPECT_EQ(facts.driver->version.text(), "580.95.05");
}

TEST_F(ProbeRoot, OsReleaseFileIsTheRunningMachines)
{
  options.os_release_file = "/other.os-release";
  EXPECT_EQ(look().os.version_id, "20.04");
}

TEST_F(ProbeRoot, TreesOwnFilesTellAContainer)
{
  tree.put("/run/.containerenv", "");
  EXPECT_EQ(look().container, host::Container::podman);
}

TEST_F(ProbeRoot, SlashIsTheRunningSystem)
{
  options.root = "/";
  EXPECT_EQ(look().kernel, "6.1.0-28-amd64");
}

TEST_F(ProbeRoot, ArchitectureOfATreeWithoutDpkgIsUnknown)
{
  tree.put("/var/lib/dpkg/status", "");
  EXPECT_FALSE(look().arch);
}

TEST_F(ProbeRoot, UserCannotAskProgramsInTheTree)
{
  tree.put("/usr/local/bin/cmake", "elf", 0755);
  EXPECT_FALSE(look().cmake);
  EXPECT_THAT(processes.calls(), IsEmpty());
}

TEST_F(ProbeRoot, RootAsksProgramsInsideTheTree)
{
  tree.put("/usr/local/bin/cmake", "elf", 0755);
  options.privilege = Privilege::root;
  const base::Command inside = base::in_root({{"cmake", "--version"}}, "/srv/image");
  processes.answer(inside.argv, "cmake version 3.30.2\n");
  const host::HostFacts facts = look();
  EXPECT_EQ(facts.cmake->text(), "3.30.2");
  EXPECT_TRUE(facts.is_root);
}

} // namespace
} // namespace cudasetup::probe
