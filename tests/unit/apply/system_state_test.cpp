#include "apply/system_state.hpp"

#include "support/fake_files.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using journal::Mark;

const std::string k_status =
    "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.20\n\n"
    "Package: libc6\nStatus: install ok installed\nArchitecture: i386\nVersion: 2.31-0\n\n"
    "Package: cuda-keyring\nStatus: hold ok installed\nArchitecture: all\nVersion: 1.1-1\n\n"
    "Package: old\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n"
    "Package: half\nStatus: install reinstreq half-installed\nArchitecture: amd64\nVersion: 2\n\n";

TEST(ParsePackages, names_states_and_versions_as_dpkg_takes_them)
{
  const journal::Packages packages = parse_packages(k_status, {}, "");
  ASSERT_EQ(packages.size(), 5U);
  EXPECT_EQ(packages.at("dpkg").state, "ii");
  EXPECT_EQ(packages.at("libc6:i386").version, "2.31-0");
  EXPECT_TRUE(packages.at("cuda-keyring").is_held());
  EXPECT_TRUE(packages.at("cuda-keyring").is_installed());
  EXPECT_EQ(packages.at("old").state, "rc");
  EXPECT_FALSE(packages.at("old").is_installed());
  EXPECT_EQ(packages.at("half").state, "iHR");
  EXPECT_TRUE(packages.at("half").is_installed());
}

TEST(ParsePackages, marks_what_apt_installed_by_itself)
{
  // apt names its own architecture also for packages of all architectures.
  const journal::Packages packages = parse_packages(k_status,
                                                    {},
                                                    "Package: cuda-keyring\nArchitecture: amd64\nAuto-Installed: 1\n\n"
                                                    "Package: libc6\nArchitecture: amd64\nAuto-Installed: 1\n\n"
                                                    "Package: dpkg\nArchitecture: amd64\nAuto-Installed: 0\n");
  EXPECT_EQ(packages.at("cuda-keyring").mark, Mark::automatic);
  EXPECT_EQ(packages.at("libc6:i386").mark, Mark::manual);
  EXPECT_EQ(packages.at("dpkg").mark, Mark::manual);
}

TEST(ParsePackages, what_dpkg_has_not_merged_yet_counts)
{
  const journal::Packages packages =
      parse_packages(k_status,
                     {"Package: new\nStatus: install ok unpacked\nArchitecture: amd64\nVersion: 3\n",
                      "Package: old\nStatus: purge ok not-installed\nArchitecture: amd64\n"},
                     "");
  EXPECT_EQ(packages.at("new").state, "iU");
  EXPECT_FALSE(packages.contains("old"));
}

TEST(ReadSystemState, looks_at_alternatives_and_at_a_dpkg_that_was_cut_off)
{
  test::FakeFiles files;
  files.put("/var/lib/dpkg/status", k_status)
      .put("/var/lib/dpkg/alternatives/cuda", "manual\n/usr/local/cuda\n\n/usr/local/cuda-11.1\n111\n\n")
      .put_link("/etc/alternatives/cuda", "/usr/local/cuda-11.1");
  EXPECT_FALSE(dpkg_was_cut_off(files));
  files.put("/var/lib/dpkg/updates/0000",
            "Package: new\nStatus: install ok unpacked\nArchitecture: amd64\nVersion: 3\n");
  EXPECT_TRUE(dpkg_was_cut_off(files));
  const journal::SystemState state = read_system_state(files);
  EXPECT_TRUE(state.packages.contains("new"));
  EXPECT_EQ(state.alternatives.at("cuda"), (journal::Alternative{"manual", "/usr/local/cuda-11.1"}));
}

} // namespace

} // namespace cudasetup::apply
