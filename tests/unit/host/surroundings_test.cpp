#include "host/surroundings.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(Kernel, IsTrimmed)
{
  EXPECT_EQ(parse_kernel_release("6.8.0-41-generic\n"), "6.8.0-41-generic");
  EXPECT_EQ(parse_kernel_release(""), "");
}

TEST(Wsl, IsSeenByTheKernelsName)
{
  EXPECT_TRUE(is_wsl_kernel("5.15.153.1-microsoft-standard-WSL2"));
  EXPECT_TRUE(is_wsl_kernel("4.4.0-19041-Microsoft"));
  EXPECT_FALSE(is_wsl_kernel("6.8.0-41-generic"));
  EXPECT_FALSE(is_wsl_kernel(""));
}

TEST(Container, NoSignIsNone)
{
  EXPECT_EQ(container_of({}), Container::none);
  ContainerSigns signs;
  signs.pid_namespace = "pid:[4026531836]";
  signs.first_environment = std::string("HOME=/\0TERM=linux\0", 18);
  signs.systemd_container = "\n";
  EXPECT_EQ(container_of(signs), Container::none);
}

TEST(Container, IsSeenByEachSign)
{
  ContainerSigns signs;
  signs.has_dockerenv = true;
  EXPECT_EQ(container_of(signs), Container::docker);
  signs = {};
  signs.has_containerenv = true;
  EXPECT_EQ(container_of(signs), Container::podman);
  signs = {};
  signs.systemd_container = "lxc\n";
  EXPECT_EQ(container_of(signs), Container::lxc);
  signs = {};
  signs.container_manager = "systemd-nspawn\n";
  EXPECT_EQ(container_of(signs), Container::systemd_nspawn);
  signs = {};
  signs.first_environment = std::string("A=container=x\0container=rkt\0", 28);
  EXPECT_EQ(container_of(signs), Container::other);
  signs = {};
  signs.pid_namespace = "pid:[4026532573]";
  EXPECT_EQ(container_of(signs), Container::other);
}

TEST(Container, FirstSignCounts)
{
  ContainerSigns signs;
  signs.has_dockerenv = true;
  signs.systemd_container = "podman";
  EXPECT_EQ(container_of(signs), Container::podman);
  signs = {};
  signs.first_environment = "container=oci";
  signs.has_containerenv = true;
  EXPECT_EQ(container_of(signs), Container::podman);
}

TEST(Jetson, IsSeenByEachSign)
{
  EXPECT_FALSE(is_jetson({}));
  EXPECT_FALSE(is_jetson({false, std::string("raspberrypi,4-model-b\0brcm,bcm2711\0", 35), "6.8.0-1013-raspi"}));
  EXPECT_TRUE(is_jetson({true, std::nullopt, ""}));
  EXPECT_TRUE(is_jetson({false, std::string("nvidia,p3737-0000\0nvidia,tegra234\0", 34), ""}));
  EXPECT_TRUE(is_jetson({false, std::nullopt, "5.15.136-tegra"}));
}

} // namespace
} // namespace cudasetup::host
