#include "resolve/alternatives.hpp"

#include "resolve/arguments.hpp"
#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve {
namespace {

using test::asking;
using test::refused;
using test::sample_host;
using test::sample_manifest;
using testing::ElementsAre;

/// Every refusal among these machines and requests.
TEST(Alternatives, EachResolvesOnTheSameMachine)
{
  const manifest::Manifest manifest = sample_manifest();
  const std::vector<std::string> versions = {
      "auto", "latest", "10.2", "11", "11.1", "11.15", "12.0", "12.9", "13", "14.0"};
  const std::vector<std::string> torches = {
      "auto", "latest", "none", "1.7.1", "1.7.1+cpu", "2.7.1+cu118", "2.9.1", "3.0"};
  std::size_t refusals = 0;
  std::size_t offered = 0;
  for (const std::string& ubuntu : std::vector<std::string>{"18.04", "22.04", "26.04"}) {
    for (const std::string& gpu :
         std::vector<std::string>{"10de:102d", "10de:1b06", "10de:1eb8", "10de:2b85", "10de:2f06"}) {
      for (const std::string& cuda : versions) {
        for (const std::string& torch : torches) {
          for (const std::string& method : std::vector<std::string>{"network", "local", "runfile"}) {
            const Request request = asking({"--cuda", cuda, "--torch", torch, "--method", method});
            const host::HostFacts facts = sample_host(ubuntu, {gpu});
            const Outcome outcome = resolve(request, manifest, facts);
            if (const Refusal* refusal = std::get_if<Refusal>(&outcome)) {
              SCOPED_TRACE(ubuntu + " " + gpu + " --cuda " + cuda + " --torch " + torch + " --method " + method);
              EXPECT_FALSE(refusal->reasons.empty());
              test::expect_alternatives_resolve(*refusal, manifest, facts);
              offered += refusal->alternatives.size();
              ++refusals;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(refusals, 500U);
  EXPECT_GT(offered, refusals);
}

TEST(Alternatives, FirstChangeWhatWasAskedLeast)
{
  const manifest::Manifest manifest = sample_manifest();
  const Refusal refusal =
      refused(asking({"--cuda", "11.1.1", "--method", "network"}), manifest, sample_host("22.04", {"10de:1eb8"}));
  ASSERT_GE(refusal.alternatives.size(), 2U);
  EXPECT_THAT(refusal.alternatives[0].arguments, ElementsAre("--cuda", "11.1.1"));
  EXPECT_EQ(refusal.alternatives[0].text, "by the runfile, without installing a driver");
  EXPECT_THAT(refusal.alternatives[1].arguments, ElementsAre("--cuda", "11.8.0", "--method", "network"));
}

TEST(Alternatives, DoNotRepeatASelection)
{
  const manifest::Manifest manifest = sample_manifest();
  const Refusal refusal =
      refused(asking({"--cuda", "12.4", "--torch", "3.0"}), manifest, sample_host("22.04", {"10de:1eb8"}));
  for (std::size_t a = 0; a < refusal.alternatives.size(); ++a) {
    for (std::size_t b = a + 1; b < refusal.alternatives.size(); ++b) {
      EXPECT_FALSE(refusal.alternatives[a].selection == refusal.alternatives[b].selection &&
                   refusal.alternatives[a].text == refusal.alternatives[b].text);
    }
  }
}

TEST(Alternatives, KeepWhatElseWasAsked)
{
  const manifest::Manifest manifest = sample_manifest();
  const Request request = asking({"--cuda",
                                  "12.4",
                                  "--torch",
                                  "2.6.0",
                                  "--driver",
                                  "none",
                                  "--abi",
                                  "pre-cxx11",
                                  "--profile",
                                  "build",
                                  "--method",
                                  "network",
                                  "--python",
                                  "/v",
                                  "--libtorch-dir",
                                  "/t"});
  const Resolution resolution = test::resolved(request, manifest, sample_host("22.04"));
  EXPECT_THAT(arguments_of(request, resolution),
              ElementsAre("--cuda",
                          "12.4.1",
                          "--torch",
                          "2.6.0+cu124",
                          "--abi",
                          "pre-cxx11",
                          "--driver",
                          "none",
                          "--profile",
                          "build",
                          "--method",
                          "network",
                          "--python",
                          "/v",
                          "--libtorch-dir",
                          "/t"));
}

TEST(Alternatives, WheelsHaveNoKnownDigest)
{
  const manifest::Manifest manifest = sample_manifest();
  const host::HostFacts facts = sample_host("22.04");
  const Refusal refusal = refused(asking({"--cuda", "12.4.1", "--python", "/v", "--require-digests"}), manifest, facts);
  EXPECT_THAT(test::kinds_of(refusal), ElementsAre("digest"));
  ASSERT_FALSE(refusal.alternatives.empty());
  EXPECT_THAT(refusal.alternatives[0].arguments, testing::Not(testing::Contains("--python")));
  EXPECT_THAT(refusal.alternatives[0].arguments, testing::Contains("--require-digests"));
  const Resolution resolution = test::resolved(asking({"--cuda", "12.4.1", "--python", "/v"}), manifest, facts);
  EXPECT_THAT(test::about(resolution.cautions, "python"), testing::HasSubstr("knows no digest of them"));
}

} // namespace
} // namespace cudasetup::resolve
