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

class BuiltIn : public test::BuiltInTest {};

TEST_F(BuiltIn, FirstRoad)
{
  const Resolution resolution = get({"--cuda", "11.1", "--method", "local"}, sample_host("18.04", {"10de:1eb8"}));
  EXPECT_EQ(cuda_of(resolution), "11.1.1");
  ASSERT_NE(resolution.cuda->local_installer, nullptr);
  EXPECT_EQ(resolution.cuda->local_installer->file.url.file_name(),
            "cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb");
  EXPECT_THAT(resolution.cuda->packages, ElementsAre(manifest::AptPackage{"cuda-toolkit-11-1", "11.1.1-1"}));
  EXPECT_EQ(resolution.cuda->host_gcc, std::nullopt);
  EXPECT_EQ(driver_of(resolution), "install 455.32.00 cuda-drivers-455=455.32.00-1");
  EXPECT_EQ(resolution.driver.module, host::ModuleFlavour::proprietary);
  EXPECT_EQ(torch_of(resolution), "1.7.1+cu110");
  EXPECT_EQ(resolution.torch->zip->abi, manifest::Abi::cxx11);
  EXPECT_EQ(resolution.torch->zip->file.sha256->hex(),
            "117f6dd65b7267839197397edd0b10fd2900b0f291e3e54b0b800caefc31bcb6");
  EXPECT_EQ(resolution.torch->prefix, "/opt/libtorch/1.7.1+cu110");
}

TEST_F(BuiltIn, PascalWithNothingAsked)
{
  const Resolution resolution = get({}, sample_host("22.04", {"10de:1b06"}));
  EXPECT_THAT(cuda_of(resolution), StartsWith("12."));
  EXPECT_EQ(driver_of(resolution), "install 580.178.04 nvidia-driver-580= linux-modules-nvidia-580-generic=");
  EXPECT_THAT(about(resolution.reasons, "torch"), HasSubstr("it has code for NVIDIA GeForce GTX 1080 Ti"));
}

TEST_F(BuiltIn, BlackwellWithAnOldToolkit)
{
  const Refusal answer = refusal({"--cuda", "11.8"}, sample_host("22.04", {"10de:2b85"}));
  EXPECT_THAT(
      test::lines_of(answer),
      HasSubstr("[gpu] CUDA 11.8.0 makes code for sm_35 to sm_90, and NVIDIA GeForce RTX 5090 (10de:2b85, sm_120) "
                "is newer"));
  ASSERT_FALSE(answer.alternatives.empty());
  EXPECT_THAT(answer.alternatives[0].arguments, ElementsAre("--cuda", StartsWith("12.8.")));
}

TEST_F(BuiltIn, BlackwellWithNothingAskedGetsTheOpenModule)
{
  const Resolution resolution = get({}, sample_host("24.04", {"10de:2b85"}));
  EXPECT_THAT(cuda_of(resolution), StartsWith("13."));
  EXPECT_EQ(resolution.driver.module, host::ModuleFlavour::open);
  EXPECT_THAT(torch_of(resolution), HasSubstr("+cu13"));
}

TEST_F(BuiltIn, OldToolkitOnANewUbuntu)
{
  const Resolution resolution = get({"--cuda", "11.1"}, sample_host("24.04", {"10de:1eb8"}));
  EXPECT_EQ(resolution.cuda->method, Method::runfile);
  EXPECT_EQ(resolution.cuda->host_gcc, 10U);
  EXPECT_THAT(driver_of(resolution), StartsWith("install 580.")) << "Ubuntu's, whatever brings the toolkit";
  EXPECT_THAT(about(resolution.reasons, "driver"), HasSubstr("CUDA 11.1.1 needs driver 450.80.02"));
  EXPECT_THAT(test::lines_of(refusal({"--cuda", "11.1"}, sample_host("26.04", {"10de:1eb8"}))),
              AllOf(HasSubstr("[glibc] the headers of CUDA 11.1.1"), HasSubstr("[gcc] CUDA 11.1.1")));
}

TEST_F(BuiltIn, VoltaWithTheLatestTorch)
{
  const Resolution resolution = get({"--torch", "latest"}, sample_host("22.04", {"10de:1db1"}));
  EXPECT_THAT(torch_of(resolution), HasSubstr("+cu126"));
  EXPECT_EQ(resolution.driver.module, host::ModuleFlavour::proprietary);
}

TEST_F(BuiltIn, AmpereWithTorchThatHasTheLowerMinor)
{
  const Resolution focal = get({"--torch", "1.7.1"}, sample_host("20.04", {"10de:2204"}));
  EXPECT_EQ(torch_of(focal), "1.7.1+cu110");
  EXPECT_EQ(cuda_of(focal), "11.1.1") << "whose first pair it is";
  EXPECT_EQ(focal.cuda->method, Method::network);
  const Resolution jammy = get({"--torch", "1.7.1"}, sample_host("22.04", {"10de:2204"}));
  EXPECT_EQ(cuda_of(jammy), "11.7.1") << "of the pairs, what apt brings goes before the first";
  EXPECT_EQ(jammy.cuda->method, Method::network);
  EXPECT_THAT(about(jammy.reasons, "cuda"),
              HasSubstr("11.7.1 is the manifest's pair for torch 1.7.1 that works for NVIDIA GeForce RTX 3090"));
}

TEST_F(BuiltIn, WhatZipsLackIsAdded)
{
  const Resolution blackwell = get({}, sample_host("24.04", {"10de:2b85"}));
  EXPECT_EQ(torch_of(blackwell), "2.14.0+cu132");
  EXPECT_THAT(blackwell.torch->packages,
              ElementsAre(manifest::AptPackage{"libcudnn9-cuda-13", "9.24.0.43-1"},
                          manifest::AptPackage{"cuda-nvrtc-13-2", ""},
                          manifest::AptPackage{"libnvshmem3-cuda-13", ""}));
  const Resolution thirteen = get({"--cuda", "13.2", "--torch", "2.13.0+cu132"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_THAT(thirteen.torch->packages,
              ElementsAre(manifest::AptPackage{"libcudnn9-cuda-13", "9.20.0.48-1"},
                          manifest::AptPackage{"libcusparselt0-cuda-13", "0.8.1.1-1"},
                          manifest::AptPackage{"libnccl2", "2.29.7-1+cuda13.2"},
                          manifest::AptPackage{"libnvshmem3-cuda-13", ""}));
  EXPECT_THAT(thirteen.torch->directories, testing::Contains("/usr/lib/x86_64-linux-gnu/nvshmem/13"));
  EXPECT_TRUE(get({"--cuda", "12.8", "--torch", "2.7.1"}, sample_host("22.04", {"10de:1eb8"})).torch->packages.empty());
}

TEST_F(BuiltIn, PythonThatNoWheelOfTheAskedTorchServes)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:2204"});
  const Refusal answer = refusal({"--torch", "1.7.1", "--python", "/srv/venv"}, facts);
  EXPECT_THAT(test::lines_of(answer),
              HasSubstr("[python] torch 1.7.1 has wheels for Python 3.6 to 3.9, and this system has 3.10"));
  ASSERT_GE(answer.alternatives.size(), 2U);
  EXPECT_THAT(answer.alternatives[1].selection, HasSubstr("torch 1.11.0")) << "the nearest with wheels for it";
}

TEST_F(BuiltIn, APreviewWithoutAnInstallerSaysSo)
{
  const Refusal answer = refusal({"--cuda", "13.4.0"}, sample_host("24.04", {"10de:2684"}));
  EXPECT_THAT(test::lines_of(answer), HasSubstr("[method] CUDA 13.4.0 cannot be had: a developer preview"));
  EXPECT_THAT(answer.alternatives[0].arguments, ElementsAre("--cuda", "13.4.2"));
}

TEST_F(BuiltIn, RefusalsNameTheSourceOfWhatTheySay)
{
  const auto source = [&](std::initializer_list<std::string_view> arguments, const host::HostFacts& facts) {
    return refusal(arguments, facts).reasons.at(0).source;
  };
  EXPECT_THAT(source({"--cuda", "11.8"}, sample_host("22.04", {"10de:2b85"})), HasSubstr("build_systems/cuda.py"));
  EXPECT_THAT(source({"--cuda", "11.1"}, sample_host("26.04", {"10de:1eb8"})), HasSubstr("packages/cuda/package.py"));
  host::HostFacts old = sample_host("22.04", {"10de:1eb8"});
  old.driver = host::LoadedDriver{version("440.33.01"), std::nullopt};
  EXPECT_THAT(source({"--cuda", "11.8", "--driver", "keep"}, old), HasSubstr("cuda-compatibility"));
  EXPECT_THAT(source({"--cuda", "11.1", "--torch", "1.8.0+cu111"}, sample_host("20.04", {"10de:1b06"})),
              HasSubstr("manywheel/build.sh"));
}

TEST_F(BuiltIn, AnUbuntuOfTheFutureIsOfferedTheNearest)
{
  const Refusal answer = refused(asking({"--cuda", "13.3"}), known(), sample_host("28.04", {"10de:2684"}));
  EXPECT_THAT(test::kinds_of(answer), ElementsAre("os"));
  ASSERT_EQ(answer.alternatives.size(), 1U);
  EXPECT_THAT(answer.alternatives[0].selection, HasSubstr("CUDA 13.3.1 with torch 2.14.0+cu132 on Ubuntu 26.04"));
  EXPECT_THAT(answer.alternatives[0].arguments,
              ElementsAre("--cuda", "13.3.1", "--os", "ubuntu26.04", "--gpu", "10de:2684", "--driver-present", "none"));
}

TEST_F(BuiltIn, HopperWithADriverThatDoesNotKnowIt)
{
  host::HostFacts facts = sample_host("22.04", {"10de:2335"});
  facts.driver = host::LoadedDriver{version("470.57.02"), std::nullopt};
  const Resolution resolution = get({}, facts);
  EXPECT_EQ(resolution.driver.action, DriverAction::install);
  EXPECT_THAT(
      about(resolution.reasons, "driver"),
      HasSubstr("470.57.02 is loaded, but NVIDIA H200 (10de:2335, sm_90) is not in NVIDIA's list of branch 545, "
                "and first seen in that of 550"));
}

TEST_F(BuiltIn, AdaWithATorchOlderThanIt)
{
  const Resolution resolution = get({"--torch", "1.13.1"}, sample_host("22.04", {"10de:2684"}));
  EXPECT_EQ(cuda_of(resolution), "11.8.0");
  EXPECT_EQ(torch_of(resolution), "1.13.1+cu117");
}

TEST_F(BuiltIn, TorchWithoutPascalCodeIsPassedOver)
{
  EXPECT_THAT(
      test::lines_of(refusal({"--cuda", "11.1", "--torch", "1.8.0+cu111"}, sample_host("20.04", {"10de:1b06"}))),
      HasSubstr("none of which runs on NVIDIA GeForce GTX 1080 Ti"));
}

TEST_F(BuiltIn, Arm64ServerIsOfferedWheels)
{
  host::HostFacts facts = sample_host("22.04", {"10de:20b0"});
  facts.arch = base::Arch::arm64;
  const Refusal answer = refusal({}, facts);
  ASSERT_FALSE(answer.alternatives.empty());
  EXPECT_THAT(answer.alternatives[0].arguments, testing::Contains("--python"));
}

TEST_F(BuiltIn, UnknownFuture)
{
  const Refusal answer = refusal({"--cuda", "14.0"}, sample_host("28.04", {"10de:ffff"}));
  EXPECT_THAT(test::kinds_of(answer), ElementsAre("os", "gpu", "cuda"));
  EXPECT_THAT(test::lines_of(answer), HasSubstr("--os ubuntu26.04"));
}

TEST_F(BuiltIn, EveryPairResolvesSomewhere)
{
  std::vector<manifest::Pair> pairs;
  for (const auto& [cuda, some] : known().pairs) {
    pairs.insert(pairs.end(), some.begin(), some.end());
  }
  ASSERT_GT(pairs.size(), 300U);
  // One that cannot: torch 1.7.1 for CUDA 11.0 and a toolkit of another major version.
  pairs.push_back(pairs.front());
  pairs.back().cuda = version("13.3.1");
  pairs.back().torch = version("1.7.1");
  pairs.back().platform = "cu110";
  std::vector<std::string> without;
  for (const std::size_t i : pairs_without_host(known(), pairs)) {
    without.push_back(pairs[i].cuda.text() + " " + pairs[i].torch.text() + "+" + pairs[i].platform);
  }
  EXPECT_THAT(without, ElementsAre("13.3.1 1.7.1+cu110"));
}

/// The sm rule, pairing and driver floor written down again, without the resolver's functions.
void expect_sound(const Resolution& resolution, const std::vector<base::ComputeCapability>& gpus)
{
  const manifest::TorchBuild& build = *resolution.torch->build;
  for (const base::ComputeCapability gpu : gpus) {
    bool served = build.sm.empty() && build.ptx.empty();
    for (const base::ComputeCapability sm : build.sm) {
      served = served || (sm.major_part == gpu.major_part && sm.minor_part <= gpu.minor_part);
    }
    for (const base::ComputeCapability ptx : build.ptx) {
      served = served || ptx <= gpu;
    }
    EXPECT_TRUE(served) << resolution.torch->text() << " on " << gpu.sm();
    EXPECT_LE(*resolution.cuda->release->least_capability, gpu);
    EXPECT_GE(resolution.cuda->release->most_capability->major_part, gpu.major_part);
  }
  EXPECT_EQ(build.platform.substr(2, 2), resolution.cuda->release->version.prefix(1)) << resolution.torch->text();
  if (resolution.driver.version) {
    EXPECT_GE(*resolution.driver.version, *build.minimum_driver);
  }
}

TEST_F(BuiltIn, WhatResolvesIsSoundAndWhatIsOfferedResolves)
{
  std::size_t resolutions = 0;
  std::size_t refusals = 0;
  for (const std::string_view sm : {"sm_37", "sm_52", "sm_61", "sm_70", "sm_75", "sm_86", "sm_89", "sm_90", "sm_120"}) {
    for (const std::string_view ubuntu : {"18.04", "22.04", "24.04", "26.04"}) {
      for (const std::string_view cuda : {"auto", "11", "11.1", "11.8", "12.4", "12.8", "12.9", "13"}) {
        const host::HostFacts facts = sample_host(std::string(ubuntu), {sm});
        const Outcome outcome = resolve(asking({"--cuda", cuda}), known(), facts);
        SCOPED_TRACE(std::string(ubuntu) + " " + std::string(sm) + " --cuda " + std::string(cuda));
        if (const Resolution* resolution = std::get_if<Resolution>(&outcome)) {
          expect_sound(*resolution, {*base::ComputeCapability::parse_sm(sm)});
          ++resolutions;
        } else {
          test::expect_alternatives_resolve(std::get<Refusal>(outcome), known(), facts);
          ++refusals;
        }
      }
    }
  }
  EXPECT_GT(resolutions, 100U);
  EXPECT_GT(refusals, 50U);
}

TEST_F(BuiltIn, Cuda11_5DoesNotTakeTheGcc11OfUbuntu)
{
  EXPECT_EQ(get({"--cuda", "11.5.2"}, sample_host("22.04", {"10de:1eb8"})).cuda->host_gcc, 10U);
  EXPECT_EQ(get({"--cuda", "11.4.1"}, sample_host("22.04", {"10de:1eb8"})).cuda->host_gcc, 10U);
  EXPECT_EQ(get({"--cuda", "11.6.2"}, sample_host("22.04", {"10de:1eb8"})).cuda->host_gcc, std::nullopt);
}

TEST_F(BuiltIn, AdaRunsTheCodeOfAnAmpereToolkit)
{
  host::HostFacts facts = sample_host("20.04", {"10de:2684"});
  facts.driver = host::LoadedDriver{version("525.147.05"), std::nullopt};
  const Resolution resolution = get({"--cuda", "11.1"}, facts);
  EXPECT_EQ(cuda_of(resolution), "11.1.1");
  EXPECT_THAT(about(resolution.cautions, "cuda"),
              HasSubstr("CUDA 11.1.1 makes code for sm_35 to sm_86: that of sm_86 runs on NVIDIA GeForce RTX 4090 "
                        "(10de:2684, sm_89), but nvcc has no target for it"));
  EXPECT_THAT(test::lines_of(refusal({"--cuda", "10.2"}, sample_host("18.04", {"10de:2684"}))), HasSubstr("is newer"));
}

TEST_F(BuiltIn, Capability11BeganWithCuda13)
{
  const host::HostFacts facts = sample_host("24.04", {"10de:3400"});
  EXPECT_THAT(
      test::lines_of(refusal({"--cuda", "12.8", "--torch", "none"}, facts)),
      HasSubstr("[gpu] CUDA 12.8.2 makes code for sm_50 to sm_120 but not for sm_110, which began with CUDA 13.0"));
  EXPECT_EQ(cuda_of(get({"--cuda", "13.0", "--torch", "none"}, facts)), "13.0.3");
}

TEST_F(BuiltIn, AnAlternativeIsMoreThanNothing)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:1b06", "10de:2b85"}); // no driver is for both
  EXPECT_THAT(refusal({"--cuda", "none", "--torch", "1.7.1"}, facts).alternatives,
              testing::Each(
                  testing::Field(&Alternative::arguments,
                                 testing::Not(ElementsAre("--cuda", "none", "--torch", "none", "--driver", "none")))));
}

TEST_F(BuiltIn, AnAskedBranchWhoseSeenDriversAreTooOld)
{
  // 450.51.06 came with 11.0.3; CUDA 11.4 needs 450.80.02.
  const Resolution resolution = get({"--cuda", "11.4", "--driver", "450"}, sample_host("20.04", {"10de:1eb8"}));
  EXPECT_EQ(driver_of(resolution), "install 450.248.02 nvidia-driver-450-server=");
  // Where Ubuntu has none, NVIDIA's.
  host::HostFacts arm = sample_host("20.04", {"10de:1eb8"});
  arm.arch = base::Arch::arm64;
  const Resolution other = get({"--cuda", "11.4", "--driver", "450", "--torch", "none"}, arm);
  EXPECT_EQ(driver_of(other), "install 450.248.02 cuda-drivers-450=450.248.02-1");
  EXPECT_THAT(about(other.cautions, "driver"), HasSubstr("has driver 450.248.02 was not seen"));
}

TEST_F(BuiltIn, TheArchiveOf2604BeginsWith13_3_1)
{
  EXPECT_EQ(get({"--cuda", "13.3.1"}, sample_host("26.04", {"10de:1eb8"})).cuda->method, Method::network);
  EXPECT_EQ(get({"--cuda", "13.3.0"}, sample_host("26.04", {"10de:1eb8"})).cuda->method, Method::runfile);
}

TEST_F(BuiltIn, NoToolkitAndATorchThatCannotBeStillHasAnAlternative)
{
  host::HostFacts facts = sample_host("24.04", {"10de:2342"});
  facts.arch = base::Arch::arm64;
  EXPECT_THAT(refusal({"--cuda", "none", "--torch", "2.2.1"}, facts).alternatives, testing::Not(testing::IsEmpty()));
}

} // namespace
} // namespace cudasetup::resolve
