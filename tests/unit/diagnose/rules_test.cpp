#include "unit/diagnose/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cudasetup::diagnose::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<RuleCase> all_cases()
{
  std::vector<RuleCase> all;
  for (const auto* cases : {&apt_cases(), &place_cases(), &gpu_cases(), &toolkit_cases(), &torch_cases()}) {
    all.insert(all.end(), cases->begin(), cases->end());
  }
  return all;
}

class Rules : public testing::TestWithParam<RuleCase> {};

TEST_P(Rules, SpeakOfWhatIsBrokenAlone)
{
  const RuleCase& rule = GetParam();
  Machine broken;
  rule.breaks(broken);
  EXPECT_THAT(broken.ids(), Contains(rule.id));
  Machine spared;
  rule.spares(spared);
  EXPECT_THAT(spared.ids(), Not(Contains(rule.id)));
}

TEST_P(Rules, NameCauseEvidenceSourceAndWhatToDo)
{
  Machine broken;
  GetParam().breaks(broken);
  for (const Finding& finding : broken.findings()) {
    EXPECT_FALSE(finding.cause.empty()) << finding.id;
    EXPECT_FALSE(finding.evidence.empty()) << finding.id;
    EXPECT_FALSE(finding.source.empty()) << finding.id;
    ASSERT_FALSE(finding.remedies.empty()) << finding.id;
    for (const base::Hint& remedy : finding.remedies) {
      EXPECT_FALSE(remedy.text.empty()) << finding.id;
    }
    EXPECT_FALSE(finding.cause.ends_with('.')) << finding.id;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Rules, testing::ValuesIn(all_cases()), [](const auto& each) {
  std::string name = each.param.id;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

TEST(Diagnose, EveryRuleHasItsCases)
{
  std::vector<std::string> tried;
  for (const RuleCase& rule : all_cases()) {
    tried.emplace_back(rule.id);
  }
  EXPECT_THAT(rule_ids(), testing::UnorderedElementsAreArray(tried));
  EXPECT_GE(rule_ids().size(), 100U);
}

TEST(Diagnose, NothingIsWrongWithASoundMachine)
{
  EXPECT_THAT(Machine().ids(), IsEmpty());
  Machine wsl;
  wsl.be_wsl();
  EXPECT_THAT(wsl.ids(), IsEmpty());
  Machine container;
  container.be_container();
  EXPECT_THAT(container.ids(), IsEmpty());
  Machine given;
  given.be_given_gpu();
  EXPECT_THAT(given.ids(), IsEmpty());
}

TEST(Diagnose, WhatIsNotKnownIsNoFault)
{
  Machine machine;
  machine.facts = {};
  machine.details = {};
  EXPECT_THAT(machine.ids(), IsEmpty());
}

TEST(Diagnose, WhatBlocksMostComesFirst)
{
  Machine machine;
  machine.details.named.push_back({"/etc/profile.d/c.sh", "/usr/local/cuda-9.0", false});
  machine.use_driver("470.256.02");
  machine.details.libraries.front().version = version("580.95.05");
  machine.facts.dpkg_audit = {std::string(host::k_dpkg_interrupted)};
  EXPECT_THAT(machine.ids(),
              ElementsAre("dpkg-interrupted",
                          "driver-version-mismatch",
                          "toolkit-newer-than-driver",
                          "torch-newer-than-driver",
                          "profile-names-missing"));
}

TEST(Diagnose, WhatWasUnpackedInPartIsInstalledAgainOrRemoved)
{
  Machine machine;
  machine.facts.dpkg_audit = {"cuda-nvcc-12-4: unpacked, must be installed again"};
  machine.facts.cut_off_packages = {{"cuda-nvcc-12-4", true}, {"cuda-repo-ubuntu2204-12-4-local", false}};
  const auto findings = machine.findings();
  ASSERT_EQ(findings.size(), 1U);
  ASSERT_EQ(findings[0].remedies.size(), 2U);
  EXPECT_EQ(base::to_shell(*findings[0].remedies[0].command), "sudo apt-get install --reinstall cuda-nvcc-12-4");
  EXPECT_EQ(base::to_shell(*findings[0].remedies[1].command),
            "sudo dpkg --force-remove-reinstreq --purge cuda-repo-ubuntu2204-12-4-local");
}

TEST(Diagnose, AKernelWithoutBuiltModulesIsToldHowToGetThemAndWhatAHoldMeans)
{
  Machine machine;
  std::erase_if(machine.facts.packages, [](const auto& package) { return package.first.starts_with("nvidia-dkms"); });
  machine.install("linux-modules-nvidia-580-open-generic", "6.8.0-45.45");
  machine.details.kernels.push_back({"6.8.0-50-generic", false, {}});
  const auto commands = [&] {
    std::vector<std::string> lines;
    for (const Finding& finding : machine.findings()) {
      for (const base::Hint& remedy : finding.remedies) {
        lines.push_back(base::to_shell(*remedy.command));
      }
    }
    return lines;
  };
  EXPECT_THAT(commands(), ElementsAre("sudo apt-get install linux-modules-nvidia-580-open-6.8.0-50-generic"));
  machine.facts.holds = {"nvidia-driver-580-open"};
  EXPECT_THAT(
      commands(),
      ElementsAre("sudo apt-get purge linux-image-6.8.0-50-generic", "sudo apt-mark unhold nvidia-driver-580-open"));
  machine.facts.pins = {{"/etc/apt/preferences.d/cudasetup-holds", "nvidia-driver*", "release a=now", 1001}};
  EXPECT_THAT(commands(),
              ElementsAre("sudo apt-get purge linux-image-6.8.0-50-generic",
                          "sudo cudasetup install --cuda none --torch none --driver keep --no-hold"));
}

TEST(Diagnose, AnUpgradedDriverIsToldHowToKeepItFromThat)
{
  Machine machine;
  machine.details.libraries.front().version = version("580.126.09");
  EXPECT_THAT(machine.findings().at(0).remedies.at(0).text, testing::HasSubstr("--driver keep --hold"));
  machine.facts.holds = {"nvidia-utils-580"};
  EXPECT_THAT(machine.findings().at(0).remedies.at(0).text, Not(testing::HasSubstr("--hold")));
}

TEST(Diagnose, WhatFollowsFromACauseIsNotToldBesideIt)
{
  Machine machine;
  machine.unload();
  EXPECT_THAT(machine.ids(), ElementsAre("module-not-loaded"));
  machine.facts.gpus.front().bound_driver = "nouveau";
  EXPECT_THAT(machine.ids(), ElementsAre("nouveau-holds-gpu"));
  machine.remove_driver();
  EXPECT_THAT(machine.ids(), ElementsAre("driver-missing"));
}

TEST(Diagnose, PrebuiltModulesAreNamedForTheRunningKernel)
{
  Machine machine;
  machine.unload();
  machine.facts.packages.erase("nvidia-dkms-580-open");
  machine.install("linux-modules-nvidia-580-server-open-6.8.0-40-generic", "6.8.0-40.40");
  machine.details.kernels.front().modules.clear();
  const auto findings = machine.findings();
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].id, "module-missing");
  EXPECT_EQ(base::to_shell(*findings[0].remedies.at(0).command),
            "sudo apt-get install linux-modules-nvidia-580-server-open-6.8.0-45-generic");
}

TEST(Diagnose, FilesThatNameALinkToNowhereAreNotToldBesideIt)
{
  Machine machine;
  machine.facts.current_libtorch.reset();
  machine.details.named.push_back({"/etc/profile.d/cudasetup.sh", "/opt/libtorch/current", false});
  EXPECT_THAT(machine.ids(), ElementsAre("torch-current-dangling"));
}

TEST(Diagnose, WhatRepairMendsSaysSo)
{
  Machine machine;
  machine.fault(host::SourceFault::conflict);
  machine.fault(host::SourceFault::conflict);
  ASSERT_EQ(machine.findings().size(), 1U);
  EXPECT_EQ(machine.findings()[0].fix, Fix::by_repair);
  EXPECT_EQ(machine.findings()[0].evidence, "/etc/apt/sources.list.d/cuda.list: because");
  machine.unload();
  EXPECT_EQ(machine.findings()[1].fix, Fix::by_hand);
}

TEST(Diagnose, TheEvidenceNamesWhatIsHere)
{
  Machine machine;
  machine.details.libraries.front().version = version("580.126.09");
  const Finding finding = machine.findings().at(0);
  EXPECT_EQ(finding.evidence, "the loaded module is 580.95.05, the installed libraries are 580.126.09");
  EXPECT_EQ(base::to_shell(*finding.remedies.at(0).command), "sudo reboot");
}

} // namespace
} // namespace cudasetup::diagnose::test
