#include "host/dpkg_status.hpp"

#include "support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

using testing::ElementsAre;

TEST(DpkgStatus, ReadsPackagesThatMatter)
{
  const DpkgStatus status = parse_dpkg_status(test::read_data("host/dpkg.status"));
  EXPECT_EQ(status.arch, base::Arch::amd64);
  EXPECT_EQ(status.packages.at("dpkg").version, "1.21.1ubuntu2.3");
  EXPECT_EQ(status.packages.at("cuda-toolkit-11-8").version, "11.8.0-1");
  EXPECT_TRUE(status.packages.at("cuda-toolkit-11-8").configured);
  EXPECT_FALSE(status.packages.contains("firefox"));
}

TEST(DpkgStatus, RemovedPackagesWithLeftConfigurationAreNotInstalled)
{
  EXPECT_FALSE(parse_dpkg_status(test::read_data("host/dpkg.status")).packages.contains("cuda-nvcc-11-1"));
}

TEST(DpkgStatus, PackagesOfForeignArchitecturesAreNamedWithIt)
{
  const DpkgStatus status = parse_dpkg_status(test::read_data("host/dpkg.status"));
  EXPECT_EQ(status.packages.at("libc6").version, "2.35-0ubuntu3.8");
  EXPECT_EQ(status.packages.at("libc6:i386").version, "2.35-0ubuntu3.8");
}

TEST(DpkgStatus, ReadsHoldsOfPackagesThatMatter)
{
  EXPECT_THAT(parse_dpkg_status(test::read_data("host/dpkg.status")).holds, ElementsAre("cuda-toolkit-11-8"));
}

TEST(DpkgStatus, NamesEveryUnfinishedPackage)
{
  const DpkgStatus status = parse_dpkg_status(test::read_data("host/dpkg.status"));
  EXPECT_THAT(status.unfinished,
              ElementsAre("gcc-11: half-installed, must be installed again",
                          "man-db: triggers-pending",
                          "nvidia-dkms-535: half-configured"));
  EXPECT_FALSE(status.packages.at("nvidia-dkms-535").configured);
  EXPECT_FALSE(status.packages.at("gcc-11").configured);
}

TEST(DpkgStatus, EveryUnfinishedStateIsUnconfigured)
{
  for (const std::string state : {"half-installed", "unpacked", "half-configured"}) {
    const auto status =
        parse_dpkg_status("Package: cuda\nStatus: install ok " + state + "\nArchitecture: amd64\nVersion: 1\n");
    EXPECT_FALSE(status.packages.at("cuda").configured) << state;
  }
  for (const std::string state : {"installed", "triggers-awaited", "triggers-pending"}) {
    const auto status =
        parse_dpkg_status("Package: cuda\nStatus: install ok " + state + "\nArchitecture: amd64\nVersion: 1\n");
    EXPECT_TRUE(status.packages.at("cuda").configured) << state;
  }
}

TEST(DpkgStatus, TakesWhatDpkgHadNotWrittenDown)
{
  const std::string text = "Package: cuda\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                           "Package: gone\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n";
  const auto status =
      parse_dpkg_status(text,
                        {"Package: cuda\nStatus: install reinstreq half-installed\nArchitecture: amd64\nVersion: 2\n",
                         "Package: cuda\nStatus: install reinstreq unpacked\nArchitecture: amd64\nVersion: 2\n",
                         "Package: gone\nStatus: purge ok not-installed\nArchitecture: all\n",
                         "Package: going\nStatus: deinstall reinstreq half-installed\nArchitecture: amd64\n"});
  EXPECT_EQ(status.packages.at("cuda").version, "2");
  EXPECT_THAT(status.unfinished,
              ElementsAre("cuda: unpacked, must be installed again", "going: half-installed, must be installed again"));
  EXPECT_THAT(status.cut_off, ElementsAre("cuda"));
  EXPECT_THAT(update_names({"0000", "tmp.i", "0001"}), ElementsAre("0000", "0001"));
}

TEST(DpkgStatus, FindsFieldsInAnyOrder)
{
  const auto status =
      parse_dpkg_status("Version: 2\nArchitecture: arm64\nStatus: install ok installed\nPackage: dpkg\n");
  EXPECT_EQ(status.arch, base::Arch::arm64);
  EXPECT_EQ(status.packages.at("dpkg").version, "2");
}

TEST(DpkgStatus, GivesAValueForAnyText)
{
  for (const std::string text : {"",
                                 "\n\n\n\n",
                                 "Package: cuda",
                                 "Package: cuda\nStatus: installed\n",
                                 "Package:\nStatus: install ok installed\n",
                                 "\xff\n\nStatus: a b c",
                                 "Package: cuda\nStatus: \n\n"}) {
    EXPECT_TRUE(parse_dpkg_status(text).packages.empty()) << text;
    EXPECT_FALSE(parse_dpkg_status(text).arch) << text;
  }
}

TEST(DpkgStatus, UnknownArchitectureOfTheSystemIsUnknown)
{
  EXPECT_FALSE(
      parse_dpkg_status("Package: dpkg\nStatus: install ok installed\nArchitecture: riscv64\nVersion: 1\n").arch);
}

} // namespace
} // namespace cudasetup::host
