#include "support/pretend.hpp"
#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace cudasetup::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class EveryPlan : public ::testing::TestWithParam<Scenario> {};

TEST_P(EveryPlan, LeavesNothingToDoOnceItIsDone)
{
  const SamplePtr sample = GetParam().make();
  Pretender(*sample).run(sample->plan());
  if (sample->resolution.driver.action == resolve::DriverAction::install) {
    sample->facts.driver = host::LoadedDriver{*sample->resolution.driver.version, {}};
  }
  const plan::Plan again = sample->plan();
  EXPECT_THAT(step_ids(again), IsEmpty());
  EXPECT_THAT(again.already, Not(IsEmpty()));
  EXPECT_FALSE(again.simulation.has_value());
  EXPECT_FALSE(again.totals.reboot);
  EXPECT_EQ(again.totals.download_bytes, 0U);
}

TEST_P(EveryPlan, IsTheSameTwice)
{
  const SamplePtr sample = GetParam().make();
  const auto text = [&] {
    return json::write(plan::to_json(sample->plan(), sample->facts, ""), json::Layout::compact);
  };
  EXPECT_EQ(text(), text());
}

TEST_P(EveryPlan, HasStepsOfTheirOwnNameWithAReasonAndAWayBack)
{
  std::set<std::string> seen;
  for (const plan::Step& step : GetParam().make()->plan().steps) {
    EXPECT_TRUE(seen.insert(step.id).second) << step.id;
    EXPECT_FALSE(step.title.empty()) << step.id;
    EXPECT_FALSE(step.because.empty()) << step.id;
    EXPECT_FALSE(step.undo.empty()) << step.id;
    EXPECT_FALSE(step.actions.empty()) << step.id;
  }
}

TEST_P(EveryPlan, NeverStopsDpkgInTheMiddle)
{
  for (const plan::Step& step : GetParam().make()->plan().steps) {
    for (const plan::Action& action : step.actions) {
      const auto* run = std::get_if<plan::Run>(&action);
      if (run != nullptr && (run->command.argv[0] == "dpkg" ||
                             (run->command.argv[0] == "apt-get" && run->command.argv[1] == "install"))) {
        EXPECT_EQ(step.interruptible, plan::Interruptible::no) << step.id;
      }
    }
  }
}

TEST_P(EveryPlan, SimulatesEveryPackageThatItInstalls)
{
  const plan::Plan plan = GetParam().make()->plan();
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      const auto* run = std::get_if<plan::Run>(&action);
      if (run == nullptr || run->command.argv[0] != "apt-get" || run->command.argv[1] != "install") {
        continue;
      }
      ASSERT_TRUE(plan.simulation.has_value());
      EXPECT_THAT(plan.simulation->packages, Contains(run->command.argv.back()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, EveryPlan, ::testing::ValuesIn(scenarios()), [](const auto& instance) {
  std::string name = instance.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

TEST(Planner, TakesTheSeedsRoadInItsOrder)
{
  EXPECT_THAT(step_ids(seed_sample()->plan()),
              ElementsAre("apt-update-system",
                          "apt-install-certificates",
                          "apt-install-prerequisites",
                          "cache",
                          "nvidia-pin",
                          "fetch-local-installer",
                          "local-installer",
                          "local-key",
                          "apt-update",
                          "driver-origin",
                          "apt-install-driver",
                          "apt-install-toolkit",
                          "fetch-libtorch",
                          "unpack-libtorch",
                          "register-libtorch",
                          "environment",
                          "clean-up"));
}

TEST(Planner, DoesNothingOnAMachineThatHasItAllAndSaysWhy)
{
  const plan::Plan plan = complete_sample()->plan();
  EXPECT_THAT(step_ids(plan), IsEmpty());
  EXPECT_THAT(
      plan.already,
      ElementsAre(
          resolve::Reason{"cuda", "CUDA 12.4.1 is at /usr/local/cuda-12.4, complete with nvcc; it is used as it is"},
          resolve::Reason{"driver", "driver 550.54.15 is loaded and stays"}));
}

TEST(Planner, DoesNotTakeALoneNvccForAToolkit)
{
  const SamplePtr sample = complete_sample();
  sample->facts.packages.erase("cuda-libraries-dev-12-4");
  EXPECT_THAT(step_ids(sample->plan()), Contains("apt-install-toolkit"));
}

TEST(Planner, DoesNotTakeAHalfInstalledToolkitForOne)
{
  const SamplePtr sample = complete_sample();
  sample->facts.packages["cuda-nvcc-12-4"].configured = false;
  EXPECT_THAT(step_ids(sample->plan()), Contains("apt-install-toolkit"));
}

TEST(Planner, EnlargesASmallerProfileOfOurs)
{
  const SamplePtr sample = complete_sample();
  sample->facts.files["/etc/profile.d/cudasetup.sh"] = "export CUDA_HOME=/usr/local/cuda-12.4\n";
  EXPECT_THAT(step_ids(sample->plan()), Contains("apt-install-toolkit"));
}

TEST(Planner, LeavesASharedPackageInItsNewerVersion)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  sample->resolution.cuda->packages.push_back({"cuda-toolkit-config-common", "12.4.127-1"});
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-toolkit").front(),
              HasSubstr("cuda-toolkit-12-4=12.4.1-1 cuda-toolkit-config-common=12.4.127-1"));
  sample->facts.packages["cuda-toolkit-config-common"] = {"12.8.90-1", true};
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-toolkit").front(), Not(HasSubstr("config-common")));
}

TEST(Planner, ReinstallsWhatIsNotConfigured)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  sample->facts.packages["cuda-toolkit-12-4"] = {"12.4.1-1", false};
  EXPECT_THAT(step_ids(sample->plan()), Contains("apt-install-toolkit"));
}

TEST(Planner, AsksAptToWaitForItsLockOnlyWhereItCan)
{
  const SamplePtr sample = seed_sample();
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-toolkit").front(), Not(HasSubstr("Lock::Timeout")));
  sample->facts.apt = version("2.4.11");
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-toolkit").front(), HasSubstr("-o DPkg::Lock::Timeout=300"));
  sample->facts.apt = std::nullopt;
  EXPECT_THAT(shell_lines(sample->plan(), "apt-install-toolkit").front(), Not(HasSubstr("Lock::Timeout")));
}

TEST(Planner, SaysThatADriverIsLoadedByAReboot)
{
  const SamplePtr sample = seed_sample();
  EXPECT_TRUE(sample->plan().totals.reboot);
  sample->resolution.driver = {};
  EXPECT_FALSE(sample->plan().totals.reboot);
}

TEST(Planner, LetsItsOwnStepsTakeUpPackagesOfNvidiasThatAreUnpackedInPart)
{
  const SamplePtr sample = seed_sample();
  const auto finishing = [&] {
    const plan::Plan made = sample->plan();
    EXPECT_EQ(made.steps.front().id, "finish-dpkg");
    return std::get<plan::Run>(made.steps.front().actions.back()).on_failure;
  };
  sample->facts.dpkg_audit = {std::string(host::k_dpkg_interrupted), "cuda-toolkit-11-1-config-common: unpacked"};
  EXPECT_EQ(finishing(), plan::OnFailure::go_on);
  sample->facts.dpkg_audit.emplace_back("site-tool: half-configured");
  EXPECT_EQ(finishing(), plan::OnFailure::stop);
  sample->facts.dpkg_audit.pop_back();
  sample->resolution.cuda.reset();
  sample->resolution.driver = {};
  EXPECT_EQ(finishing(), plan::OnFailure::stop) << "no step of apt's follows";
}

TEST(Planner, HasAptInstallAgainWhatWasUnpackedInPart)
{
  const SamplePtr sample = seed_sample();
  sample->facts.dpkg_audit = {"cuda-opencl-11-1: unpacked, must be installed again"};
  sample->facts.cut_off_packages = {{"cuda-opencl-11-1", true}, {"cuda-nvcc-11-1", false}};
  const std::vector<std::string> lines = shell_lines(sample->plan(), "finish-dpkg");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[1], testing::EndsWith(" --fix-broken --no-remove --reinstall cuda-opencl-11-1 cuda-nvcc-11-1"));
  EXPECT_EQ(lines[2], "apt-mark auto cuda-opencl-11-1");
  sample->facts.cut_off_packages = {{"cuda-repo-ubuntu1804-11-1-local", false}};
  EXPECT_THAT(shell_lines(sample->plan(), "finish-dpkg"),
              testing::ElementsAre(testing::_,
                                   "dpkg --force-remove-reinstreq --purge cuda-repo-ubuntu1804-11-1-local",
                                   testing::EndsWith(" --fix-broken --no-remove")));
  sample->facts.cut_off_packages.clear();
  EXPECT_THAT(shell_lines(sample->plan(), "finish-dpkg").back(), testing::EndsWith(" --fix-broken --no-remove"));
}

TEST(Planner, HasTheNextBootVerifyADriverWhereThisProgramIsThen)
{
  const SamplePtr sample = seed_sample();
  const auto last = [&] { return sample->plan().steps.back(); };
  EXPECT_NE(last().id, "after-boot");
  for (const char* odd : {"/home/me/my programs/cudasetup", "/opt/100%/cudasetup", "cudasetup", "/x (deleted)"}) {
    sample->settings.program = odd;
    EXPECT_NE(last().id, "after-boot") << odd;
  }
  sample->settings.program = "/usr/bin/cudasetup";
  const plan::Plan with = sample->plan();
  const auto step = std::find_if(
      with.steps.begin(), with.steps.end(), [](const plan::Step& each) { return each.id == "after-boot"; });
  ASSERT_NE(step, with.steps.end());
  EXPECT_THAT(std::get<plan::WriteFile>(step->actions[0]).content,
              HasSubstr("\nExecStart=/usr/bin/cudasetup resume --after-boot\n"));
  EXPECT_EQ(std::get<plan::Link>(step->actions[1]).target, std::get<plan::WriteFile>(step->actions[0]).path);
  sample->resolution.driver = {};
  EXPECT_NE(last().id, "after-boot");
}

TEST(Planner, SaysWhatToTypeBeforeABlackScreen)
{
  const SamplePtr sample = seed_sample();
  const auto cautions = [&] {
    std::string all;
    for (const resolve::Reason& caution : sample->plan().resolution.cautions) {
      all += caution.text + "\n";
    }
    return all;
  };
  sample->settings.program = "/usr/bin/cudasetup";
  EXPECT_THAT(cautions(), Not(HasSubstr("Ctrl+Alt+F3"))) << "a server";
  sample->facts.packages["gdm3"] = {"42.0-1", true};
  EXPECT_THAT(cautions(), HasSubstr("Ctrl+Alt+F3, log in, and type `sudo cudasetup undo`, then `sudo reboot`"));
  sample->settings.program = "";
  EXPECT_THAT(cautions(), Not(HasSubstr("Ctrl+Alt+F3"))) << "another system";
  sample->settings.program = "/usr/bin/cudasetup";
  sample->resolution.driver = {};
  EXPECT_THAT(cautions(), Not(HasSubstr("Ctrl+Alt+F3"))) << "no driver comes";
}

TEST(Planner, SparesAnImageRecommendsAndSyncsButNoSystemThatLivesOn)
{
  const SamplePtr sample = container_sample();
  const auto toolkit = [&] { return shell_lines(sample->plan(), "apt-install-toolkit").front(); };
  EXPECT_THAT(toolkit(), AllOf(HasSubstr("=--force-unsafe-io "), HasSubstr(" --no-install-recommends ")));
  EXPECT_EQ(sample->plan().simulation->recommends, plan::Recommends::leave_out);
  for (const host::Container machine : {host::Container::none, host::Container::lxc, host::Container::systemd_nspawn}) {
    sample->facts.container = machine;
    EXPECT_THAT(toolkit(), Not(AnyOf(HasSubstr("unsafe-io"), HasSubstr("recommends"))));
    EXPECT_EQ(sample->plan().simulation->recommends, plan::Recommends::take);
  }
}

TEST(Planner, RefusesADriverInAContainerAsABug)
{
  const SamplePtr sample = container_sample();
  choose_driver(*sample, "550.54.15");
  EXPECT_THROW(sample->plan(), std::logic_error);
}

TEST(Planner, KnowsTheDownloadOnlyWhereEverySizeIsKnown)
{
  const SamplePtr sample = sample_ubuntu("22.04", "2.4.11");
  choose_torch(*sample, "2.6.0", "cu124");
  sample->facts.cmake = version("3.22.1");
  for (const char* name : {"g++", "make", "unzip", "ca-certificates"}) {
    sample->facts.packages[name] = {"1", true};
  }
  EXPECT_EQ(sample->plan().totals.download_bytes, std::nullopt);
  sample->torch.builds.front().zips.front().file.bytes = 1000;
  EXPECT_EQ(sample->plan().totals.download_bytes, 1000U);
  sample->facts.packages.erase("unzip");
  EXPECT_EQ(sample->plan().totals.download_bytes, std::nullopt);
}

TEST(Planner, NamesEachPartOfTheCostAndWhatIsKnownOfIt)
{
  const SamplePtr sample = sample_ubuntu("22.04", "2.4.11");
  choose_torch(*sample, "2.6.0", "cu124");
  sample->torch.builds.front().zips.front().file.bytes = 1000;
  const std::vector<plan::Cost> parts = sample->plan().totals.parts;
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].what, "LibTorch 2.6.0+cu124");
  EXPECT_EQ(parts[0].download_bytes, 1000U);
  EXPECT_EQ(parts[0].disk_bytes, std::nullopt) << "nobody published what it comes to, unpacked";
  EXPECT_EQ(parts[1].what, "apt's packages");
  EXPECT_EQ(parts[1].download_bytes, std::nullopt);
}

TEST(Planner, KeepsDownloadsOnRequest)
{
  const SamplePtr sample = seed_sample();
  sample->settings.keep_downloads = true;
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("clean-up")));
}

TEST(Planner, RemovesExactlyWhatItFetched)
{
  EXPECT_THAT(shell_lines(seed_sample()->plan(), "clean-up"),
              ElementsAre("rm -rf -- "
                          "/var/cache/cudasetup/cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb "
                          "/var/cache/cudasetup/md5sum-11.1.1.txt "
                          "/var/cache/cudasetup/libtorch-cxx11-abi-shared-with-deps-1.7.1+cu110.zip"));
}

TEST(Planner, NamesHoldsAndPinsOfOthersThatItsPackagesMeet)
{
  const SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  host::HostFacts& facts = sample->facts;
  facts.packages["cuda-toolkit-12-4"] = {"12.4.0-1", true};
  facts.holds = {"cuda-toolkit-12-4", "cuda-drivers"};
  facts.pins = {{"/etc/apt/preferences.d/lambda", "cuda-toolkit-*", "origin lambdalabs.com", 1001},
                {"/etc/apt/preferences.d/lambda", "nvidia-*", "origin lambdalabs.com", 1001},
                {"/etc/apt/preferences.d/cuda-repository-pin-600", "*", "release l=NVIDIA CUDA", 600}};
  const plan::Plan plan = sample->plan();
  EXPECT_THAT(plan.simulation->held, ElementsAre("cuda-toolkit-12-4"));
  std::vector<std::string> said;
  for (const resolve::Reason& caution : plan.resolution.cautions) {
    said.push_back(caution.about + " " + caution.text);
  }
  EXPECT_THAT(said,
              ElementsAre("cuda-toolkit-12-4 is on hold at 12.4.0-1, and would have to change: `apt-mark unhold "
                          "cuda-toolkit-12-4` lets it",
                          "/etc/apt/preferences.d/lambda pins cuda-toolkit-* (origin lambdalabs.com) at 1001, and "
                          "cuda-toolkit-12-4 is to be installed"));
  facts.packages["cuda-toolkit-12-4"] = {"12.4.1-1", true};
  EXPECT_FALSE(sample->plan().simulation && !sample->plan().simulation->held.empty()) << "it is as it should be";
}

} // namespace
} // namespace cudasetup::test
