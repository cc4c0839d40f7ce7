#include "resolve/torch.hpp"

#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve {
namespace {

using test::about;
using test::asking;
using test::refused;
using test::resolved;
using test::sample_host;
using test::torch_of;
using test::version;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

base::ComputeCapability capability(std::string_view text)
{
  return base::ComputeCapability::parse(text).value();
}

TEST(Platform, NamesItsCuda)
{
  EXPECT_EQ(cuda_of_platform("cu110"), std::pair(11U, 0U));
  EXPECT_EQ(cuda_of_platform("cu92"), std::pair(9U, 2U));
  EXPECT_EQ(cuda_of_platform("cu128"), std::pair(12U, 8U));
  EXPECT_EQ(cuda_of_platform("cpu"), std::nullopt);
  EXPECT_EQ(cuda_of_platform("cu"), std::nullopt);
  EXPECT_EQ(cuda_of_platform("rocm6.2"), std::nullopt);
}

struct PairingRow {
  std::string name;
  std::string torch;
  std::string platform;
  std::string toolkit;
  Pairing expected;
};

class PairingRule : public testing::TestWithParam<PairingRow> {};

TEST_P(PairingRule, SaysWhatGoesTogether)
{
  const PairingRow& row = GetParam();
  manifest::TorchRelease release;
  release.version = version(row.torch);
  manifest::TorchBuild build;
  build.platform = row.platform;
  EXPECT_EQ(pairing_of({&release, &build, TorchOrigin::asked}, version(row.toolkit)), row.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    PairingRule,
    testing::Values(PairingRow{"OlderPlatformOfTheMajor", "1.7.1", "cu110", "11.1.1", Pairing::good},
                    PairingRow{"SameMinor", "2.6.0", "cu124", "12.4.1", Pairing::good},
                    PairingRow{"NewerPlatform", "2.5.1", "cu121", "12.0.1", Pairing::newer},
                    PairingRow{"OtherMajor", "2.7.1", "cu118", "12.4.1", Pairing::other},
                    PairingRow{"OldTorchWithToolkit128", "2.7.1", "cu128", "12.8.1", Pairing::good},
                    PairingRow{"OldTorchWithToolkit129", "2.7.1", "cu128", "12.9.0", Pairing::nvtoolsext},
                    PairingRow{"NewTorchWithToolkit129", "2.8.0", "cu128", "12.9.0", Pairing::good},
                    PairingRow{"CpuWithAnything", "1.7.1", "cpu", "13.0.2", Pairing::good}),
    [](const testing::TestParamInfo<PairingRow>& row) { return row.param.name; });

class TorchRule : public testing::Test {
protected:
  manifest::Manifest m_manifest = test::sample_manifest();

  Resolution get(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
  {
    return resolved(asking(arguments), m_manifest, facts);
  }

  std::string refusal(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
  {
    return test::lines_of(refused(asking(arguments), m_manifest, facts));
  }
};

TEST_F(TorchRule, AutomaticIsTheFirstPair)
{
  const Resolution resolution = get({"--cuda", "11.1.1"}, sample_host("20.04", {"10de:1eb8"}));
  EXPECT_EQ(torch_of(resolution), "1.7.1+cu110");
  EXPECT_EQ(resolution.torch->prefix, "/opt/libtorch/1.7.1+cu110");
  EXPECT_EQ(resolution.torch->zip, &m_manifest.torch[0].builds[0].zips[0]);
  EXPECT_THAT(about(resolution.reasons, "torch"),
              HasSubstr("1.7.1+cu110 is the manifest's pair for CUDA 11.1.1; it has code for Tesla T4"));
}

TEST_F(TorchRule, NextPairThatCanWithTheReason)
{
  const Resolution resolution = get({"--cuda", "12.8"}, sample_host("22.04", {"10de:1b06"}));
  EXPECT_EQ(torch_of(resolution), "2.6.0+cu124");
  EXPECT_THAT(about(resolution.reasons, "torch"),
              HasSubstr("torch 2.7.1+cu128 was passed over: it has code for sm_75 sm_80 sm_86 sm_90 sm_100 "
                        "sm_120 compute_120, none of which runs on GeForce GTX 1080 Ti (10de:1b06, sm_61)"));
}

TEST_F(TorchRule, AfterThePairsTheNewestThatCan)
{
  const Resolution resolution = get({"--cuda", "12.9"}, sample_host("22.04", {"10de:1db1"}));
  EXPECT_EQ(torch_of(resolution), "2.9.1+cu128");
  m_manifest.pairs.erase("12.4.1");
  EXPECT_EQ(torch_of(get({"--cuda", "12.4"}, sample_host("22.04", {"10de:1eb8"}))), "2.6.0+cu124");
}

TEST_F(TorchRule, BuildsThatNobodyDescribedComeLast)
{
  // 2.7.1+cu118 is newer than 2.6.0+cu118, but its list of GPUs is unknown.
  EXPECT_EQ(torch_of(get({"--cuda", "11.8", "--torch", "latest"}, sample_host("22.04", {"10de:1eb8"}))), "2.6.0+cu118");
  const Resolution asked = get({"--cuda", "11.8", "--torch", "2.7.1"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(torch_of(asked), "2.7.1+cu118");
  EXPECT_THAT(about(asked.cautions, "torch"), HasSubstr("which GPUs torch 2.7.1+cu118 has code for is not published"));
}

TEST_F(TorchRule, LatestIsTheNewestThatCan)
{
  EXPECT_EQ(torch_of(get({"--cuda", "12.8", "--torch", "latest"}, sample_host("22.04", {"10de:1eb8"}))), "2.9.1+cu128");
  EXPECT_EQ(torch_of(get({"--cuda", "12.8", "--torch", "latest"}, sample_host("22.04", {"10de:1b06"}))), "2.6.0+cu124");
  EXPECT_EQ(torch_of(get({"--cuda", "12.8", "--torch", "latest"}, sample_host("18.04", {"10de:1eb8"}))), "2.6.0+cu124");
}

TEST_F(TorchRule, ExactVersionTakesThePlatformThatGoesWithTheToolkit)
{
  EXPECT_EQ(torch_of(get({"--cuda", "11.8", "--torch", "2.6.0"}, sample_host("22.04"))), "2.6.0+cu118");
  EXPECT_EQ(torch_of(get({"--cuda", "12.4", "--torch", "2.6.0"}, sample_host("22.04"))), "2.6.0+cu124");
}

TEST_F(TorchRule, ExactVersionChoosesTheToolkitItIsPairedWith)
{
  const Resolution resolution = get({"--torch", "1.7.1"}, sample_host("20.04", {"10de:1eb8"}));
  EXPECT_EQ(test::cuda_of(resolution), "11.1.1");
  EXPECT_EQ(torch_of(resolution), "1.7.1+cu110");
}

TEST_F(TorchRule, ExactPlatformThatDoesNotGoWithTheToolkitIsRefused)
{
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "2.6.0+cu118"}, sample_host("22.04")),
              HasSubstr("[torch] torch 2.6.0+cu118 is made for another major than CUDA 12.4.1"));
  EXPECT_THAT(refusal({"--cuda", "12.9", "--torch", "2.7.1"}, sample_host("22.04")),
              HasSubstr("[torch] torch 2.7.1+cu128 asks the toolkit for nvToolsExt, which CUDA 12.9.1 has no more"));
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "2.7.1+cu128"}, sample_host("22.04")),
              HasSubstr("[torch] torch 2.7.1+cu128 is made with a newer CUDA than the toolkit 12.4.1"));
}

TEST_F(TorchRule, PairWithANewerPlatformIsTakenWithACaution)
{
  const Resolution resolution = get({"--cuda", "12.0"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(torch_of(resolution), "2.6.0+cu124");
  EXPECT_THAT(about(resolution.cautions, "torch"), HasSubstr("the manifest pairs them"));
  EXPECT_EQ(torch_of(get({"--cuda", "12.0.1", "--torch", "2.6.0+cu124"}, sample_host("22.04"))), "2.6.0+cu124");
}

TEST_F(TorchRule, UnknownVersionAndPlatformNameWhatThereIs)
{
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "2.6.5"}, sample_host("22.04")),
              HasSubstr("[torch] there is no torch 2.6.5; near it are 2.7.1, 2.6.0, 2.9.1"));
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "2.6.0+cu999"}, sample_host("22.04")),
              HasSubstr("[torch] there is no torch 2.6.0+cu999; its platforms are cu124, cu118"));
}

TEST_F(TorchRule, GlibcOfTheSystem)
{
  EXPECT_THAT(refusal({"--cuda", "11.8", "--torch", "2.7.1"}, sample_host("18.04")),
              HasSubstr("[glibc] torch 2.7.1+cu118 needs glibc 2.28 or later, and this system has 2.27"));
}

TEST_F(TorchRule, AbiDecidesZipAndPrefix)
{
  const Resolution resolution =
      get({"--cuda", "12.4", "--torch", "2.6.0", "--abi", "pre-cxx11"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(resolution.torch->prefix, "/opt/libtorch/2.6.0+cu124-pre-cxx11");
  EXPECT_EQ(resolution.torch->zip->abi, manifest::Abi::pre_cxx11);
  EXPECT_THAT(refusal({"--cuda", "12.8", "--torch", "2.9.1", "--abi", "pre-cxx11"}, sample_host("22.04")),
              HasSubstr("[torch] torch 2.9.1+cu128 has no LibTorch zip of the pre-cxx11 ABI; there is one of cxx11"));
}

TEST_F(TorchRule, OwnPrefix)
{
  EXPECT_EQ(get({"--cuda", "12.4", "--libtorch-dir", "/srv/torch"}, sample_host("22.04")).torch->prefix, "/srv/torch");
}

TEST_F(TorchRule, CpuBuildOnlyWhereAsked)
{
  const Resolution resolution =
      get({"--cuda", "none", "--torch", "1.7.1+cpu", "--driver", "none"}, sample_host("20.04", {"10de:2b85"}));
  EXPECT_EQ(torch_of(resolution), "1.7.1+cpu");
  EXPECT_THAT(about(resolution.cautions, "torch"), HasSubstr("torch 1.7.1+cpu computes on the CPU only"));
  EXPECT_EQ(torch_of(get({"--cuda", "11.8", "--torch", "1.7.1"}, sample_host("20.04"))), "1.7.1+cu110");
}

TEST_F(TorchRule, CpuPairIsTaken)
{
  m_manifest.pairs["11.1.1"] = {{version("11.1.1"), std::nullopt, version("1.7.1"), "cpu", {"sample"}}};
  const Resolution resolution = get({"--cuda", "11.1.1"}, sample_host("20.04", {"10de:1eb8"}));
  EXPECT_EQ(torch_of(resolution), "1.7.1+cpu");
  EXPECT_THAT(about(resolution.cautions, "torch"), HasSubstr("computes on the CPU only"));
}

TEST_F(TorchRule, DigestNobodyPublishedIsSaidOrRefused)
{
  const Resolution resolution = get({"--cuda", "11.8"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_THAT(about(resolution.cautions, "torch"),
              HasSubstr("nobody has published a digest for libtorch-cxx11-2.6.0+cu118.zip"));
  EXPECT_THAT(
      refusal({"--cuda", "11.8", "--torch", "2.6.0", "--require-digests"}, sample_host("22.04")),
      HasSubstr("[digest] nobody has published a digest for libtorch-cxx11-2.6.0+cu118.zip, and --require-digests"));
}

TEST_F(TorchRule, EveryGpuMustBeServed)
{
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "2.6.0"}, sample_host("22.04", {"10de:1eb8", "10de:2b85"})),
              HasSubstr("none of which runs on GeForce RTX 5090 (10de:2b85, sm_120)"));
}

TEST_F(TorchRule, Arm64HasWheelsAlone)
{
  host::HostFacts facts = sample_host("22.04", {"10de:20b0"});
  facts.arch = base::Arch::arm64;
  const Refusal refusal = refused(asking({"--cuda", "12.4"}), m_manifest, facts);
  ASSERT_THAT(test::kinds_of(refusal), ElementsAre("architecture"));
  EXPECT_THAT(refusal.reasons[0].text, HasSubstr("LibTorch zips are made for amd64, none for arm64"));
  ASSERT_GE(refusal.alternatives.size(), 2U);
  EXPECT_THAT(refusal.alternatives[0].arguments, ElementsAre("--cuda", "12.4.1", "--python", "/opt/torch-venv"));
  EXPECT_THAT(refusal.alternatives[1].arguments, ElementsAre("--cuda", "12.4.1", "--torch", "none"));
  const Resolution wheels = get({"--cuda", "12.4", "--python", "/srv/venv"}, facts);
  EXPECT_EQ(wheels.torch->zip, nullptr);
  EXPECT_EQ(wheels.torch->prefix, "");
  EXPECT_EQ(wheels.python->directory, "/srv/venv");
  EXPECT_THAT(about(wheels.reasons, "torch"),
              HasSubstr("`/srv/venv/bin/python -c 'import torch; print(torch.utils.cmake_prefix_path)'`"));
}

TEST_F(TorchRule, Arm64WheelsHaveCodeOfTheirOwn)
{
  host::HostFacts facts = sample_host("22.04", {"10de:20b0"});
  facts.arch = base::Arch::arm64;
  manifest::TorchBuild& build = m_manifest.torch[2].builds[0];
  ASSERT_EQ(build.platform, "cu124");
  const auto answer = [&] { return get({"--cuda", "12.4", "--python", "/v"}, facts); };

  EXPECT_THAT(about(answer().cautions, "torch"),
              AllOf(HasSubstr("whether torch 2.6.0+cu124 has a CUDA wheel for arm64 is not known"),
                    HasSubstr("which GPUs the arm64 wheel of torch 2.6.0+cu124 has code for is not published")));

  build.arm64_wheel.emplace();
  build.arm64_wheel->exists = manifest::Arm64Wheel::Existence::yes;
  EXPECT_THAT(about(answer().cautions, "torch"),
              AllOf(HasSubstr("follows from what its project builds"),
                    HasSubstr("which GPUs the arm64 wheel of torch 2.6.0+cu124 has code for is not published")));

  build.arm64_wheel->sm = {capability("8.0"), capability("9.0")};
  build.arm64_wheel->evidence = manifest::Evidence::seen;
  EXPECT_EQ(about(answer().cautions, "torch"), "");
  EXPECT_THAT(about(answer().reasons, "torch"), HasSubstr("it has code for A100"));

  build.arm64_wheel->sm = {capability("9.0")};
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "2.6.0+cu124", "--python", "/v"}, facts),
              HasSubstr("torch 2.6.0+cu124 has code for sm_90, none of which runs on A100"));

  build.arm64_wheel->exists = manifest::Arm64Wheel::Existence::no;
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "2.6.0+cu124", "--python", "/v"}, facts),
              HasSubstr("[architecture] torch 2.6.0+cu124 has no CUDA wheel for arm64"));
}

TEST_F(TorchRule, PythonMustBeOneTheWheelsAreMadeFor)
{
  host::HostFacts facts = sample_host("22.04", {"10de:1eb8"});
  facts.python = version("3.10.12");
  EXPECT_EQ(get({"--cuda", "12.4", "--python", "/v"}, facts).python->directory, "/v");
  facts.python = version("3.14.0");
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "2.6.0", "--python", "/v"}, facts),
              HasSubstr("[python] torch 2.6.0 has wheels for Python 3.9 to 3.13, and this system has 3.14.0"));
  facts.python.reset();
  m_manifest.ubuntu[3].python.reset();
  EXPECT_THAT(about(get({"--cuda", "12.4", "--python", "/v"}, facts).cautions, "python"),
              HasSubstr("this system's Python is not known"));
  EXPECT_THAT(refusal({"--cuda", "12.4", "--torch", "none", "--python", "/v"}, facts),
              HasSubstr("[python] --python installs the wheels of a torch build, and --torch none was given"));
}

TEST_F(TorchRule, PythonOfAnotherMachineIsTheOneItsReleaseHas)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:1eb8"});
  const Refusal answer = refused(asking({"--torch", "1.7.1", "--python", "/v"}), m_manifest, facts);
  EXPECT_THAT(test::lines_of(answer),
              HasSubstr("[python] torch 1.7.1 has wheels for Python 3.6 to 3.9, and this system has 3.10"));
  test::expect_alternatives_resolve(answer, m_manifest, facts);
  ASSERT_FALSE(answer.alternatives.empty());
  EXPECT_THAT(answer.alternatives[0].arguments, testing::Contains("--python")) << "what was asked for is kept";
}

} // namespace
} // namespace cudasetup::resolve
