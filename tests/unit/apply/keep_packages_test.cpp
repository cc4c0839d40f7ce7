#include "apply/keep_packages.hpp"
#include "support/fake_machine.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {
namespace {

const std::string k_archives = "/var/cache/apt/archives/";

TEST(KeepPackages, AnInstallerIsThatOfTheArchitecture)
{
  test::FakeMachine machine;
  machine.target.put("/var/lib/dpkg/arch", "amd64\ni386\n").put(k_archives + "libgl_1%3a2_i386.deb", "deb");
  EXPECT_TRUE(is_in_archives(machine.target, "libgl:i386", "1:2"));
  EXPECT_FALSE(is_in_archives(machine.target, "libgl", "1:2"));
  EXPECT_FALSE(is_in_archives(machine.target, "libgl:i386", "1:3"));
  machine.target.put(k_archives + "libgl_1%3a2_amd64.deb", "deb").put(k_archives + "dkms_3_all.deb", "deb");
  EXPECT_TRUE(is_in_archives(machine.target, "libgl", "1:2"));
  EXPECT_TRUE(is_in_archives(machine.target, "dkms", "3"));
}

TEST(KeepPackages, WithoutOtherArchitecturesTheSystemsIsNotAsked)
{
  test::FakeMachine machine;
  machine.target.put(k_archives + "libgl_2_arm64.deb", "deb");
  EXPECT_TRUE(is_in_archives(machine.target, "libgl", "2"));
}

TEST(KeepPackages, AnInstallerIsAlsoInOursAndInALocalInstallersFolder)
{
  test::FakeMachine machine;
  EXPECT_EQ(installer_here(machine.target, "cuda-keyring", "1.1-1"), "");
  for (const std::string directory : {"/var/cuda-repo-ubuntu2204-12-4-local/", "/var/cache/cudasetup/"}) {
    machine.target.put(directory + "cuda-keyring_1.1-1_all.deb", "deb");
    EXPECT_EQ(installer_here(machine.target, "cuda-keyring", "1.1-1"), directory + "cuda-keyring_1.1-1_all.deb");
  }
}

} // namespace
} // namespace cudasetup::apply
