#include "host/os_support.hpp"

#include "base/command.hpp"
#include "host/os_release.hpp"
#include "support/test_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

using testing::HasSubstr;

OsRelease ubuntu(const std::string& version)
{
  return OsRelease{"ubuntu", "debian", version, "Ubuntu " + version, ""};
}

/// The error that refuses @p os; the test fails when it is taken.
base::Error refusal(const OsRelease& os)
{
  const auto result = check_os(os);
  if (result) {
    ADD_FAILURE() << os.name << " was accepted";
    return {};
  }
  EXPECT_EQ(result.error().kind, base::ErrorKind::refused);
  EXPECT_FALSE(result.error().hints.empty());
  return result.error();
}

/// The command of the first hint.
std::string next_command(const OsRelease& os)
{
  const base::Error error = refusal(os);
  return error.hints.empty() || !error.hints[0].command ? "" : base::to_shell(*error.hints[0].command);
}

TEST(OsSupport, TakesUbuntuLtsReleases)
{
  for (const char* version : {"18.04", "20.04", "22.04", "24.04", "26.04"}) {
    EXPECT_TRUE(check_os(ubuntu(version))) << version;
  }
  EXPECT_TRUE(check_os(parse_os_release(test::read_data("host/ubuntu2204.os-release"))));
}

TEST(OsSupport, RefusesInterimReleasesAndNamesTheLtsBefore)
{
  EXPECT_EQ(next_command(ubuntu("18.10")), "cudasetup plan --os ubuntu18.04");
  EXPECT_EQ(next_command(ubuntu("19.10")), "cudasetup plan --os ubuntu18.04");
  EXPECT_EQ(next_command(ubuntu("23.04")), "cudasetup plan --os ubuntu22.04");
  EXPECT_EQ(next_command(ubuntu("24.10")), "cudasetup plan --os ubuntu24.04");
  EXPECT_EQ(next_command(ubuntu("25.04")), "cudasetup plan --os ubuntu24.04");
  EXPECT_EQ(next_command(ubuntu("25.10")), "cudasetup plan --os ubuntu24.04");
  EXPECT_THAT(refusal(ubuntu("24.10")).message, HasSubstr("Ubuntu 24.10 is an interim release"));
}

TEST(OsSupport, InterimReleaseOlderThanAnyServedMustBeUpgraded)
{
  EXPECT_EQ(next_command(ubuntu("17.10")), "do-release-upgrade");
}

TEST(OsSupport, RefusesLtsReleasesOlderThanAnyServed)
{
  EXPECT_EQ(next_command(ubuntu("16.04")), "do-release-upgrade");
  EXPECT_THAT(refusal(ubuntu("16.04")).message, HasSubstr("cudasetup serves Ubuntu LTS 18.04 to 26.04"));
}

TEST(OsSupport, RefusesUbuntuWithoutAReleaseNumber)
{
  for (const char* version : {"", "rolling", "22", "22.04.1.2", "22.13", "3.04"}) {
    EXPECT_THAT(refusal(ubuntu(version)).message, HasSubstr("does not say which release")) << version;
  }
}

TEST(OsSupport, RefusesDerivativesAndNamesTheLtsTheyAreBuiltOn)
{
  EXPECT_EQ(next_command(parse_os_release(test::read_data("host/mint22.os-release"))),
            "cudasetup plan --os ubuntu24.04");
  EXPECT_EQ(next_command({"pop", "ubuntu debian", "22.04", "Pop!_OS 22.04 LTS", "jammy"}),
            "cudasetup plan --os ubuntu22.04");
  EXPECT_EQ(next_command({"elementary", "ubuntu", "5.1.7", "elementary OS 5.1.7 Hera", "bionic"}),
            "cudasetup plan --os ubuntu18.04");
  EXPECT_EQ(next_command({"zorin", "ubuntu", "16", "Zorin OS 16.3", "focal"}), "cudasetup plan --os ubuntu20.04");
  EXPECT_EQ(next_command({"neon", "ubuntu debian", "26.04", "KDE neon", "resolute"}),
            "cudasetup plan --os ubuntu26.04");
  EXPECT_THAT(refusal({"pop", "ubuntu debian", "22.04", "Pop!_OS 22.04 LTS", "jammy"}).message,
              HasSubstr("Pop!_OS 22.04 LTS is not Ubuntu itself"));
}

TEST(OsSupport, DerivativeOfAnInterimReleaseGetsTheLtsBefore)
{
  EXPECT_EQ(next_command({"pop", "ubuntu debian", "21.10", "Pop!_OS 21.10", "impish"}),
            "cudasetup plan --os ubuntu20.04");
}

TEST(OsSupport, DerivativeOfAnUnknownReleaseIsStillRefusedWithAWay)
{
  EXPECT_THAT(refusal({"mystery", "ubuntu", "1", "Mystery 1", ""}).message, HasSubstr("does not name"));
  EXPECT_THAT(refusal({"linuxmint", "ubuntu", "18", "Linux Mint 18", "xenial"}).message, HasSubstr("not served"));
}

TEST(OsSupport, RefusesOtherSystemsWithAContainer)
{
  for (const OsRelease& os : {OsRelease{"debian", "", "12", "Debian GNU/Linux 12 (bookworm)", ""},
                              OsRelease{"fedora", "", "41", "Fedora Linux 41", ""},
                              OsRelease{"linuxmint", "debian", "6", "LMDE 6 (faye)", ""}}) {
    EXPECT_EQ(next_command(os), "docker run --rm -it ubuntu:24.04");
    EXPECT_THAT(refusal(os).message, HasSubstr(os.name + " is not Ubuntu"));
  }
}

TEST(OsSupport, UnknownSystemIsNamedAsUnknown)
{
  EXPECT_THAT(refusal({}).message, HasSubstr("cannot tell which system this is"));
}

TEST(OsSupport, NamesFromOutsideCannotWriteToTheTerminal)
{
  EXPECT_EQ(refusal({"evil", "", "1", "Evil\x1b[2J", ""}).message.find('\x1b'), std::string::npos);
  EXPECT_EQ(refusal(ubuntu("1\x1b[2J")).message.find('\x1b'), std::string::npos);
}

TEST(OsSupport, KnowsCodenamesInAnyCase)
{
  EXPECT_EQ(nearest_lts("Jammy")->text(), "22.04");
  EXPECT_EQ(nearest_lts("oracular")->text(), "24.04");
  EXPECT_FALSE(nearest_lts("bookworm"));
  EXPECT_FALSE(nearest_lts(""));
}

} // namespace
} // namespace cudasetup::host
