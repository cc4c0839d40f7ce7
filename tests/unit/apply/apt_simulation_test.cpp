#include "apply/apt_simulation.hpp"

#include "support/tool_text.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using test::tool_text;
using Names = std::vector<std::string>;

TEST(AptSimulation, lists_what_would_be_installed_and_removed)
{
  const AptSimulation simulated = parse_simulation(tool_text("simulate-own-removal"));
  EXPECT_EQ(simulated.installs, Names{"cuda-toolkit-11-0"});
  EXPECT_EQ(simulated.removals, Names{"cuda-toolkit-10-2"});
}

TEST(AptSimulation, leaves_architectures_out_and_counts_purges)
{
  const AptSimulation simulated = parse_simulation("Purg nvidia-driver-450:amd64 [450.1]\nRemv libc6:i386 [2.31]\n"
                                                   "Inst libc6 [2.31] (2.35 Ubuntu:22.04 [amd64])\n");
  EXPECT_EQ(simulated.removals, (Names{"nvidia-driver-450", "libc6"}));
  EXPECT_EQ(simulated.installs, Names{"libc6"});
}

TEST(AptSimulation, takes_nothing_from_other_lines)
{
  const AptSimulation simulated = parse_simulation("Reading package lists...\n  Remv xorg\nRemv\nInstall cuda\n\n");
  EXPECT_TRUE(simulated.removals.empty());
  EXPECT_TRUE(simulated.installs.empty());
}

TEST(CheckSimulation, lets_an_old_cuda_go)
{
  EXPECT_TRUE(check_simulation(parse_simulation(tool_text("simulate-own-removal"))));
  EXPECT_TRUE(check_simulation(parse_simulation(tool_text("simulate-install"))));
}

TEST(CheckSimulation, refuses_the_removal_of_anything_else)
{
  const auto checked = check_simulation(parse_simulation(tool_text("simulate-foreign-removal")));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, base::ErrorKind::packages);
  EXPECT_EQ(checked.error().message, "apt would remove packages that are not NVIDIA's: xorg; nothing was changed");
  ASSERT_EQ(checked.error().hints.size(), 1U);
  EXPECT_EQ(base::to_shell(*checked.error().hints[0].command), "apt-cache policy xorg");
}

TEST(CheckSimulation, names_every_stranger_but_no_package_of_nvidia)
{
  const auto checked = check_simulation({{}, {"cuda-drivers", "ubuntu-desktop", "libnvidia-gl-450", "xorg"}});
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find(": ubuntu-desktop xorg;"), std::string::npos);
}

} // namespace

} // namespace cudasetup::apply
