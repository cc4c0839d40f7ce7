#include "resolve/supplies.hpp"

#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve {
namespace {

using manifest::Bringer;
using manifest::Evidence;
using test::about;
using test::asking;
using test::resolved;
using test::sample_host;
using test::sample_manifest;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A zip of 2.9.1+cu130 that lacks something of each kind.
class Supplies : public testing::Test {
protected:
  Supplies()
  {
    manifest::TorchBuild& build = m_manifest.torch.back().builds.front();
    EXPECT_EQ(build.platform, "cu130");
    build.lacks = {
        {"cuFFT", Bringer::toolkit, {{"libcufft-{minor}", ""}}, {}, Evidence::seen, {"sample"}},
        {"CUPTI",
         Bringer::full_toolkit,
         {{"cuda-cupti-{minor}", ""}},
         "/usr/local/cuda-{minor}/extras/CUPTI/lib64",
         Evidence::seen,
         {"sample"}},
        {"NVRTC's builtins",
         Bringer::same_minor,
         {{"cuda-nvrtc-13-0", ""}},
         "/usr/local/cuda-13.0/lib",
         Evidence::derived,
         {"sample"}},
        {"cuDNN", Bringer::nobody, {{"libcudnn9-cuda-13", "9.13.0.50-1"}}, {}, Evidence::seen, {"sample"}},
    };
  }

  Resolution get(std::initializer_list<std::string_view> arguments, const std::string& ubuntu = "22.04") const
  {
    return resolved(asking(arguments), m_manifest, sample_host(ubuntu, {"10de:1eb8"}));
  }

  static std::vector<std::string> packages(const Resolution& resolution)
  {
    std::vector<std::string> texts;
    for (const manifest::AptPackage& package : resolution.torch->packages) {
      texts.push_back(package.name + (package.version.empty() ? "" : "=" + package.version));
    }
    return texts;
  }

  manifest::Manifest m_manifest = sample_manifest();
};

TEST_F(Supplies, AToolkitOfThePlatformsMinorBringsAllButWhatNobodyBrings)
{
  const Resolution resolution = get({"--cuda", "13.0"});
  EXPECT_THAT(packages(resolution), ElementsAre("libcudnn9-cuda-13=9.13.0.50-1"));
  EXPECT_THAT(resolution.torch->directories, ElementsAre("/usr/local/cuda-13.0/extras/CUPTI/lib64"));
  EXPECT_THAT(about(resolution.reasons, "torch"),
              AllOf(HasSubstr("its zip lacks cuFFT, CUPTI, NVRTC's builtins, which the toolkit brings"),
                    HasSubstr("its zip lacks cuDNN (libcudnn9-cuda-13=9.13.0.50-1): they are installed from NVIDIA's "
                              "network archive")));
  EXPECT_THAT(about(resolution.cautions, "torch"), Not(HasSubstr("lacks")));
}

TEST_F(Supplies, AnotherMinorLeavesThePlatformsOwnPartsToBeAdded)
{
  const Resolution resolution = get({"--cuda", "13.2", "--torch", "2.9.1"});
  EXPECT_THAT(packages(resolution), ElementsAre("cuda-nvrtc-13-0", "libcudnn9-cuda-13=9.13.0.50-1"));
  EXPECT_THAT(resolution.torch->directories,
              ElementsAre("/usr/local/cuda-13.2/extras/CUPTI/lib64", "/usr/local/cuda-13.0/lib"));
  EXPECT_THAT(
      about(resolution.cautions, "torch"),
      AllOf(HasSubstr("that the zip of torch 2.9.1+cu130 lacks NVRTC's builtins follows from how its neighbours "
                      "are made; it was not seen"),
            HasSubstr("for cuda-nvrtc-13-0 no version is known: the one that NVIDIA's archive has is taken")));
}

TEST_F(Supplies, ASmallProfileLeavesOutWhatOnlyTheFullOneBrings)
{
  EXPECT_THAT(packages(get({"--cuda", "13.0", "--profile", "runtime"})),
              ElementsAre("cuda-cupti-13-0", "libcudnn9-cuda-13=9.13.0.50-1"));
  EXPECT_THAT(packages(get({"--cuda", "13.0", "--profile", "runtime", "--method", "runfile"})),
              ElementsAre("libcudnn9-cuda-13=9.13.0.50-1"))
      << "a runfile has one profile";
}

TEST_F(Supplies, WithoutAToolkitAllOfItIsAdded)
{
  EXPECT_THAT(packages(get({"--cuda", "none", "--torch", "2.9.1+cu130"})),
              ElementsAre("libcufft-13-0", "cuda-cupti-13-0", "cuda-nvrtc-13-0", "libcudnn9-cuda-13=9.13.0.50-1"));
}

TEST_F(Supplies, WhatCannotBeHadIsACautionThatNamesIt)
{
  // The archive of 26.04 begins at 13.2.
  const Resolution newer = get({"--cuda", "13.2", "--torch", "2.9.1"}, "26.04");
  EXPECT_THAT(packages(newer), ElementsAre("libcudnn9-cuda-13=9.13.0.50-1"));
  EXPECT_THAT(about(newer.cautions, "torch"),
              HasSubstr("the zip of torch 2.9.1+cu130 lacks NVRTC's builtins, and no package is planned for that: "
                        "NVIDIA's archive for ubuntu2604 has no CUDA 13.0. What needs it fails until it is there "
                        "(cuda-nvrtc-13-0)"));

  // The archive of 20.04 ends with CUDA 12.
  const Resolution older = get({"--cuda", "13.0", "--method", "runfile"}, "20.04");
  EXPECT_THAT(packages(older), IsEmpty());
  EXPECT_THAT(about(older.cautions, "torch"), HasSubstr("NVIDIA's archive for ubuntu2004 has no CUDA 13."));

  host::HostFacts wsl = sample_host("22.04", {"10de:1eb8"});
  wsl.wsl = true;
  const Resolution in_wsl = resolved(asking({"--cuda", "13.0"}), m_manifest, wsl);
  EXPECT_THAT(packages(in_wsl), IsEmpty());
  EXPECT_THAT(about(in_wsl.cautions, "torch"), HasSubstr("whether NVIDIA's archive for WSL has it is not known"));
}

TEST_F(Supplies, ALocalInstallerStandsAlone)
{
  const auto thirteen = std::find_if(m_manifest.cuda.begin(), m_manifest.cuda.end(), [](const auto& release) {
    return release.version.text() == "13.0.2";
  });
  ASSERT_NE(thirteen, m_manifest.cuda.end());
  thirteen->local_installers.push_back(
      {"ubuntu2204", base::Arch::amd64, cudasetup::test::knowledge::remote_file("cuda-repo_13.0.2_amd64.deb")});
  const Resolution resolution = get({"--cuda", "13.0", "--method", "local"});
  EXPECT_THAT(packages(resolution), IsEmpty());
  EXPECT_THAT(about(resolution.cautions, "torch"), HasSubstr("a local installer does not hold it"));
}

TEST_F(Supplies, NotKnownIsSaid)
{
  m_manifest.torch.back().builds.front().lacks.reset();
  const Resolution resolution = get({"--cuda", "13.0"});
  EXPECT_THAT(packages(resolution), IsEmpty());
  EXPECT_THAT(about(resolution.cautions, "torch"),
              HasSubstr("which of NVIDIA's libraries the zip of torch 2.9.1+cu130 lacks is not known"));
}

} // namespace
} // namespace cudasetup::resolve
