#include "host/apt_sources.hpp"
#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string k_archive = "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/";
const std::string k_new_key = "EB693B3035CD5710E231E123A4B469963BF863CC";
const std::string k_old_key = "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80";
const std::string k_keyring = "/usr/share/keyrings/cuda-archive-keyring.gpg";
const std::string k_good = "deb [signed-by=" + k_keyring + "] " + k_archive + " /";

SamplePtr sample_2204()
{
  SamplePtr sample = network_sample("22.04", "2.4.11", "12.4.1");
  sample->settings.keys = {{"3BF863CC", k_new_key, "3bf863cc.pub", {}}, {"7FA2AF80", k_old_key, "7fa2af80.pub", {}}};
  sample->facts.keyrings = {{k_keyring, {{k_new_key, base::Binding::strong}}}};
  return sample;
}

void add_sources(Sample& sample, const std::string& text, const std::string& file)
{
  for (host::AptSource& source : host::parse_one_line_sources(text, file)) {
    sample.facts.nvidia_sources.push_back(std::move(source));
  }
}

plan::Plan repair(const Sample& sample)
{
  return plan::make_repair_plan(sample.resolution, sample.facts, sample.settings);
}

TEST(MendSources, ComesBeforeAnythingThatAsksApt)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/cuda.list");
  add_sources(*sample, "deb " + k_archive + " /", "/etc/apt/sources.list.d/old.list");
  sample->facts.dpkg_audit = {"hello: half-installed"};
  const plan::Plan plan = sample->plan();
  EXPECT_EQ(index_of(plan, "mend-sources"), 0U);
  EXPECT_THAT(plan.steps[0].because, HasSubstr("/etc/apt/sources.list.d/old.list: "));
  EXPECT_THAT(shell_lines(plan, "mend-sources"),
              ElementsAre("mv -T /etc/apt/sources.list.d/old.list "
                          "/etc/apt/sources.list.d/old.list.cudasetup.disabled"));
  EXPECT_THAT(step_ids(plan), Not(Contains("nvidia-keyring"))) << "the other source is as it should be";
  ASSERT_EQ(plan.resolution.cautions.size(), 1U);
  EXPECT_THAT(plan.resolution.cautions[0].text, HasSubstr("; it is switched off"));
  ASSERT_EQ(plan.simulation->switched_off.size(), 1U);
  EXPECT_EQ(plan.simulation->switched_off[0].file, "/etc/apt/sources.list.d/old.list");
}

TEST(MendSources, PutsTheArchiveBackWhereItsKeyWasTheOldOne)
{
  const SamplePtr sample = sample_2204();
  sample->facts.keyrings[0].keys = {{k_old_key, base::Binding::sha1}};
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/cuda.list");
  EXPECT_THAT(step_ids(sample->plan()), AllOf(Contains("mend-sources"), Contains("nvidia-keyring")));
  EXPECT_EQ(sample->plan().simulation->source_line, "deb [signed-by={keyring}] " + k_archive + " /");
}

TEST(MendSources, LeavesWhatIsOnlyUntidyToARepair)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/cuda.list");
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/twice.list");
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("mend-sources")));
  EXPECT_THAT(shell_lines(repair(*sample), "mend-sources"), ElementsAre(HasSubstr("twice.list.cudasetup.disabled")));
}

TEST(MendSources, IsNotForAPlanThatAsksNothingOfApt)
{
  const SamplePtr sample = complete_sample();
  sample->settings.keys = sample_2204()->settings.keys;
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/cuda.list");
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("mend-sources")));
}

TEST(MendSources, MakesCommentsInAFileOfOthers)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/cuda.list");
  add_sources(*sample,
              "deb http://archive.ubuntu.com/ubuntu jammy main\ndeb [arch=amd64] " + k_archive + " /\n",
              "/etc/apt/sources.list.d/mine.list");
  const plan::Plan plan = repair(*sample);
  EXPECT_THAT(
      shell_lines(plan, "mend-sources"),
      ElementsAre("sed -i -e '2{\\|^deb \\[arch=amd64\\] https://developer\\.download\\.nvidia\\.com/compute/cuda/"
                  "repos/ubuntu2204/x86_64/ /$|s|^|# switched off by cudasetup: |}' "
                  "/etc/apt/sources.list.d/mine.list"));
  EXPECT_THAT(plan.steps[0].undo, HasSubstr("out of /etc/apt/sources.list.d/mine.list"));
}

TEST(MendSources, OfTwoInOneFileTouchesTheWrongOneAlone)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample, k_good + "\n" + k_good, "/etc/apt/sources.list.d/cuda.list");
  EXPECT_THAT(shell_lines(repair(*sample), "mend-sources"), ElementsAre(HasSubstr("sed -i -e '2{")));
}

TEST(MendSources, TakesANameThatNobodyHas)
{
  const SamplePtr sample = sample_2204();
  const std::string file = "/etc/apt/sources.list.d/old.list";
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/cuda.list");
  add_sources(*sample, "deb " + k_archive + " /", file);
  sample->facts.switched_off = {file + ".cudasetup.disabled"};
  EXPECT_THAT(shell_lines(repair(*sample), "mend-sources"),
              ElementsAre("mv -T " + file + " " + file + ".cudasetup2.disabled"));
}

TEST(MendSources, KeepsWhatItRenamesAndEditsForAnUndo)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample, "deb " + k_archive + " /", "/etc/apt/sources.list.d/old.list");
  const plan::Plan plan = repair(*sample);
  const auto& move = std::get<plan::Run>(plan.steps.at(0).actions.at(0));
  EXPECT_THAT(move.makes,
              ElementsAre("/etc/apt/sources.list.d/old.list", "/etc/apt/sources.list.d/old.list.cudasetup.disabled"));
  const auto& install = std::get<plan::Run>(plan.steps.at(index_of(plan, "nvidia-keyring")).actions.at(0));
  EXPECT_THAT(install.makes, Contains(k_keyring)) << "somebody may have put a key of their own there";
}

TEST(MendSources, UnpacksALocalInstallerAgainWhoseDirectoryIsGone)
{
  const SamplePtr sample = seed_sample();
  sample->facts.packages["cuda-repo-ubuntu1804-11-1-local"] = {"11.1.1-455.32.00-1", true};
  EXPECT_THAT(step_ids(sample->plan()), Not(Contains("local-installer")));
  add_sources(*sample, "deb file:///var/cuda-repo-ubuntu1804-11-1-local /", "/etc/apt/sources.list.d/local.list");
  sample->facts.nvidia_sources.back().is_gone = true;
  EXPECT_THAT(step_ids(sample->plan()), AllOf(Contains("mend-sources"), Contains("local-installer")));
}

TEST(MendSources, KnowsAKeyringByWhateverName)
{
  const SamplePtr sample = sample_2204();
  sample->facts.keyrings[0].path = "/etc/apt/keyrings/gpu.gpg";
  add_sources(
      *sample, "deb [signed-by=/etc/apt/keyrings/gpu.gpg] " + k_archive + " /", "/etc/apt/sources.list.d/gpu.list");
  EXPECT_THAT(step_ids(sample->plan()), AllOf(Not(Contains("mend-sources")), Not(Contains("nvidia-keyring"))));
}

TEST(RepairPlan, HasNothingToDoOnASoundMachine)
{
  const SamplePtr sample = sample_2204();
  EXPECT_THAT(repair(*sample).steps, IsEmpty());
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/cuda.list");
  EXPECT_THAT(repair(*sample).steps, IsEmpty());
  EXPECT_FALSE(repair(*sample).already.empty());
}

TEST(RepairPlan, BringsTheArchiveAndReadsTheListsAgain)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample, "deb " + k_archive + " /", "/etc/apt/sources.list.d/old.list");
  sample->facts.keyrings.push_back({"/etc/apt/trusted.gpg.d/cuda.gpg", {{k_new_key, base::Binding::strong}}});
  const plan::Plan plan = repair(*sample);
  EXPECT_THAT(step_ids(plan),
              ElementsAre("mend-sources", "cache", "fetch-nvidia-keyring", "nvidia-keyring", "apt-update", "clean-up"));
  EXPECT_THAT(shell_lines(plan, "mend-sources"), Contains(HasSubstr("mv -T /etc/apt/trusted.gpg.d/cuda.gpg ")));
  EXPECT_EQ(plan.resolution.reasons.size(), 2U);
}

TEST(RepairPlan, DoesNotBringAnArchiveThatWasNotThere)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample, "deb file:/var/cuda-repo-x /", "/etc/apt/sources.list.d/local.list");
  sample->facts.nvidia_sources.back().is_gone = true;
  EXPECT_THAT(step_ids(repair(*sample)), ElementsAre("mend-sources", "apt-update"));
}

TEST(RepairPlan, DoesNotBringAnArchiveWhoseKeyThisAptRefuses)
{
  const SamplePtr sample = sample_2204();
  sample->facts.keyrings[0].keys = {{k_new_key, base::Binding::sha1}};
  sample->facts.apt_refuses_sha1 = true;
  add_sources(*sample, k_good, "/etc/apt/sources.list.d/cuda.list");
  const plan::Plan plan = repair(*sample);
  EXPECT_THAT(step_ids(plan), ElementsAre("mend-sources", "apt-update"));
  ASSERT_EQ(plan.resolution.cautions.size(), 1U);
  EXPECT_THAT(plan.resolution.cautions[0].text, HasSubstr("--method runfile"));
}

TEST(RepairPlan, BringsTheArchiveOfThisReleaseForThatOfAnother)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample,
              "deb [signed-by=" + k_keyring +
                  "] https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/ /",
              "/etc/apt/sources.list.d/cuda-ubuntu2004-x86_64.list");
  EXPECT_THAT(step_ids(repair(*sample)), Contains("nvidia-keyring"));
}

TEST(RepairPlan, HasTheDocumentOfEveryPlan)
{
  const SamplePtr sample = sample_2204();
  add_sources(*sample, "deb " + k_archive + " /", "/etc/apt/sources.list.d/old.list");
  const json::Value document = plan::to_json(repair(*sample), sample->facts, "");
  EXPECT_EQ(*document.find("schema")->string(), "cudasetup.plan/1");
  EXPECT_EQ(*document.find("request")->find("repair")->string(), "repo");
  EXPECT_TRUE(document.find("choice")->find("cuda")->is_null());
}

} // namespace
} // namespace cudasetup::test
