#include "apply/package_progress.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cudasetup::apply {
namespace {

/// What apt-get printed, and what is known of its progress after each line that says something of it.
std::vector<std::string> course(const std::vector<std::string>& lines)
{
  PackageProgress progress;
  std::vector<std::string> known;
  for (const std::string& line : lines) {
    if (const auto now = progress.after(line)) {
      EXPECT_EQ(now->unit, effects::Progress::Unit::packages);
      known.push_back(now->what + " " + std::to_string(now->done) +
                      (now->total ? " of " + std::to_string(*now->total) : ""));
    }
  }
  if (const auto end = progress.at_end()) {
    known.push_back("at the end " + std::to_string(end->done));
  }
  return known;
}

TEST(PackageProgressTest, counts_what_is_over_of_what_apt_announced)
{
  EXPECT_EQ(course({"Reading package lists...",
                    "1 upgraded, 2 newly installed, 1 reinstalled, 3 downgraded, 1 to remove and 7 not upgraded.",
                    "(Reading database ... 4711 files and directories currently installed.)",
                    "Removing cuda-old (10.2-1) ...",
                    "Preparing to unpack .../cuda-a_11.1-1_amd64.deb ...",
                    "Unpacking cuda-a (11.1-1) ...",
                    "Selecting previously unselected package cuda-b.",
                    "Unpacking cuda-b:amd64 (11.1-1) over (11.0-1) ...",
                    "Setting up cuda-a (11.1-1) ...",
                    "Setting up cuda-b:amd64 (11.1-1) ...",
                    "Processing triggers for libc-bin (2.31) ..."}),
            (std::vector<std::string>{"packages removed 0 of 1",
                                      "packages unpacked 0 of 7",
                                      "packages unpacked 1 of 7",
                                      "packages set up 0 of 7",
                                      "packages set up 1 of 7",
                                      "at the end 2"}));
}

TEST(PackageProgressTest, without_an_announcement_there_is_no_total)
{
  EXPECT_EQ(course({"Setting up cuda-a (11.1-1) ...", "Setting up cuda-b (11.1-1) ..."}),
            (std::vector<std::string>{"packages set up 0", "packages set up 1", "at the end 2"}));
}

TEST(PackageProgressTest, other_lines_say_nothing)
{
  EXPECT_TRUE(
      course({"", "...", "Setting up", "upgraded, 1", "E: Unpacking failed", "Removing obsolete file"}).empty());
}

} // namespace
} // namespace cudasetup::apply
