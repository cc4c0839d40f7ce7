#include "resolve/secure_boot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::resolve {
namespace {

using testing::HasSubstr;

DriverSelection installed_from(DriverOrigin origin)
{
  DriverSelection driver;
  driver.action = DriverAction::install;
  driver.origin = origin;
  driver.packages = {{"nvidia-driver-580-open", ""}};
  return driver;
}

host::HostFacts with_secure_boot(host::SecureBoot state)
{
  host::HostFacts facts;
  facts.ground.secure_boot = state;
  return facts;
}

TEST(ConsoleNeed, stands_where_a_module_is_built_whose_key_the_firmware_does_not_know)
{
  host::HostFacts facts = with_secure_boot(host::SecureBoot::on);
  for (const DriverOrigin origin :
       {DriverOrigin::nvidia_archive, DriverOrigin::local_installer, DriverOrigin::ubuntu_dkms}) {
    EXPECT_THAT(console_need(installed_from(origin), facts), HasSubstr("until the key is enrolled at the console"));
  }
  EXPECT_EQ(console_need(installed_from(DriverOrigin::ubuntu_prebuilt), facts), "");
  EXPECT_EQ(console_need({}, facts), "");
  facts.ground.key_is_enrolled = false;
  facts.ground.key_is_pending = true;
  EXPECT_THAT(console_need(installed_from(DriverOrigin::ubuntu_dkms), facts), HasSubstr("waits for the next boot"));
  facts.ground.key_is_enrolled = true;
  EXPECT_EQ(console_need(installed_from(DriverOrigin::ubuntu_dkms), facts), "");
}

TEST(ConsoleNeed, is_met_step_by_step)
{
  EXPECT_THAT(console_steps(),
              HasSubstr("\"Enroll MOK\", \"Continue\", \"Yes\", type the password, and choose \"Reboot\""));
}

TEST(ConsoleNeed, is_none_without_secure_boot)
{
  for (const host::SecureBoot state : {host::SecureBoot::off, host::SecureBoot::impossible}) {
    EXPECT_EQ(console_need(installed_from(DriverOrigin::ubuntu_dkms), with_secure_boot(state)), "");
  }
  EXPECT_EQ(console_need(installed_from(DriverOrigin::ubuntu_dkms), {}), "") << "a tree that is not running";
}

} // namespace
} // namespace cudasetup::resolve
