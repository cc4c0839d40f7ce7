#include "resolve/resolution.hpp"

#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve {
namespace {

using test::about;
using test::asking;
using test::cuda_of;
using test::kinds_of;
using test::refused;
using test::resolved;
using test::sample_host;
using test::sample_manifest;
using test::version;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Resolving : public testing::Test {
protected:
  manifest::Manifest m_manifest = sample_manifest();

  Resolution get(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
  {
    return resolved(asking(arguments), m_manifest, facts);
  }
};

TEST_F(Resolving, MajorIsItsNewestThatWorks)
{
  EXPECT_EQ(cuda_of(get({"--cuda", "11"}, sample_host("22.04", {"10de:1eb8"}))), "11.8.0");
  EXPECT_EQ(cuda_of(get({"--cuda", "12"}, sample_host("22.04", {"10de:2b85"}))), "12.9.1");
}

TEST_F(Resolving, MinorIsItsNewestPatch)
{
  EXPECT_EQ(cuda_of(get({"--cuda", "11.1"}, sample_host("20.04"))), "11.1.1");
  EXPECT_EQ(cuda_of(get({"--cuda", "11.1.0", "--torch", "none"}, sample_host("20.04"))), "11.1.0");
}

TEST_F(Resolving, AutomaticIsTheNewestWithATorchThatRuns)
{
  // 13.2 is newer and has no pair.
  EXPECT_EQ(cuda_of(get({}, sample_host("22.04", {"10de:1eb8"}))), "13.0.2");
  EXPECT_EQ(cuda_of(get({}, sample_host("22.04", {"10de:1b06"}))), "12.8.1");
  EXPECT_EQ(cuda_of(get({"--cuda", "latest"}, sample_host("22.04", {"10de:1eb8"}))), "13.2.1");
}

TEST_F(Resolving, AutomaticStaysWithWhatTheLoadedDriverRuns)
{
  host::HostFacts facts = sample_host("22.04", {"10de:1eb8"});
  facts.driver = host::LoadedDriver{version("470.57.02"), std::nullopt};
  const Resolution resolution = get({}, facts);
  EXPECT_EQ(cuda_of(resolution), "11.8.0");
  EXPECT_EQ(test::driver_of(resolution), "keep 470.57.02");
}

TEST_F(Resolving, AutomaticDoesNotStayWithADriverThatDoesNotKnowTheGpu)
{
  host::HostFacts facts = sample_host("22.04", {"10de:2335"});
  facts.driver = host::LoadedDriver{version("470.57.02"), std::nullopt};
  const Resolution resolution = get({}, facts);
  EXPECT_EQ(cuda_of(resolution), "13.0.2");
  EXPECT_EQ(test::driver_of(resolution), "install 580.95.05 nvidia-open-580=580.95.05-*");
}

TEST_F(Resolving, AutomaticPrefersWhatAptBrings)
{
  m_manifest.ubuntu[3].archives[0].newest_cuda = version("12.9");
  const Resolution resolution = get({}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(cuda_of(resolution), "12.9.1");
  EXPECT_THAT(about(resolution.reasons, "cuda"), HasSubstr("13.2.1 has no packages for ubuntu2204"));
}

TEST_F(Resolving, ToolkitMustMakeCodeForTheGpu)
{
  const Refusal refusal =
      refused(asking({"--cuda", "11.8", "--torch", "none"}), m_manifest, sample_host("22.04", {"10de:2b85"}));
  EXPECT_EQ(test::lines_of(refusal),
            "[gpu] CUDA 11.8.0 makes code for sm_35 to sm_90, and GeForce RTX 5090 (10de:2b85, sm_120) is newer\n");
  EXPECT_EQ(refusal.reasons[0].source, "manifest, cuda 11.8.0: sample");
}

TEST_F(Resolving, GlibcTooNewForTheHeadersIsRefused)
{
  const Refusal refusal = refused(asking({"--cuda", "13.0"}), m_manifest, sample_host("26.04", {"10de:1eb8"}));
  EXPECT_EQ(test::lines_of(refusal),
            "[glibc] the headers of CUDA 13.0.2 compile only with glibc below 2.42, and this system has 2.43; "
            "--profile runtime compiles nothing\n");
}

TEST_F(Resolving, UnknownCudaNamesItsNeighboursAndOffersThem)
{
  const Refusal refusal = refused(asking({"--cuda", "11.15"}), m_manifest, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(test::lines_of(refusal), "[cuda] there is no CUDA 11.15; near it are 11.8.0, 11.1.1, 12.0.1\n");
  ASSERT_EQ(refusal.alternatives.size(), 3U);
  EXPECT_EQ(refusal.alternatives[0].selection, "CUDA 11.8.0 with torch 2.6.0+cu118");
  EXPECT_THAT(refusal.alternatives[0].arguments, ElementsAre("--cuda", "11.8.0"));
  EXPECT_EQ(refusal.alternatives[0].text, "from NVIDIA's network archive, installing driver 520.61.05");
}

TEST_F(Resolving, AllThatFailsIsSaidAtOnce)
{
  host::HostFacts facts = sample_host("26.04", {"10de:2b85", "10de:ffff"});
  facts.python = version("3.14.0");
  facts.container = host::Container::docker;
  const Refusal refusal = refused(asking({"--cuda",
                                          "11.1.1",
                                          "--torch",
                                          "2.9.1+cu128",
                                          "--abi",
                                          "pre-cxx11",
                                          "--method",
                                          "local",
                                          "--driver",
                                          "455",
                                          "--python",
                                          "/v"}),
                                  m_manifest,
                                  facts);
  EXPECT_THAT(kinds_of(refusal), ElementsAre("gpu", "gpu", "glibc", "method", "torch", "torch", "gcc", "container"));
}

TEST_F(Resolving, MachineAndUnknownVersionsAreSaidTogether)
{
  const Refusal refusal =
      refused(asking({"--cuda", "14.0", "--torch", "9.9"}), m_manifest, sample_host("28.04", {"10de:ffff"}));
  EXPECT_THAT(kinds_of(refusal), ElementsAre("os", "gpu", "cuda", "torch"));
  EXPECT_THAT(refusal.alternatives, IsEmpty());
  for (const Constraint& constraint : refusal.reasons) {
    EXPECT_NE(constraint.source, "");
  }
}

TEST_F(Resolving, GpuOutOfRangeIsOfferedTheNearestReleaseThatServes)
{
  const Refusal refusal = refused(asking({"--cuda", "11.8"}), m_manifest, sample_host("22.04", {"10de:2b85"}));
  ASSERT_FALSE(refusal.alternatives.empty());
  EXPECT_EQ(refusal.alternatives[0].selection, "CUDA 12.8.1 with torch 2.7.1+cu128");
  EXPECT_THAT(refusal.alternatives[0].arguments, ElementsAre("--cuda", "12.8.1"));
}

TEST_F(Resolving, ReasonsNameEachThingOnceInOrder)
{
  const Resolution resolution = get({"--cuda", "12.4", "--python", "/v"}, sample_host("22.04", {"10de:1eb8"}));
  std::vector<std::string> things;
  for (const Reason& reason : resolution.reasons) {
    if (things.empty() || things.back() != reason.about) {
      things.push_back(reason.about);
    }
  }
  EXPECT_THAT(things, ElementsAre("cuda", "method", "driver", "torch", "python"));
}

TEST_F(Resolving, SameInputSameOutcome)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:1b06"});
  const Resolution a = get({}, facts);
  const Resolution b = get({}, facts);
  EXPECT_EQ(a.reasons, b.reasons);
  EXPECT_EQ(a.cautions, b.cautions);
  EXPECT_EQ(a.cuda->release, b.cuda->release);
  EXPECT_EQ(a.torch->zip, b.torch->zip);
}

TEST_F(Resolving, ResultPointsIntoTheManifestAlone)
{
  Resolution resolution;
  {
    Request request = asking({"--cuda", "11.1.1", "--method", "local"});
    host::HostFacts facts = sample_host("18.04", {"10de:1eb8"});
    resolution = resolved(request, m_manifest, facts);
    facts = {};
    request = {};
  }
  EXPECT_EQ(resolution.ubuntu, &m_manifest.ubuntu[1]);
  EXPECT_EQ(resolution.archive, &m_manifest.ubuntu[1].archives[0]);
  EXPECT_EQ(resolution.cuda->release, &m_manifest.cuda[2]);
  EXPECT_EQ(resolution.cuda->local_installer, &m_manifest.cuda[2].local_installers[0]);
  EXPECT_EQ(resolution.torch->release, &m_manifest.torch[0]);
  EXPECT_EQ(resolution.torch->build, &m_manifest.torch[0].builds[0]);
  EXPECT_EQ(resolution.torch->zip, &m_manifest.torch[0].builds[0].zips[0]);
  EXPECT_EQ(test::driver_of(resolution), "install 455.32.00 cuda-drivers-455=455.32.00-1");
}

TEST_F(Resolving, EmptyManifestIsARefusal)
{
  const Refusal refusal = refused(asking({}), manifest::Manifest{}, sample_host("22.04"));
  EXPECT_THAT(kinds_of(refusal), ElementsAre("os", "cuda", "torch"));
}

} // namespace
} // namespace cudasetup::resolve
