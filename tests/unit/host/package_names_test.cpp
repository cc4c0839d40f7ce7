#include "host/package_names.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(PackageNames, KnowsNvidiasPackages)
{
  for (const char* name : {"cuda",
                           "cuda-toolkit-11-1",
                           "libcublas-11-1",
                           "libnpp-dev-12-4",
                           "nvidia-driver-535",
                           "libnvidia-compute-535",
                           "nsight-compute-2021.3.1",
                           "libcudnn8",
                           "libnccl2",
                           "gds-tools-12-4",
                           "linux-modules-nvidia-580-open-generic",
                           "xserver-xorg-video-nvidia-470",
                           "libcuda1",
                           "libnvjitlink-12-4",
                           "libcufile-11-8",
                           "libnvrtc11.2"}) {
    EXPECT_TRUE(is_nvidia_package(name)) << name;
  }
}

TEST(PackageNames, DoesNotTakeOthersForNvidias)
{
  for (const char* name :
       {"libcups2", "libcurl4", "libcue2", "libnvme1", "libnvpair3linux", "gcc", "firefox", "", "*", "lib*", "l*"}) {
    EXPECT_FALSE(is_nvidia_package(name)) << name;
  }
}

TEST(PackageNames, TakesPatternsThatCouldMatch)
{
  for (const char* pattern : {"nvidia*", "libnv*", "cuda-*", "libcub*", "nvid*", "*nvidia*"}) {
    EXPECT_TRUE(is_nvidia_package(pattern)) << pattern;
  }
}

TEST(PackageNames, RelevantAreAlsoCompilersKernelsAndTools)
{
  for (const char* name : {"gcc",
                           "gcc-12",
                           "g++-9",
                           "cmake",
                           "make",
                           "unzip",
                           "python3",
                           "python3.10-venv",
                           "libc6",
                           "linux-headers-6.8.0-41-generic",
                           "linux-image-generic-hwe-24.04",
                           "dkms",
                           "ca-certificates",
                           "libxml2",
                           "pkg-config",
                           "ubuntu-desktop-minimal",
                           "apt",
                           "dpkg"}) {
    EXPECT_TRUE(is_relevant_package(name)) << name;
  }
  for (const char* name : {"gcc-12-base", "python3-numpy", "makedev", "firefox", "libxml2-utils"}) {
    EXPECT_FALSE(is_relevant_package(name)) << name;
  }
}

} // namespace
} // namespace cudasetup::host
