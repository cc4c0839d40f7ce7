#include "unit/resolve/built_in_fixture.hpp"

/// Which driver is chosen between Ubuntu's archive and NVIDIA's, with the manifests that are in the program.
namespace cudasetup::resolve {
namespace {

using test::about;
using test::asking;
using test::driver_of;
using test::sample_host;
using test::version;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const char* const k_hwe = "generic-hwe-24.04";

/// A desktop with that kernel, which is the newest of its flavour.
host::HostFacts desktop(const std::string& ubuntu,
                        std::initializer_list<std::string_view> gpus,
                        const std::string& kernel,
                        const std::string& flavour)
{
  host::HostFacts facts = sample_host(ubuntu, gpus);
  facts.kernel = kernel;
  facts.ground.kernels = {{kernel, false, {}}};
  facts.packages["linux-image-" + flavour] = {kernel.substr(0, kernel.rfind('-'))};
  facts.packages["ubuntu-desktop"] = {"1"};
  return facts;
}

host::HostFacts noble(std::initializer_list<std::string_view> gpus)
{
  return desktop("24.04", gpus, "7.0.0-43-generic", k_hwe);
}

/// What apt's lists say: both components were read.
void list(host::HostFacts& facts, std::map<std::string, host::ListedPackage> packages)
{
  facts.ubuntu_archive.is_known = true;
  facts.ubuntu_archive.sources = {
      {"http://archive.ubuntu.com/ubuntu", "noble", {"main", "restricted", "multiverse"}, ""}};
  facts.ubuntu_archive.listed = {"restricted", "multiverse"};
  facts.ubuntu_archive.packages = std::move(packages);
}

host::ListedPackage at(const std::string& package_version)
{
  return {package_version, "restricted", "", "", ""};
}

class UbuntuDriverRule : public test::BuiltInTest {
protected:
  std::string refused_with(std::initializer_list<std::string_view> arguments, const host::HostFacts& facts)
  {
    return test::lines_of(refusal(arguments, facts));
  }
};

TEST_F(UbuntuDriverRule, ModulesThatUbuntuHasBuiltForTheKernelComeFirst)
{
  const Resolution resolution = get({"--cuda", "13.0"}, noble({"10de:2684"}));
  EXPECT_EQ(driver_of(resolution),
            "install 580.178.04 nvidia-driver-580-open= linux-modules-nvidia-580-open-7.0.0-43-generic= "
            "linux-modules-nvidia-580-open-generic-hwe-24.04=");
  EXPECT_EQ(resolution.driver.origin, DriverOrigin::ubuntu_prebuilt);
  EXPECT_THAT(about(resolution.reasons, "driver"),
              HasSubstr("580.178.04 with the open kernel module: Ubuntu's nvidia-driver-580-open, with modules that "
                        "Ubuntu has built and signed for kernel 7.0.0-43-generic: no compiler, no DKMS, and no key"));
  EXPECT_THAT(about(resolution.reasons, "driver"), HasSubstr("which came with CUDA 13.0"));
  EXPECT_THAT(about(resolution.cautions, "driver"), HasSubstr("apt of the machine was not asked"));
}

TEST_F(UbuntuDriverRule, NoOtherKernelComesWithTheModules)
{
  host::HostFacts facts = noble({"10de:2684"});
  host::ListedPackage newer = at("7.0.0-45.45");
  newer.kernel = "7.0.0-45-generic";
  list(facts,
       {{"nvidia-driver-580-open", at("580.178.04-0ubuntu0.24.04.1")},
        {"linux-modules-nvidia-580-open-7.0.0-43-generic", at("7.0.0-43.43")},
        {"linux-modules-nvidia-580-open-generic-hwe-24.04", newer}});
  const Resolution resolution = get({"--cuda", "13.0"}, facts);
  EXPECT_EQ(driver_of(resolution),
            "install 580.178.04 nvidia-driver-580-open= linux-modules-nvidia-580-open-7.0.0-43-generic=");
  EXPECT_THAT(about(resolution.cautions, "driver"),
              HasSubstr("linux-modules-nvidia-580-open-generic-hwe-24.04 is for kernel 7.0.0-45-generic, which is not "
                        "installed"));
}

TEST_F(UbuntuDriverRule, TheModuleIsWhatTheGpuNeeds)
{
  EXPECT_THAT(driver_of(get({"--cuda", "12.4"}, noble({"10de:1b06"}))), HasSubstr("nvidia-driver-580= "));
  EXPECT_THAT(driver_of(get({"--cuda", "12.8"}, noble({"10de:2b85"}))), HasSubstr("nvidia-driver-580-open= "));
  EXPECT_THAT(driver_of(get({"--cuda", "12.8", "--module", "proprietary"}, noble({"10de:2684"}))),
              HasSubstr("nvidia-driver-580= "));
}

TEST_F(UbuntuDriverRule, OfAptsListsTheExactModulesCount)
{
  host::HostFacts facts = noble({"10de:2684"});
  list(facts,
       {{"nvidia-driver-580-open", at("580.190.01-0ubuntu0.24.04.1")},
        {"linux-modules-nvidia-580-open-7.0.0-43-generic", at("7.0.0-43.43")},
        {"linux-modules-nvidia-580-open-generic-hwe-24.04", at("7.0.0-43.43")}});
  const Resolution resolution = get({"--cuda", "13.0"}, facts);
  EXPECT_EQ(driver_of(resolution),
            "install 580.190.01 nvidia-driver-580-open= linux-modules-nvidia-580-open-7.0.0-43-generic= "
            "linux-modules-nvidia-580-open-generic-hwe-24.04=");
  EXPECT_EQ(about(resolution.cautions, "driver"), "") << "apt has said so";
  // The next boot's kernel has none.
  facts.ground.kernels.push_back({"7.0.0-44-generic", false, {}});
  const Resolution dkms = get({"--cuda", "13.0"}, facts);
  EXPECT_EQ(driver_of(dkms), "install 580.190.01 nvidia-driver-580-open=");
  EXPECT_EQ(dkms.driver.origin, DriverOrigin::ubuntu_dkms);
  EXPECT_THAT(about(dkms.reasons, "driver"),
              HasSubstr("DKMS builds its module on the machine: Ubuntu has no modules of it built for kernel "
                        "7.0.0-44-generic"));
}

TEST_F(UbuntuDriverRule, ModulesOfAnEarlierDriverDoNotGoWithThisOne)
{
  host::HostFacts facts = desktop("24.04", {"10de:2684"}, "6.8.0-136-generic", "generic");
  host::ListedPackage past = at("6.8.0-136.136");
  past.at_most = "580.159.03-1";
  list(facts,
       {{"nvidia-driver-580-open", at("580.178.04-0ubuntu0.24.04.1")},
        {"linux-modules-nvidia-580-open-6.8.0-136-generic", past}});
  const Resolution resolution = get({"--cuda", "13.0"}, facts);
  EXPECT_EQ(resolution.driver.origin, DriverOrigin::ubuntu_dkms);
  EXPECT_THAT(about(resolution.reasons, "driver"),
              HasSubstr("its modules built for kernel 6.8.0-136-generic go with a driver up to 580.159.03-1 alone"));
}

TEST_F(UbuntuDriverRule, ANearerBranchWithoutModulesIsPassedOver)
{
  const Resolution resolution =
      get({"--cuda", "11.1"}, desktop("22.04", {"10de:1eb8"}, "5.15.0-204-generic", "generic"));
  EXPECT_THAT(driver_of(resolution), HasSubstr("nvidia-driver-580-open= "));
  EXPECT_THAT(about(resolution.reasons, "driver"),
              HasSubstr("455.32.00, which came with CUDA 11.1.1, was passed over"));
}

TEST_F(UbuntuDriverRule, NvidiasArchiveIsTakenForWhatUbuntuHasNot)
{
  const host::HostFacts facts = noble({"10de:2684"});
  EXPECT_EQ(driver_of(get({"--cuda", "12.8", "--driver", "570"}, facts)),
            "install 570.211.01 nvidia-open-570=570.211.01-*");
  EXPECT_THAT(about(get({"--cuda", "12.8", "--driver", "570"}, facts).reasons, "driver"),
              HasSubstr("Ubuntu's nvidia-driver-570 is a transitional package that installs nvidia-driver-580"));
  EXPECT_EQ(driver_of(get({"--cuda", "13.0", "--driver", "580.95.05"}, facts)),
            "install 580.95.05 nvidia-open-580=580.95.05-*");
  EXPECT_EQ(get({"--cuda", "13.0", "--driver", "580.95.05"}, facts).driver.origin, DriverOrigin::nvidia_archive);
  EXPECT_THAT(driver_of(get({"--cuda", "13.0", "--driver", "580"}, facts)),
              StartsWith("install 580.178.04 nvidia-driver"));
}

TEST_F(UbuntuDriverRule, ATransitionalPackageIsExplained)
{
  EXPECT_THAT(refused_with({"--cuda", "12.8", "--driver", "535"}, noble({"10de:2684"})),
              HasSubstr("Ubuntu's nvidia-driver-535 is a transitional package that installs nvidia-driver-580: ask for "
                        "--driver 580"));
  EXPECT_THAT(refused_with({"--cuda", "none", "--torch", "none", "--driver", "999"}, noble({"10de:2684"})),
              AllOf(HasSubstr("driver 999 is not known"), Not(HasSubstr("transitional"))));
}

TEST_F(UbuntuDriverRule, OfTheLocalInstallerItsOwnIsTaken)
{
  EXPECT_EQ(driver_of(get({"--cuda", "11.1"}, sample_host("18.04", {"10de:1eb8"}))),
            "install 455.32.00 cuda-drivers-455=455.32.00-1");
  const Resolution jammy =
      get({"--cuda", "12.4.1", "--method", "local"}, desktop("22.04", {"10de:1eb8"}, "5.15.0-204-generic", "generic"));
  EXPECT_EQ(jammy.driver.origin, DriverOrigin::local_installer);
}

TEST_F(UbuntuDriverRule, TheMachineTellsDesktopHeadlessAndServer)
{
  host::HostFacts facts = noble({"10de:2684"});
  facts.packages.erase("ubuntu-desktop");
  EXPECT_EQ(driver_of(get({"--cuda", "13.0"}, facts)),
            "install 580.178.04 nvidia-headless-no-dkms-580-open= nvidia-utils-580= "
            "linux-modules-nvidia-580-open-7.0.0-43-generic= linux-modules-nvidia-580-open-generic-hwe-24.04=");
  facts.ground.nvswitches = 4;
  EXPECT_EQ(driver_of(get({"--cuda", "13.0"}, facts)),
            "install 580.178.04 nvidia-headless-no-dkms-580-server-open= nvidia-utils-580-server= "
            "linux-modules-nvidia-580-server-open-7.0.0-43-generic= "
            "linux-modules-nvidia-580-server-open-generic-hwe-24.04= nvidia-fabricmanager-580=");
  EXPECT_THAT(
      driver_of(get({"--cuda", "13.0", "--driver", "580.95.05"}, facts)),
      AllOf(HasSubstr("nvidia-fabricmanager-580=580.95.05-*"), testing::EndsWith("nvidia-open-580=580.95.05-*")));
  EXPECT_THAT(driver_of(get({"--cuda", "13.0", "--flavour", "desktop"}, noble({"10de:2684"}))),
              HasSubstr("nvidia-driver-580-open= "));
  EXPECT_THAT(driver_of(get({"--cuda", "13.0", "--flavour", "server"}, noble({"10de:2684"}))),
              HasSubstr("nvidia-headless-no-dkms-580-server-open= nvidia-utils-580-server= "));
  EXPECT_THAT(driver_of(get({"--cuda", "13.0", "--flavour", "headless"}, noble({"10de:2684"}))),
              HasSubstr("nvidia-headless-no-dkms-580-open= nvidia-utils-580= "));
  host::HostFacts laptop = noble({"10de:25a2"});
  laptop.ground.is_laptop = true;
  laptop.ground.other_displays = {0x8086};
  EXPECT_THAT(driver_of(get({"--cuda", "13.0"}, laptop)), HasSubstr("nvidia-driver-580-open= nvidia-prime= "));
}

TEST_F(UbuntuDriverRule, AFabricManagerOfAnotherVersionDoesNotDo)
{
  host::HostFacts facts = noble({"10de:2330"});
  facts.ground.nvswitches = 4;
  list(facts,
       {{"nvidia-driver-580-server-open", at("580.178.04-0ubuntu0.24.04.1")},
        {"linux-modules-nvidia-580-server-open-7.0.0-43-generic", at("7.0.0-43.43")},
        {"nvidia-fabricmanager-580", at("580.159.03-0ubuntu0.24.04.1")}});
  const Resolution resolution = get({"--cuda", "13.0"}, facts);
  EXPECT_EQ(resolution.driver.origin, DriverOrigin::nvidia_archive);
  facts.ubuntu_archive.packages["nvidia-fabricmanager-580"] = at("580.178.04-0ubuntu0.24.04.1");
  EXPECT_EQ(get({"--cuda", "13.0"}, facts).driver.origin, DriverOrigin::ubuntu_prebuilt);
}

TEST_F(UbuntuDriverRule, AComponentThatAptDoesNotUseIsAddedOrSaid)
{
  // Listed from 615 on alone, which is in multiverse.
  host::HostFacts facts = noble({"10de:2c09"});
  facts.ubuntu_archive.is_known = true;
  facts.ubuntu_archive.sources = {{"http://archive.ubuntu.com/ubuntu", "noble", {"main", "restricted"}, "/k.gpg"}};
  const Resolution resolution = get({"--cuda", "13.0"}, facts);
  EXPECT_THAT(driver_of(resolution), StartsWith("install 615.71.09 nvidia-driver-615-open="));
  EXPECT_EQ(resolution.driver.component, "multiverse");
  EXPECT_THAT(about(resolution.cautions, "driver"), HasSubstr("Ubuntu's multiverse, which apt does not use here"));
  facts.ubuntu_archive.sources.front().signed_by = "(in the file)";
  EXPECT_THAT(refused_with({"--cuda", "13.0", "--method", "network"}, facts),
              HasSubstr("add the component there by hand"));
  facts.ubuntu_archive.sources.front().components.emplace_back("multiverse");
  EXPECT_EQ(get({"--cuda", "13.0"}, facts).driver.component, "");
  // Where apt does not use Ubuntu's archive at all, NVIDIA's is taken.
  host::HostFacts without = noble({"10de:2684"});
  without.ubuntu_archive.is_known = true;
  EXPECT_EQ(get({"--cuda", "13.0"}, without).driver.origin, DriverOrigin::nvidia_archive);
}

TEST_F(UbuntuDriverRule, KeplerOnAKernelBeyondItsBranch)
{
  EXPECT_THAT(driver_of(get({"--cuda", "11.4"}, desktop("22.04", {"10de:102d"}, "5.15.0-204-generic", "generic"))),
              StartsWith("install 470.256.02 nvidia-driver-470="));
  EXPECT_THAT(refused_with({"--cuda", "11.8", "--method", "network"},
                           desktop("22.04", {"10de:102d"}, "6.8.0-149-generic", "generic-hwe-22.04")),
              HasSubstr("Ubuntu's nvidia-driver-470: kernel 6.8.0-149-generic is too new for it"));
}

TEST_F(UbuntuDriverRule, ADriverThatNoCudaRunsOnIsTheLast)
{
  host::HostFacts facts = desktop("22.04", {"10de:102d"}, "5.15.0-204-generic", "generic");
  list(facts,
       {{"nvidia-driver-390", at("390.157-0ubuntu0.22.04.2")},
        {"linux-modules-nvidia-390-5.15.0-204-generic", at("5.15.0-204.214")},
        {"nvidia-driver-470", at("470.256.02-0ubuntu0.22.04.6")}});
  EXPECT_EQ(driver_of(get({"--cuda", "none", "--torch", "none"}, facts)), "install 470.256.02 nvidia-driver-470=");
}

TEST_F(UbuntuDriverRule, AKernelNewerThanUbuntusIsADoubt)
{
  host::HostFacts facts = sample_host("24.04", {"10de:2684"});
  facts.kernel = "7.5.0-070500-generic";
  const Resolution resolution = get({"--cuda", "13.0"}, facts);
  EXPECT_EQ(resolution.driver.origin, DriverOrigin::ubuntu_dkms);
  EXPECT_THAT(about(resolution.doubts, "driver"), HasSubstr("kernel 7.5.0-070500-generic is newer than all"));
}

TEST_F(UbuntuDriverRule, WhatStandsInTheWayOfEveryDriver)
{
  host::HostFacts guest = sample_host("22.04", {"10de:1eb8"});
  guest.gpus[0].subsystem = base::PciId::parse("10de:1309");
  EXPECT_THAT(refused_with({"--cuda", "12.4"}, guest),
              HasSubstr("is a part that a hypervisor lends (vGPU, GRID T4-1B)"));
  host::HostFacts runfile = noble({"10de:2684"});
  runfile.ground.has_runfile_driver = true;
  EXPECT_THAT(refused_with({"--cuda", "13.0"}, runfile), HasSubstr("remove it first with `sudo nvidia-uninstall`"));
  runfile.driver = host::LoadedDriver{version("580.95.05"), host::ModuleFlavour::open};
  EXPECT_EQ(get({"--cuda", "13.0"}, runfile).driver.action, DriverAction::keep);
}

TEST_F(UbuntuDriverRule, AnUnknownGpuIsGuessedByItsNumber)
{
  EXPECT_THAT(
      refused_with({}, noble({"10de:2bbf"})),
      HasSubstr("by its number it is perhaps of Blackwell (sm_120), which is a guess: if so, give --gpu sm_120"));
  EXPECT_THAT(refused_with({}, noble({"10de:fffe"})),
              AllOf(HasSubstr("10de:fffe is not known here"), Not(HasSubstr("guess"))));
}

TEST_F(UbuntuDriverRule, OnArm64AptHasToSaySo)
{
  host::HostFacts facts = noble({"10de:2342"});
  facts.arch = base::Arch::arm64;
  EXPECT_EQ(get({"--cuda", "13.0", "--torch", "none"}, facts).driver.origin, DriverOrigin::nvidia_archive);
  list(facts, {{"nvidia-driver-580-open", at("580.178.04-0ubuntu0.24.04.1")}});
  EXPECT_EQ(get({"--cuda", "13.0", "--torch", "none"}, facts).driver.origin, DriverOrigin::ubuntu_dkms);
}

} // namespace
} // namespace cudasetup::resolve
