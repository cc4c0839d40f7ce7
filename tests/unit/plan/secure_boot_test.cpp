#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A driver that DKMS builds, where Secure Boot is on.
SamplePtr refused_sample()
{
  SamplePtr sample = sample_ubuntu("22.04", "2.4.11");
  choose_driver(*sample, "550.54.15");
  sample->resolution.driver.origin = resolve::DriverOrigin::ubuntu_dkms;
  sample->resolution.driver.packages = {{"nvidia-driver-550", "550.54.15-0ubuntu1"}};
  sample->facts.ground.secure_boot = host::SecureBoot::on;
  return sample;
}

TEST(Enrolment, comes_before_the_driver_and_after_its_tools)
{
  const plan::Plan plan = refused_sample()->plan();
  EXPECT_THAT(step_ids(plan),
              ElementsAre("apt-update-system",
                          "apt-install-prerequisites",
                          "driver-origin",
                          "make-module-key",
                          "enrol-module-key",
                          "apt-install-driver"));
  EXPECT_THAT(shell_lines(plan, "apt-install-prerequisites").front(), HasSubstr(" dkms mokutil shim-signed"));
  EXPECT_THAT(shell_lines(plan, "make-module-key"),
              ElementsAre("SHIM_NOTRIGGER=y update-secureboot-policy --new-key",
                          "ls -l /var/lib/shim-signed/mok/MOK.der /var/lib/shim-signed/mok/MOK.priv"));
  EXPECT_THAT(shell_lines(plan, "enrol-module-key"), ElementsAre("mokutil --import /var/lib/shim-signed/mok/MOK.der"));
  EXPECT_TRUE(plan.totals.reboot);
  EXPECT_THAT(plan.simulation->packages, Contains("mokutil")) << "apt is asked about the tools, too";
}

TEST(Enrolment, comes_before_nvidias_driver_too)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  choose_driver(*sample, "550.54.15");
  sample->facts.ground.secure_boot = host::SecureBoot::on;
  const plan::Plan plan = sample->plan();
  EXPECT_LT(index_of(plan, "apt-install-prerequisites"), index_of(plan, "make-module-key"));
  EXPECT_LT(index_of(plan, "enrol-module-key"), index_of(plan, "apt-install-driver"));
}

TEST(Enrolment, makes_no_key_where_one_is)
{
  const SamplePtr sample = refused_sample();
  sample->facts.ground.has_module_key = true;
  sample->facts.ground.key_is_enrolled = false;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("make-module-key")));
  EXPECT_THAT(step_ids(sample->plan()), Contains("enrol-module-key"));
}

TEST(Enrolment, is_not_asked_for_twice)
{
  const SamplePtr sample = refused_sample();
  sample->facts.ground.has_module_key = true;
  sample->facts.ground.key_is_enrolled = false;
  sample->facts.ground.key_is_pending = true;
  EXPECT_THAT(step_ids(sample->plan()), ElementsAre("apt-update-system", "driver-origin", "apt-install-driver"));
  sample->facts.ground.key_is_pending = false;
  sample->facts.ground.key_is_enrolled = true;
  EXPECT_THAT(step_ids(sample->plan()), ElementsAre("apt-update-system", "driver-origin", "apt-install-driver"));
}

TEST(Enrolment, is_asked_for_again_where_nobody_was_at_the_console)
{
  const SamplePtr sample = refused_sample();
  sample->facts.packages["nvidia-driver-550"].version = "550.54.15-0ubuntu1";
  for (const char* tool : {"dkms", "mokutil", "shim-signed"}) {
    sample->facts.packages[tool].version = "1";
  }
  EXPECT_THAT(step_ids(sample->plan()), ElementsAre()) << "the module is not signed with a key that is made now";
  sample->facts.ground.has_module_key = true;
  sample->facts.ground.key_is_enrolled = false;
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(step_ids(plan), ElementsAre("enrol-module-key"));
  EXPECT_TRUE(plan.totals.reboot);
}

TEST(Enrolment, is_of_no_need_without_secure_boot_or_for_modules_that_ubuntu_signed)
{
  const SamplePtr sample = refused_sample();
  sample->facts.ground.secure_boot = host::SecureBoot::off;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("enrol-module-key")));
  sample->facts.ground.secure_boot = host::SecureBoot::on;
  sample->resolution.driver.origin = resolve::DriverOrigin::ubuntu_prebuilt;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("enrol-module-key")));
}

} // namespace
} // namespace cudasetup::test
