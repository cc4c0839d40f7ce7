#include "resolve/pair_check.hpp"
#include "unit/resolve/built_in_fixture.hpp"

/// The resolver with the manifests that are in the program.
namespace cudasetup::resolve {
namespace {

using test::about;
using test::asking;
using test::cuda_of;
using test::driver_of;
using test::refused;
using test::resolved;
using test::sample_host;
using test::torch_of;
using test::version;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class BuiltInGpus : public test::BuiltInTest {};

TEST_F(BuiltInGpus, TwoGpusThatNoBranchServes)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:102d", "10de:2684"}); // K80 and RTX 4090
  for (const auto& arguments : {asking({}), asking({"--cuda", "11.8", "--method", "runfile"})}) {
    const Refusal answer = refused(arguments, known(), facts);
    EXPECT_EQ(test::lines_of(answer),
              "[driver] Tesla K80 (10de:102d, sm_37) is driven up to branch 470 only and NVIDIA GeForce RTX 4090 "
              "(10de:2684, sm_89) first seen in NVIDIA's list of branch 525: no driver drives both; name the one to be "
              "served with --gpu\n");
    ASSERT_GE(answer.alternatives.size(), 2U);
    EXPECT_THAT(answer.alternatives[0].arguments, testing::IsSupersetOf({"--gpu", "10de:102d"}));
    EXPECT_THAT(answer.alternatives[0].text, StartsWith("for Tesla K80 (10de:102d, sm_37) alone"));
    EXPECT_THAT(answer.alternatives[1].arguments, testing::IsSupersetOf({"--gpu", "10de:2684"}));
    test::expect_alternatives_resolve(answer, known(), facts);
  }
  const Refusal modules = refused(asking({}), known(), sample_host("22.04", {"10de:1b06", "10de:2b85"}));
  ASSERT_GE(modules.alternatives.size(), 2U);
  EXPECT_THAT(modules.alternatives[0].arguments, testing::IsSupersetOf({"--gpu", "10de:1b06"}));
  EXPECT_THAT(modules.alternatives[1].arguments, testing::IsSupersetOf({"--gpu", "10de:2b85"}));
  host::HostFacts driven = facts; // whatever the lists say
  driven.driver = host::LoadedDriver{version("470.256.02"), std::nullopt};
  for (host::GpuDevice& gpu : driven.gpus) {
    gpu.bound_driver = "nvidia";
  }
  EXPECT_EQ(resolved(asking({"--cuda", "11.8"}), known(), driven).driver.action, DriverAction::keep);
}

TEST_F(BuiltInGpus, GpusBeforeKeplerAreKnownAndRefused)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:1080"});
  const Refusal fermi = refusal({}, facts);
  EXPECT_THAT(
      test::lines_of(fermi),
      HasSubstr("[gpu] GeForce GTX 580 (10de:1080, sm_20) is too old (Fermi): its last driver branch is 390, its "
                "last CUDA 8.0, and CUDA 10.0.130, the oldest that is known here, needs driver 410.48 or later"));
  EXPECT_THAT(fermi.reasons[0].source, HasSubstr("NVIDIA driver device lists"));
  ASSERT_EQ(fermi.alternatives.size(), 1U) << "nothing but the CPU is left";
  EXPECT_THAT(fermi.alternatives[0].selection, HasSubstr("+cpu"));
  test::expect_alternatives_resolve(fermi, known(), facts);
  EXPECT_THAT(test::lines_of(refusal({"--driver", "none"}, sample_host("22.04", {"10de:0193"}))),
              HasSubstr("is too old (pre-Fermi): its last driver branch is 340, and CUDA"));
  const Refusal both = refusal({}, sample_host("22.04", {"10de:1080", "10de:2684"}));
  ASSERT_FALSE(both.alternatives.empty());
  EXPECT_THAT(both.alternatives[0].arguments, testing::IsSupersetOf({"--gpu", "10de:2684"}));
}

TEST_F(BuiltInGpus, PascalOnAnUbuntuWithoutItsToolkit)
{
  const host::HostFacts facts = sample_host("26.04", {"10de:1b06"});
  const Refusal answer = refusal({}, facts);
  EXPECT_THAT(test::lines_of(answer), HasSubstr("CUDA 12.9.2")) << "the last that serves it";
  ASSERT_EQ(answer.alternatives.size(), 3U);
  EXPECT_THAT(answer.alternatives[0].selection, HasSubstr("in a container of Ubuntu 24.04"));
  EXPECT_THAT(answer.alternatives[0].arguments, testing::IsSupersetOf({"--os", "ubuntu24.04", "--container"}));
  EXPECT_THAT(answer.alternatives[1].selection, HasSubstr("on Ubuntu 24.04"));
  EXPECT_THAT(answer.alternatives[2].selection, HasSubstr("without a toolkit"));
  test::expect_alternatives_resolve(answer, known(), facts);
}

TEST_F(BuiltInGpus, TheRuntimeProfileHasNoHeadersToCompile)
{
  const host::HostFacts facts = sample_host("26.04", {"10de:1eb8"});
  EXPECT_THAT(test::kinds_of(refusal({"--cuda", "11.8"}, facts)), testing::Contains("glibc"));
  EXPECT_EQ(cuda_of(get({"--cuda", "11.8", "--profile", "runtime"}, facts)), "11.8.0");
}

TEST_F(BuiltInGpus, ACapabilityThatNoGpuHasGetsTheNewestDriverAndACaution)
{
  const host::HostFacts facts = sample_host("22.04", {"sm_84"});
  const Resolution resolution = get({"--cuda", "12.8"}, facts);
  EXPECT_THAT(driver_of(resolution), HasSubstr("install 615."));
  EXPECT_THAT(about(resolution.cautions, "host"), HasSubstr("no GPU of sm_84 is known here"));
  EXPECT_THAT(about(resolution.cautions, "driver"), HasSubstr("whether driver 615.71.09 knows yours is not known"));
  const host::HostFacts future = sample_host("22.04", {"sm_130"});
  const Refusal answer = refusal({}, future);
  ASSERT_FALSE(answer.alternatives.empty());
  EXPECT_THAT(answer.alternatives[0].selection, HasSubstr("without a toolkit"));
  EXPECT_THAT(answer.alternatives[0].text, HasSubstr("installing driver 615."));
  test::expect_alternatives_resolve(answer, known(), future);
}

TEST_F(BuiltInGpus, AJetsonsCapabilityIsRefusedOnItsArchitecture)
{
  host::HostFacts facts = sample_host("22.04", {"sm_87"});
  EXPECT_THAT(about(get({"--cuda", "12.8", "--torch", "none"}, facts).cautions, "host"), HasSubstr("JetPack"));
  facts.arch = base::Arch::arm64;
  const Refusal answer = refusal({"--cuda", "12.8", "--torch", "none"}, facts);
  EXPECT_THAT(test::lines_of(answer), HasSubstr("use JetPack"));
  EXPECT_TRUE(answer.alternatives.empty()) << "none of them drives it";
}

TEST_F(BuiltInGpus, OfACapabilityThatNoGpuHasNothingIsSure)
{
  const Resolution beyond = get({"--cuda", "12.4"}, sample_host("22.04", {"sm_99"}));
  EXPECT_THAT(about(beyond.doubts, "torch"), HasSubstr("should run on"));
  EXPECT_THAT(about(beyond.reasons, "torch"), testing::Not(HasSubstr("it has code for")));
  const Resolution between = get({"--cuda", "12.4"}, sample_host("22.04", {"sm_84"}));
  EXPECT_THAT(about(between.doubts, "cuda"), HasSubstr("whether nvcc has a target for sm_84 among them is not known"));
  EXPECT_TRUE(get({"--cuda", "12.4"}, sample_host("22.04", {"sm_86"})).doubts.empty());
}

TEST_F(BuiltInGpus, AnAlternativeCarriesItsDoubts)
{
  host::HostFacts facts = sample_host("22.04", {"10de:20b0"});
  facts.arch = base::Arch::arm64;
  const Refusal answer = refusal({"--cuda", "12.1", "--torch", "2.4.1"}, facts);
  ASSERT_FALSE(answer.alternatives.empty());
  EXPECT_THAT(about(answer.alternatives[0].doubts, "torch"), HasSubstr("has a CUDA wheel for arm64 is not known"));
}

TEST_F(BuiltInGpus, ARefusedTorchIsNotBlamedOnAToolkitThatNobodyNamed)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:102d"});
  EXPECT_THAT(test::lines_of(refusal({"--torch", "2.8.0"}, facts)),
              AllOf(HasSubstr("none of which runs on Tesla K80"), testing::Not(HasSubstr("CUDA 1"))));
}

TEST_F(BuiltInGpus, OfTheToolkitsOfATorchThoseThatAptBringsComeFirst)
{
  const Resolution resolution = get({"--torch", "2.5.1"}, sample_host("24.04", {"10de:2684"}));
  EXPECT_EQ(torch_of(resolution), "2.5.1+cu124");
  EXPECT_EQ(resolution.cuda->method, Method::network);
}

TEST_F(BuiltInGpus, KeplerHasUbuntusDriverWhereThereIsOne)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:102d"});
  for (const Resolution& resolution : {get({}, facts), get({"--cuda", "11.8"}, facts)}) {
    EXPECT_EQ(cuda_of(resolution), "11.8.0");
    EXPECT_EQ(resolution.cuda->method, Method::network) << "whose archive has no driver for it";
    EXPECT_EQ(torch_of(resolution), "2.5.1+cu118");
    EXPECT_EQ(driver_of(resolution), "install 470.256.02 nvidia-driver-470=");
    EXPECT_EQ(resolution.driver.origin, DriverOrigin::ubuntu_dkms);
  }
  EXPECT_THAT(about(get({"--cuda", "11.8", "--driver", "none"}, facts).cautions, "driver"),
              HasSubstr("Ubuntu's own nvidia-driver-470 does"));
  const std::string refused =
      test::lines_of(refusal({"--cuda", "none", "--torch", "none"}, sample_host("26.04", {"10de:102d"})));
  EXPECT_THAT(refused, HasSubstr("is driven up to branch 470 only")) << "26.04 has no 470";
  const Resolution focal = get({"--cuda", "11.4"}, sample_host("20.04", {"10de:102d"}));
  EXPECT_THAT(driver_of(focal), StartsWith("install 470."));
}

TEST_F(BuiltInGpus, KeplerWithItsDriverGetsATorchThatIsKnownToServeIt)
{
  host::HostFacts facts = sample_host("22.04", {"10de:102d"});
  facts.driver = host::LoadedDriver{version("470.256.02"), std::nullopt};
  const Resolution resolution = get({}, facts);
  EXPECT_EQ(resolution.driver.action, DriverAction::keep);
  EXPECT_EQ(cuda_of(resolution), "11.8.0");
  EXPECT_THAT(about(resolution.reasons, "torch"), HasSubstr("it has code for Tesla K80"));
  EXPECT_THAT(about(resolution.reasons, "torch"), HasSubstr("of which it is known what runs on, unlike 2.7.1+cu118"));
}

TEST_F(BuiltInGpus, TwoGpusThatNoDriverServes)
{
  const Refusal answer = refusal({"--cuda", "12.8"}, sample_host("22.04", {"10de:1b06", "10de:2b85"}));
  EXPECT_THAT(test::lines_of(answer), HasSubstr("no driver drives both; name the one to be served with --gpu"));
  const Refusal nothing_asked = refusal({}, sample_host("22.04", {"10de:1b06", "10de:2b85"}));
  EXPECT_THAT(test::kinds_of(nothing_asked), ElementsAre("driver")) << "and no release is blamed";
}

TEST_F(BuiltInGpus, AnAskedDriverHasNoModuleForBothGpus)
{
  EXPECT_THAT(test::lines_of(refusal({"--cuda", "none", "--torch", "none", "--driver", "580"},
                                     sample_host("22.04", {"10de:1b06", "10de:2b85"}))),
              HasSubstr("no driver drives both"));
  EXPECT_THAT(test::lines_of(refusal({"--cuda", "12.8", "--driver", "570", "--module", "open"},
                                     sample_host("22.04", {"10de:1b06"}))),
              HasSubstr("the open kernel module does not drive NVIDIA GeForce GTX 1080 Ti"));
}

TEST_F(BuiltInGpus, ALoadedDriverWithoutTheModuleThatAGpuNeeds)
{
  host::HostFacts rubin = sample_host("22.04", {"10de:3000"}); // no first branch is known
  rubin.driver = host::LoadedDriver{version("495.46"), std::nullopt};
  EXPECT_THAT(test::lines_of(refusal({"--cuda", "11.8", "--driver", "keep"}, rubin)),
              HasSubstr("branch 495 has no open kernel module"));
  host::HostFacts both = sample_host("22.04", {"10de:1b06", "10de:2b85"});
  both.driver = host::LoadedDriver{version("580.126.20"), std::nullopt};
  EXPECT_THAT(test::lines_of(refusal({"--cuda", "12.8", "--torch", "none"}, both)), HasSubstr("no driver drives both"));
}

} // namespace
} // namespace cudasetup::resolve
