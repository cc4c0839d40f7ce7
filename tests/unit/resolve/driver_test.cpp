#include "resolve/driver.hpp"

#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve {
namespace {

using test::about;
using test::asking;
using test::driver_of;
using test::refused;
using test::resolved;
using test::sample_host;
using test::version;
using testing::HasSubstr;

class DriverRule : public testing::Test {
protected:
  manifest::Manifest m_manifest = test::sample_manifest();

  static host::HostFacts
  with_driver(host::HostFacts facts, std::string_view driver, std::optional<host::ModuleFlavour> flavour = {})
  {
    facts.driver = host::LoadedDriver{version(driver), flavour};
    return facts;
  }

  Resolution get(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
  {
    return resolved(asking(arguments), m_manifest, facts);
  }

  std::string refusal(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
  {
    return test::lines_of(refused(asking(arguments), m_manifest, facts));
  }
};

TEST_F(DriverRule, TheReleasesOwnIsInstalledFromTheArchive)
{
  const Resolution resolution = get({"--cuda", "11.8"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(driver_of(resolution), "install 520.61.05 cuda-drivers-520=520.61.05-1");
  EXPECT_EQ(resolution.driver.module, host::ModuleFlavour::proprietary);
  EXPECT_THAT(about(resolution.reasons, "driver"),
              HasSubstr("520.61.05 with the proprietary kernel module, from NVIDIA's archive for ubuntu2204, where it "
                        "belongs to CUDA 11.8.0"));
}

TEST_F(DriverRule, OpenModuleFromBranch560On)
{
  EXPECT_EQ(driver_of(get({"--cuda", "12.8"}, sample_host("22.04", {"10de:1eb8"}))),
            "install 570.124.06 nvidia-open-570=570.124.06-*");
  EXPECT_EQ(driver_of(get({"--cuda", "12.8", "--module", "proprietary"}, sample_host("22.04", {"10de:1eb8"}))),
            "install 570.124.06 cuda-drivers-570=570.124.06-1");
}

TEST_F(DriverRule, ProprietaryModuleWhereTheGpuNeedsIt)
{
  EXPECT_EQ(driver_of(get({"--cuda", "12.8", "--torch", "2.6.0"}, sample_host("22.04", {"10de:1b06"}))),
            "install 570.124.06 cuda-drivers-570=570.124.06-1");
}

TEST_F(DriverRule, OpenModuleOnPascalIsRefused)
{
  EXPECT_THAT(refusal({"--cuda", "12.4", "--module", "open"}, sample_host("22.04", {"10de:1b06"})),
              HasSubstr("[driver] the open kernel module does not drive GeForce GTX 1080 Ti (10de:1b06, sm_61)"));
  EXPECT_THAT(refusal({"--cuda", "12.8", "--module", "proprietary"}, sample_host("22.04", {"10de:2b85"})),
              HasSubstr("[driver] the proprietary kernel module does not drive GeForce RTX 5090"));
}

TEST_F(DriverRule, NextBranchThatKnowsTheGpu)
{
  const Resolution resolution = get({"--cuda", "11.8"}, sample_host("22.04", {"10de:2684"}));
  EXPECT_EQ(driver_of(resolution), "install 525.85.12 cuda-drivers-525=525.85.12-1");
  EXPECT_THAT(
      about(resolution.reasons, "driver"),
      HasSubstr("520.61.05, which came with CUDA 11.8.0, was passed over: GeForce RTX 4090 (10de:2684, sm_89) is "
                "first seen in NVIDIA's list of branch 525: whether 520.61.05 knows it is not known"));
}

TEST_F(DriverRule, EarlierBranchWhereLaterOnesDroppedTheGpu)
{
  manifest::Manifest& manifest = m_manifest;
  manifest.gpus[0].last_branch = 455; // the K80, with a branch the sample's archive of 20.04 has
  EXPECT_EQ(driver_of(get({"--cuda", "11.8"}, sample_host("20.04", {"10de:102d"}))),
            "install 455.32.00 cuda-drivers-455=455.32.00-1");
}

TEST_F(DriverRule, NoBranchOfTheArchiveIsRefusedWithWhatItHas)
{
  EXPECT_EQ(refusal({"--cuda", "11.8", "--method", "network"}, sample_host("22.04", {"10de:102d"})),
            "[driver] NVIDIA's archive for ubuntu2204 has drivers 520.61.05 to 595.58.03, and none will do; with "
            "520.61.05, the nearest: Tesla K80 (10de:102d, sm_37) is driven up to branch 470 only\n");
}

TEST_F(DriverRule, ThePinOfAnUnnamedBranchIsInstalledFirst)
{
  const Resolution t4 = get({"--cuda", "13.2"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(driver_of(t4), "install 595.58.03 nvidia-driver-pinning-595= nvidia-open=595.58.03-*");
  EXPECT_EQ(about(t4.cautions, "driver"), "");
}

TEST_F(DriverRule, UnnamedBranchesWithoutAPinComeLastAndWithACaution)
{
  for (manifest::DriverBranch& branch : m_manifest.drivers) {
    branch.pin.reset();
  }
  const Resolution t4 = get({"--cuda", "13.2"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(driver_of(t4), "install 580.95.05 nvidia-open-580=580.95.05-*");
  EXPECT_THAT(about(t4.reasons, "driver"),
              HasSubstr("595.58.03, which came with CUDA 13.2.1, was passed over: no package is known that pins branch "
                        "595"));
  const Resolution late = get({"--cuda", "13.2"}, sample_host("22.04", {"10de:2f06"}));
  EXPECT_EQ(driver_of(late), "install 595.58.03 nvidia-open=595.58.03-*");
  EXPECT_THAT(about(late.cautions, "driver"), HasSubstr("apt may take a later driver than 595.58.03"));
}

TEST_F(DriverRule, LocalInstallerHasItsOwnDriverAlone)
{
  EXPECT_EQ(driver_of(get({"--cuda", "11.1.1", "--method", "local"}, sample_host("18.04", {"10de:1eb8"}))),
            "install 455.32.00 cuda-drivers-455=455.32.00-1");
  EXPECT_EQ(refusal({"--cuda", "11.1.1", "--method", "local"}, sample_host("18.04", {"10de:2684"})),
            "[driver] the local installer of CUDA 11.1.1 has driver 455.32.00, but GeForce RTX 4090 (10de:2684, sm_89) "
            "is not in NVIDIA's list of branch 470, and first seen in that of 525\n");
}

/// The lists of 440 and 470 were read, that of 455 was not: the first driver that has the RTX 3090 may be any between.
TEST_F(DriverRule, BetweenTwoListsAGpuIsPerhapsKnown)
{
  const host::HostFacts rtx_3090 = sample_host("18.04", {"10de:2204"});
  const Resolution local = get({"--cuda", "11.1.1", "--method", "local"}, rtx_3090);
  EXPECT_EQ(driver_of(local), "install 455.32.00 cuda-drivers-455=455.32.00-1");
  const std::string doubt =
      "GeForce RTX 3090 (10de:2204, sm_86) is first seen in NVIDIA's list of branch 470: whether 455.32.00 knows it is "
      "not known";
  EXPECT_THAT(about(local.cautions, "driver"), HasSubstr(doubt));
  const Resolution asked = get({"--cuda", "11.1.1", "--driver", "455"}, rtx_3090);
  EXPECT_EQ(driver_of(asked), "install 455.32.00 cuda-drivers-455=455.32.00-1");
  EXPECT_THAT(about(asked.cautions, "driver"), HasSubstr(doubt));
  const Resolution kept = get({"--cuda", "11.1.1"}, with_driver(rtx_3090, "460.32.03"));
  EXPECT_EQ(driver_of(kept), "keep 460.32.03");
  EXPECT_THAT(about(kept.cautions, "driver"), HasSubstr("whether 460.32.03 knows it is not known"));
  EXPECT_THAT(refusal({"--cuda", "11.1.1", "--driver", "keep"}, with_driver(rtx_3090, "440.118.02")),
              HasSubstr("is not in NVIDIA's list of branch 440, and first seen in that of 470"));
}

TEST_F(DriverRule, LoadedOneIsKeptByMinorVersionCompatibility)
{
  const Resolution resolution = get({"--cuda", "11.8"}, with_driver(sample_host("22.04", {"10de:1eb8"}), "450.80.02"));
  EXPECT_EQ(driver_of(resolution), "keep 450.80.02");
  EXPECT_THAT(about(resolution.reasons, "driver"),
              HasSubstr("450.80.02 is loaded and suffices: CUDA 11.8.0 needs driver 450.80.02 or later"));
  EXPECT_EQ(driver_of(get({"--cuda", "11.8"}, with_driver(sample_host("22.04", {"10de:1eb8"}), "450.80.01"))),
            "install 520.61.05 cuda-drivers-520=520.61.05-1");
}

TEST_F(DriverRule, LoadedOneThatDoesNotKnowTheGpuIsReplacedUnlessItDrivesIt)
{
  host::HostFacts facts = with_driver(sample_host("22.04", {"10de:2684"}), "470.57.02");
  EXPECT_EQ(driver_of(get({"--cuda", "11.8"}, facts)), "install 525.85.12 cuda-drivers-525=525.85.12-1");
  facts.gpus[0].bound_driver = "nvidia";
  EXPECT_EQ(driver_of(get({"--cuda", "11.8"}, facts)), "keep 470.57.02");
}

TEST_F(DriverRule, LoadedModuleOfTheWrongKindIsReplaced)
{
  const host::HostFacts facts =
      with_driver(sample_host("22.04", {"10de:2b85"}), "580.95.05", host::ModuleFlavour::proprietary);
  EXPECT_EQ(driver_of(get({"--cuda", "12.8"}, facts)), "install 570.124.06 nvidia-open-570=570.124.06-*");
}

TEST_F(DriverRule, TorchMayNeedMoreThanTheToolkit)
{
  m_manifest.torch[2].builds[1].minimum_driver = version("500.10"); // 2.6.0+cu118
  EXPECT_EQ(driver_of(get({"--cuda", "11.8"}, with_driver(sample_host("22.04", {"10de:1eb8"}), "470.57.02"))),
            "install 520.61.05 cuda-drivers-520=520.61.05-1");
}

TEST_F(DriverRule, KeepRefusesWithNumbers)
{
  EXPECT_THAT(
      refusal({"--cuda", "12.4", "--driver", "keep"}, with_driver(sample_host("22.04", {"10de:1eb8"}), "470.57.02")),
      HasSubstr("[driver] the loaded driver to keep is 470.57.02, but CUDA 12.4.1 needs 525.60.13 or later"));
  EXPECT_THAT(refusal({"--cuda", "12.4", "--driver", "keep"}, sample_host("22.04", {"10de:1eb8"})),
              HasSubstr("[driver] --driver keep was given, but no NVIDIA driver is loaded"));
}

TEST_F(DriverRule, NoneLeavesItAndTellsWhatIsMissing)
{
  const Resolution resolution =
      get({"--cuda", "12.4", "--driver", "none"}, with_driver(sample_host("22.04", {"10de:1eb8"}), "470.57.02"));
  EXPECT_EQ(driver_of(resolution), "none");
  EXPECT_THAT(about(resolution.cautions, "driver"),
              HasSubstr("the loaded driver is 470.57.02, but CUDA 12.4.1 needs 525.60.13 or later"));
}

TEST_F(DriverRule, WithoutGpuNoneIsInstalled)
{
  const Resolution resolution = get({"--cuda", "12.4"}, sample_host("22.04"));
  EXPECT_EQ(driver_of(resolution), "none");
  EXPECT_THAT(about(resolution.reasons, "driver"), HasSubstr("none is installed: no NVIDIA GPU was found"));
}

TEST_F(DriverRule, NeverInAContainerOrWsl)
{
  host::HostFacts facts = sample_host("22.04", {"10de:1eb8"});
  facts.container = host::Container::docker;
  EXPECT_EQ(driver_of(get({"--cuda", "12.4"}, facts)), "none");
  EXPECT_EQ(driver_of(get({"--cuda", "12.4"}, with_driver(facts, "535.104.05"))), "keep 535.104.05");
  EXPECT_THAT(refusal({"--cuda", "12.4", "--driver", "550"}, facts),
              HasSubstr("[container] no driver is ever installed"));
  EXPECT_THAT(refusal({"--cuda", "12.4"}, with_driver(facts, "470.57.02")),
              HasSubstr("[driver] the driver of the container's host is 470.57.02, but CUDA 12.4.1 needs"));
  facts.container = host::Container::none;
  facts.wsl = true;
  EXPECT_EQ(driver_of(get({"--cuda", "12.4"}, facts)), "none");
}

TEST_F(DriverRule, RunfileNeverBringsOneAndNamesTheCommand)
{
  const Resolution resolution = get({"--cuda", "11.1.1"}, sample_host("24.04", {"10de:1eb8"}));
  EXPECT_EQ(driver_of(resolution), "none");
  EXPECT_THAT(
      about(resolution.cautions, "driver"),
      HasSubstr("no driver is loaded; CUDA 11.1.1 needs driver 450.80.02 or later; `sudo cudasetup install --cuda "
                "none --torch none --driver 595.58.03` installs one"));
  EXPECT_EQ(driver_of(get({"--cuda", "none", "--torch", "none", "--driver", "580.95.05"},
                          sample_host("24.04", {"10de:1eb8"}))),
            "install 580.95.05 nvidia-open-580=580.95.05-*");
  EXPECT_EQ(driver_of(get({"--cuda", "11.1.1"}, with_driver(sample_host("24.04", {"10de:1eb8"}), "535.10"))),
            "keep 535.10");
  EXPECT_THAT(refusal({"--cuda", "11.1.1", "--driver", "580"}, sample_host("24.04", {"10de:1eb8"})),
              HasSubstr("the runfile brings the toolkit alone"));
}

TEST_F(DriverRule, AskedBranchAndVersion)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:1eb8"});
  EXPECT_EQ(driver_of(get({"--cuda", "12.4", "--driver", "580"}, facts)),
            "install 580.95.05 nvidia-open-580=580.95.05-*");
  EXPECT_EQ(driver_of(get({"--cuda", "12.4", "--driver", "570.124.06"}, facts)),
            "install 570.124.06 nvidia-open-570=570.124.06-*");
  const Resolution unseen = get({"--cuda", "12.4", "--driver", "535"}, facts);
  EXPECT_EQ(driver_of(unseen), "install 535.309.01 cuda-drivers-535=535.309.01-1");
  EXPECT_THAT(about(unseen.cautions, "driver"), HasSubstr("has driver 535.309.01 was not seen"));
}

TEST_F(DriverRule, AskedOneThatCannotBeIsRefused)
{
  const host::HostFacts facts = sample_host("22.04", {"10de:1eb8"});
  EXPECT_THAT(refusal({"--cuda", "12.4", "--driver", "520"}, facts),
              HasSubstr("driver 520 was asked for, but CUDA 12.4.1 needs 525.60.13 or later"));
  EXPECT_THAT(
      refusal({"--cuda", "12.4", "--driver", "470"}, facts),
      HasSubstr("driver 470 is not known to be in NVIDIA's archive for ubuntu2204; it has the branches 520, 525,"));
  EXPECT_THAT(
      refusal({"--cuda", "12.8", "--torch", "2.6.0", "--driver", "595"}, sample_host("22.04", {"10de:1b06"})),
      HasSubstr("driver 595 was asked for, but GeForce GTX 1080 Ti (10de:1b06, sm_61) is driven up to branch 580"));
}

TEST_F(DriverRule, AskedBranchThatIsLoadedIsKept)
{
  EXPECT_EQ(driver_of(get({"--cuda", "12.4", "--driver", "550"},
                          with_driver(sample_host("22.04", {"10de:1eb8"}), "550.163.01"))),
            "keep 550.163.01");
}

TEST_F(DriverRule, AloneIsTheNewest)
{
  const Resolution resolution = get({"--cuda", "none", "--torch", "none"}, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_EQ(driver_of(resolution), "install 595.58.03 nvidia-driver-pinning-595= nvidia-open=595.58.03-*");
  EXPECT_FALSE(resolution.cuda || resolution.torch);
}

TEST_F(DriverRule, GpusThatNeedDifferentModulesAreNamed)
{
  EXPECT_THAT(
      refusal({"--cuda", "12.8", "--torch", "none"}, sample_host("22.04", {"10de:1b06", "10de:2b85"})),
      HasSubstr("[driver] GeForce RTX 5090 (10de:2b85, sm_120) needs the open kernel module and GeForce GTX 1080 "
                "Ti (10de:1b06, sm_61) the proprietary one: no driver drives both"));
}

TEST_F(DriverRule, EveryConstraintNamesItsSource)
{
  const Refusal refusal =
      refused(asking({"--cuda", "11.8", "--method", "network"}), m_manifest, sample_host("22.04", {"10de:102d"}));
  EXPECT_EQ(refusal.reasons[0].source, "manifest, gpu 10de:102d: sample");
}

TEST_F(DriverRule, OneThatWaitsForTheRebootIsKeptAsALoadedOneIs)
{
  host::HostFacts facts = sample_host("22.04", {"10de:1eb8"});
  facts.waiting_driver = host::LoadedDriver{version("550.90.07"), host::ModuleFlavour::open};
  const Resolution resolution = get({"--cuda", "11.8"}, facts);
  EXPECT_EQ(driver_of(resolution), "keep 550.90.07");
  EXPECT_THAT(about(resolution.reasons, "driver"), HasSubstr("550.90.07 is installed and suffices"));
  EXPECT_THAT(about(resolution.cautions, "driver"), HasSubstr("550.90.07 is installed but not loaded yet: reboot"));
  EXPECT_THAT(about(get({"--cuda", "13.0"}, facts).reasons, "driver"), HasSubstr("550.90.07 is installed, but"));
}

} // namespace
} // namespace cudasetup::resolve
