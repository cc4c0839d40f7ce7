#include "base/hash.hpp"
#include "support/sample_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::test {
namespace {

/// The value at a path of member names and array indexes.
const json::Value& member_at(const json::Value& value, const std::vector<std::string>& path)
{
  const json::Value* here = &value;
  for (const std::string& name : path) {
    const json::Value* next = here->array() != nullptr ? &here->array()->at(std::stoul(name)) : here->find(name);
    if (next == nullptr) {
      throw std::runtime_error("no member " + name);
    }
    here = next;
  }
  return *here;
}

json::Value document(const Sample& sample)
{
  return plan::to_json(sample.plan(), sample.facts, "");
}

TEST(PlanJson, HasTheMembersOfTheContractInOrder)
{
  std::vector<std::string> names;
  const json::Value value = document(*seed_sample());
  for (const auto& [name, member] : *value.object()) {
    names.push_back(name);
  }
  EXPECT_THAT(
      names,
      ::testing::ElementsAre(
          "schema", "request", "host", "choice", "reasons", "cautions", "already", "steps", "totals", "digests"));
  EXPECT_EQ(member_at(value, {"schema"}), "cudasetup.plan/1");
}

TEST(PlanJson, HoldsTheChoice)
{
  const json::Value value = document(*seed_sample());
  EXPECT_EQ(member_at(value, {"choice", "cuda", "version"}), "11.1.1");
  EXPECT_EQ(member_at(value, {"choice", "cuda", "method"}), "local");
  EXPECT_EQ(member_at(value, {"choice", "cuda", "packages", "0", "version"}), "11.1.1-1");
  EXPECT_EQ(member_at(value, {"choice", "driver", "action"}), "install");
  EXPECT_EQ(member_at(value, {"choice", "driver", "branch"}), "455");
  EXPECT_EQ(member_at(value, {"choice", "torch", "platform"}), "cu110");
  EXPECT_EQ(member_at(value, {"choice", "torch", "sha256"}), std::string(64, '1'));
  EXPECT_TRUE(member_at(value, {"choice", "python"}).is_null());
  EXPECT_EQ(member_at(value, {"request", "cuda"}), "11.1");
}

TEST(PlanJson, GivesUnknownSizesAsNull)
{
  const json::Value value = document(*seed_sample());
  EXPECT_TRUE(member_at(value, {"totals", "download_bytes"}).is_null());
  EXPECT_TRUE(member_at(value, {"totals", "disk_bytes"}).is_null());
  EXPECT_EQ(member_at(value, {"totals", "reboot"}), true);
}

TEST(PlanJson, ShowsWhatIsWrittenAndFetched)
{
  const SamplePtr sample = seed_sample();
  const json::Value value = document(*sample);
  const std::string pin = std::to_string(index_of(sample->plan(), "nvidia-pin"));
  EXPECT_EQ(member_at(value, {"steps", pin, "writes", "0", "path"}), "/etc/apt/preferences.d/cuda-repository-pin-600");
  EXPECT_EQ(member_at(value, {"steps", pin, "writes", "0", "mode"}), "0644");
  EXPECT_EQ(member_at(value, {"steps", pin, "writes", "0", "sha256"}),
            base::digest_of(base::DigestKind::sha256, k_pin_1804).hex());
  const std::string fetch = std::to_string(index_of(sample->plan(), "fetch-local-installer"));
  EXPECT_TRUE(member_at(value, {"steps", fetch, "downloads", "0", "sha256"}).is_null());
  EXPECT_TRUE(member_at(value, {"steps", fetch, "downloads", "0", "bytes"}).is_null());
  EXPECT_EQ(member_at(value, {"steps", fetch, "downloads", "0", "md5_list"}),
            "https://developer.download.nvidia.com/compute/cuda/11.1.1/docs/sidebar/md5sum.txt");
}

TEST(PlanJson, KeepsACommandsVariables)
{
  const SamplePtr sample = runfile_sample();
  const std::string step = std::to_string(index_of(sample->plan(), "runfile-install-toolkit"));
  const json::Value value = document(*sample);
  EXPECT_EQ(member_at(value, {"steps", step, "commands", "2", "0"}), "env");
  EXPECT_EQ(member_at(value, {"steps", step, "commands", "2", "1"}), "TMPDIR=/var/cache/cudasetup/runfile");
  EXPECT_EQ(member_at(value, {"steps", step, "interruptible"}), false);
}

TEST(PlanJson, HasTheDigestOfTheFactsItShows)
{
  const json::Value value = document(*seed_sample());
  const std::string facts = json::write(member_at(value, {"host"}), json::Layout::compact);
  EXPECT_EQ(member_at(value, {"digests", "facts"}), "sha256:" + base::digest_of(base::DigestKind::sha256, facts).hex());
  EXPECT_EQ(member_at(value, {"digests", "manifest"}), "sha256:" + std::string(64, 'a'));
}

TEST(PlanJson, DoesNotChangeWithFreeSpaceAndMemory)
{
  const SamplePtr sample = seed_sample();
  const json::Value before = document(*sample);
  sample->facts.memory_bytes = 17;
  sample->facts.file_systems.push_back({"/", 99, 1});
  EXPECT_EQ(before, document(*sample));
}

TEST(PlanJson, ChangesWithAFact)
{
  const SamplePtr sample = seed_sample();
  const json::Value before = document(*sample);
  sample->facts.kernel = "5.4.0-150-generic";
  EXPECT_NE(member_at(before, {"digests", "facts"}), member_at(document(*sample), {"digests", "facts"}));
}

} // namespace
} // namespace cudasetup::test
