#include "host/nvidia_driver.hpp"

#include "support/test_data.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(NvidiaDriver, ReadsTheOpenModule)
{
  const auto driver = parse_proc_driver_version(test::read_data("host/proc-driver-open"));
  ASSERT_TRUE(driver);
  EXPECT_EQ(driver->version.text(), "580.95.05");
  EXPECT_EQ(driver->flavour, ModuleFlavour::open);
}

TEST(NvidiaDriver, ReadsTheProprietaryModule)
{
  const auto driver = parse_proc_driver_version(test::read_data("host/proc-driver-proprietary"));
  ASSERT_TRUE(driver);
  EXPECT_EQ(driver->version.text(), "455.32.00");
  EXPECT_EQ(driver->flavour, ModuleFlavour::proprietary);
}

TEST(NvidiaDriver, ReadsArm64)
{
  const auto driver = parse_proc_driver_version(
      "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  540.4.0  Release Build  (buildbrain@x)\n");
  ASSERT_TRUE(driver);
  EXPECT_EQ(driver->version.text(), "540.4.0");
}

TEST(NvidiaDriver, NoVersionIsUnknown)
{
  for (const char* text : {"",
                           "NVRM version:",
                           "NVRM version: NVIDIA UNIX x86_64 Kernel Module\nGCC version: 12.3.0",
                           "Kernel Module 1.2",
                           "\xff"}) {
    EXPECT_FALSE(parse_proc_driver_version(text)) << text;
  }
}

TEST(NvidiaDriver, ReadsTheModulesOwnFile)
{
  EXPECT_EQ(parse_module_version("470.57.02\n")->text(), "470.57.02");
  EXPECT_FALSE(parse_module_version(""));
  EXPECT_FALSE(parse_module_version("470"));
  EXPECT_FALSE(parse_module_version("470.57-rc"));
}

TEST(NvidiaDriver, IsFoundAmongPackagesWithItsModule)
{
  std::map<std::string, InstalledPackage> packages = {{"libnvidia-compute-580", {"580.95.05-0ubuntu0.22.04.1", true}},
                                                      {"libnvidia-compute-580:i386", {"999.1-1", true}},
                                                      {"libnvidia-compute-470", {"470.256.02-0ubuntu0.22.04.1", true}}};
  EXPECT_FALSE(packaged_driver(packages)) << "libraries alone come with Ubuntu's CUDA";
  packages["linux-modules-nvidia-580-open-6.8.0-41-generic"] = {"6.8.0-41.41", true};
  const auto open = packaged_driver(packages);
  ASSERT_TRUE(open);
  EXPECT_EQ(open->package, "libnvidia-compute-580");
  EXPECT_EQ(open->driver.version.text(), "580.95.05");
  EXPECT_EQ(open->driver.flavour, ModuleFlavour::open);
  packages["libnvidia-compute-580"].configured = false;
  EXPECT_EQ(packaged_driver(packages)->driver.version.text(), "470.256.02");
  const auto nvidias = packaged_driver(
      {{"libnvidia-compute", {"1:595.45.04-1ubuntu1", true}}, {"nvidia-dkms", {"1:595.45.04-1ubuntu1", true}}});
  EXPECT_EQ(nvidias.value().driver.version.text(), "595.45.04");
  EXPECT_EQ(nvidias->driver.flavour, ModuleFlavour::proprietary);
}

} // namespace
} // namespace cudasetup::host
