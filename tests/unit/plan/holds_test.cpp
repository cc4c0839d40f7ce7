#include "plan/holds.hpp"

#include "host/paths.hpp"
#include "support/pretend.hpp"
#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::test {
namespace {

using plan::Holds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string k_toolkit_held = "Explanation: Held by cudasetup: cuda-toolkit-12-4\n"
                                   "Package: *-12-4 *-12-4-*\nPin: release a=now\nPin-Priority: 1001\n";

SamplePtr toolkit_sample()
{
  return network_sample("22.04", "2.4.11", "12.4.1");
}

void ask_for(Sample& sample, const std::string& cuda)
{
  sample.request.cuda = {resolve::Choice::exact, version(cuda)};
}

TEST(HoldsFile, IsReadAsItIsWritten)
{
  const std::vector<plan::Held> all = {{plan::pattern_of_toolkit("12-4"), {"cuda-toolkit-12-4"}},
                                       {"nvidia-driver-550 nvidia-dkms-550", {"nvidia-driver-550", "nvidia-dkms-550"}}};
  EXPECT_EQ(plan::read_holds(plan::write_holds(all)), all);
  EXPECT_EQ(plan::write_holds({all[0]}), k_toolkit_held);
  EXPECT_EQ(plan::write_holds({}), "");
  EXPECT_THAT(plan::read_holds("Package: *\nPin: release a=now\nPin-Priority: 1\n\nbroken"), IsEmpty());
}

TEST(Hold, ComesWhereTheLastNumberWasAskedForOrTheOptionIsGiven)
{
  const SamplePtr sample = toolkit_sample();
  ask_for(*sample, "12.4");
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("hold")));
  sample->settings.holds = Holds::all;
  EXPECT_THAT(shell_lines(sample->plan(), "hold"), Contains("apt-mark hold cuda-toolkit-12-4"));
  EXPECT_THAT(shell_lines(sample->plan(), "hold"), Contains(HasSubstr("dd of=/etc/apt/preferences.d/cudasetup-holds")));
  ask_for(*sample, "12.4.1");
  sample->settings.holds = Holds::automatic;
  EXPECT_THAT(step_ids(sample->plan()), Contains("hold"));
  sample->settings.holds = Holds::none;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("hold")));
}

TEST(Hold, IsNotPlannedTwiceAndStaysUntilItIsLetGo)
{
  const SamplePtr sample = toolkit_sample();
  ask_for(*sample, "12.4.1");
  Pretender(*sample).run(sample->plan());
  EXPECT_THAT(sample->facts.holds, ElementsAre("cuda-toolkit-12-4"));
  EXPECT_THAT(step_ids(sample->plan()), IsEmpty());
  ask_for(*sample, "12.4");
  EXPECT_THAT(step_ids(sample->plan()), IsEmpty()) << "it was held before, and nothing says otherwise";
  sample->settings.holds = Holds::none;
  EXPECT_THAT(step_ids(sample->plan()), ElementsAre("release-holds"));
  Pretender(*sample).run(sample->plan());
  EXPECT_THAT(sample->facts.holds, IsEmpty());
  EXPECT_EQ(sample->facts.files.count(std::string(host::k_holds_file)), 0U);
}

TEST(Hold, WhatSomebodyLetGoIsHeldAgain)
{
  const SamplePtr sample = toolkit_sample();
  ask_for(*sample, "12.4.1");
  Pretender(*sample).run(sample->plan());
  sample->facts.holds.clear();
  EXPECT_THAT(shell_lines(sample->plan(), "hold"), ElementsAre("apt-mark hold cuda-toolkit-12-4"));
}

TEST(Hold, OfOursIsLetGoBeforeAptIsAskedForAnotherVersion)
{
  const SamplePtr sample = toolkit_sample();
  ask_for(*sample, "12.4.1");
  sample->facts.files[std::string(host::k_holds_file)] =
      k_toolkit_held + "\nExplanation: Held by cudasetup: cuda-toolkit-11-8\n"
                       "Package: *-11-8 *-11-8-*\nPin: release a=now\nPin-Priority: 1001\n";
  sample->facts.packages["cuda-toolkit-12-4"] = {"12.4.0-1", true};
  sample->facts.packages["ca-certificates"] = {"1", true};
  sample->facts.holds = {"cuda-toolkit-12-4", "cuda-toolkit-11-8", "of-the-user"};
  const plan::Plan plan = sample->plan();
  EXPECT_EQ(plan.steps.front().id, "release-holds");
  EXPECT_EQ(plan.simulation->after, "release-holds");
  EXPECT_THAT(shell_lines(plan, "release-holds"), Contains("apt-mark unhold cuda-toolkit-12-4"));
  EXPECT_THAT(shell_lines(plan, "hold"), Contains("apt-mark hold cuda-toolkit-12-4"));
  Pretender(*sample).run(plan);
  EXPECT_THAT(sample->facts.files[std::string(host::k_holds_file)], HasSubstr("*-11-8"));
  EXPECT_THAT(sample->facts.files[std::string(host::k_holds_file)], HasSubstr("*-12-4"));
}

TEST(Hold, OfADriverComesWithAnExactVersionAndNotWithABranch)
{
  const SamplePtr sample = seed_sample();
  const auto& driver = sample->resolution.driver;
  ASSERT_EQ(driver.action, resolve::DriverAction::install);
  sample->request.driver = {resolve::DriverChoice::exact, version(std::to_string(driver.version->major_part()))};
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("hold")));
  sample->request.driver.version = driver.version;
  EXPECT_THAT(shell_lines(sample->plan(), "hold"),
              Contains(HasSubstr("apt-mark hold " + driver.packages.front().name)));
}

/// Ubuntu's driver with modules that come built, asked for to its last number, on a machine with unattended-upgrades.
SamplePtr prebuilt_sample()
{
  SamplePtr sample = network_sample("24.04", "2.7.14", "12.4.1");
  choose_driver(*sample, "580.178.04");
  sample->request.driver = {resolve::DriverChoice::exact, version("580.178.04")};
  sample->resolution.driver.origin = resolve::DriverOrigin::ubuntu_prebuilt;
  sample->resolution.driver.packages = {{"nvidia-driver-580-open", ""},
                                        {"linux-modules-nvidia-580-open-generic-hwe-24.04", ""}};
  for (const char* name : {"linux-image-generic-hwe-24.04",
                           "linux-image-7.0.0-43-generic",
                           "linux-headers-generic-hwe-24.04",
                           "unattended-upgrades"}) {
    sample->facts.packages[name] = {"1", true};
  }
  return sample;
}

const plan::Step& step_named(const plan::Plan& plan, const std::string& id)
{
  return plan.steps.at(index_of(plan, id));
}

TEST(Hold, OfADriverKeepsAllItsPackagesAndTheKernelThatItsModulesAreBuiltFor)
{
  const SamplePtr sample = prebuilt_sample();
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(shell_lines(plan, "hold"),
              Contains("apt-mark hold nvidia-driver-580-open linux-modules-nvidia-580-open-generic-hwe-24.04 "
                       "linux-headers-generic-hwe-24.04 linux-image-generic-hwe-24.04"));
  EXPECT_THAT(step_named(plan, "hold").because,
              HasSubstr("new kernels, their security fixes among them, wait as well"));
  Pretender(*sample).run(plan);
  EXPECT_THAT(sample->facts.files[std::string(host::k_holds_file)],
              testing::AllOf(HasSubstr(" nvidia-kernel-* "), HasSubstr(" linux-image-generic-hwe-24.04\n")));
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("hold")));
}

TEST(Hold, LeavesTheKernelToDkmsAndToWhoHoldsItAlready)
{
  const SamplePtr sample = prebuilt_sample();
  sample->facts.holds = {"linux-image-generic-hwe-24.04"};
  EXPECT_THAT(shell_lines(sample->plan(), "hold"), Contains(testing::EndsWith(" linux-headers-generic-hwe-24.04")));
  Pretender(*sample).run(sample->plan());
  sample->settings.holds = Holds::none;
  Pretender(*sample).run(sample->plan());
  EXPECT_THAT(sample->facts.holds, ElementsAre("linux-image-generic-hwe-24.04"));
  sample->settings.holds = Holds::automatic;
  sample->resolution.driver.origin = resolve::DriverOrigin::ubuntu_dkms;
  EXPECT_THAT(shell_lines(sample->plan(), "hold"), Not(Contains(HasSubstr("linux-headers"))));
  EXPECT_THAT(step_named(sample->plan(), "hold").because, Not(HasSubstr("kernel")));
}

TEST(Hold, OfADriverThatIsKeptIsThatOfWhatIsInstalled)
{
  const SamplePtr sample = prebuilt_sample();
  Pretender(*sample).run(sample->plan());
  resolve::DriverSelection kept;
  kept.action = resolve::DriverAction::keep;
  kept.version = version("580.178.04");
  sample->resolution.driver = kept;
  sample->request.driver = {resolve::DriverChoice::keep};
  EXPECT_THAT(step_ids(sample->plan()), IsEmpty()) << "it was held before, and nothing says otherwise";
  sample->settings.holds = Holds::none;
  EXPECT_THAT(step_ids(sample->plan()), ElementsAre("release-holds"));
  Pretender(*sample).run(sample->plan());
  EXPECT_THAT(sample->facts.holds, IsEmpty());
  EXPECT_THAT(step_ids(sample->plan()), IsEmpty());
  sample->settings.holds = Holds::all;
  EXPECT_THAT(shell_lines(sample->plan(), "hold"),
              Contains(testing::AllOf(HasSubstr(" nvidia-driver-580-open "),
                                      HasSubstr(" linux-image-generic-hwe-24.04"),
                                      HasSubstr("apt-mark hold "))));
}

TEST(Hold, OfADriverIsAlsoOnTheBlockListOfUnattendedUpgradesWhereThatIs)
{
  const std::string path = "/etc/apt/apt.conf.d/52cudasetup-unattended-upgrades";
  const SamplePtr sample = prebuilt_sample();
  Pretender(*sample).run(sample->plan());
  EXPECT_THAT(sample->facts.files[path],
              testing::AllOf(HasSubstr("\nUnattended-Upgrade::Package-Blacklist {\n"),
                             HasSubstr("\n  \"libnvidia-compute\";\n"),
                             HasSubstr("\n  \"linux-modules-nvidia-\";\n"),
                             testing::EndsWith("\n  \"linux-image-generic-hwe-24.04$\";\n};\n")));
  sample->facts.packages.erase("unattended-upgrades");
  EXPECT_THAT(step_ids(sample->plan()), IsEmpty()) << "it stays as long as the hold";
  sample->settings.holds = Holds::none;
  EXPECT_THAT(step_ids(sample->plan()), ElementsAre("release-holds"));
  Pretender(*sample).run(sample->plan());
  EXPECT_EQ(sample->facts.files.count(path), 0U);
  sample->settings.holds = Holds::all;
  EXPECT_THAT(shell_lines(sample->plan(), "hold"), Not(Contains(HasSubstr(path)))) << "nobody heeds it";
}

} // namespace
} // namespace cudasetup::test
