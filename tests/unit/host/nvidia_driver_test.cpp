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

} // namespace
} // namespace cudasetup::host
