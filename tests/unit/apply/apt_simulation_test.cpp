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
  EXPECT_EQ(simulated.installs.size(), 1U);
  EXPECT_TRUE(simulated.installs.contains("cuda-toolkit-11-0"));
  EXPECT_EQ(simulated.removals, Names{"cuda-toolkit-10-2"});
}

TEST(AptSimulation, names_those_of_other_architectures_and_counts_purges)
{
  const AptSimulation simulated = parse_simulation("Purg nvidia-driver-450 [450.1]\nRemv libc6:i386 [2.31]\n"
                                                   "Inst libc6 [2.31] (2.35 Ubuntu:22.04 [amd64])\n");
  EXPECT_EQ(simulated.removals, (Names{"nvidia-driver-450", "libc6:i386"}));
  EXPECT_EQ(simulated.installs.at("libc6"), "2.35");
}

TEST(AptSimulation, takes_nothing_from_other_lines)
{
  const AptSimulation simulated = parse_simulation("Reading package lists...\n  Remv xorg\nRemv\nInstall cuda\n\n");
  EXPECT_TRUE(simulated.removals.empty());
  EXPECT_TRUE(simulated.installs.empty());
}

TEST(CheckAsked, every_package_comes_at_its_version_or_is_there_at_it)
{
  const AptSimulation simulated = parse_simulation("Inst cuda-nvcc-11-1 (11.1.105-1 NVIDIA CUDA [amd64])\n"
                                                   "Inst make [4.2] (4.3-4.1 Ubuntu:22.04 [amd64])\n");
  const std::map<std::string, host::InstalledPackage> installed = {{"unzip", {"6.0-26", true}}};
  EXPECT_TRUE(check_asked({"cuda-nvcc-11-1=11.1.105-1", "make", "unzip", "unzip=6.0-26"}, simulated, installed));
  EXPECT_TRUE(check_asked({"cuda-nvcc-11-1=11.1.105-*", "unzip=6.0-*"}, simulated, installed));
  EXPECT_FALSE(check_asked({"cuda-nvcc-11-1=11.1.10-*"}, simulated, installed));
  EXPECT_TRUE(check_asked({"unzip-"}, simulated, installed)) << "one that is to go";
  const auto other = check_asked({"cuda-nvcc-11-1=11.1.74-1"}, simulated, installed);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, base::ErrorKind::packages);
  EXPECT_EQ(other.error().message,
            "apt would not install cuda-nvcc-11-1 11.1.74-1 but 11.1.105-1; nothing was changed");
  EXPECT_EQ(base::to_shell(other.error().hints.at(0).command.value()), "apt-cache policy cuda-nvcc-11-1");
  for (const std::string missing : {"g++-10", "unzip=6.0-27", "cmake=3.1"}) {
    const auto checked = check_asked({missing}, simulated, installed);
    ASSERT_FALSE(checked) << missing;
    EXPECT_EQ(checked.error().message, "apt would not install " + missing + "; nothing was changed");
  }
}

TEST(AptCost, counts_what_is_fetched_and_what_stays)
{
  const AptCost cost = parse_cost(
      "Need to get 0 B/567 kB of archives.\n"
      "After this operation, 2023 kB of additional disk space will be used.\n"
      "'http://archive.ubuntu.com/ubuntu/pool/m/make_4.3_amd64.deb' make_4.3_amd64.deb 396640 SHA256:00\n"
      "'file:/var/cuda-repo/./cuda_11.1_amd64.deb' cuda_11.1_amd64.deb 1000 SHA256:00\n"
      "'http://archive.ubuntu.com/ubuntu/pool/u/unzip_6.0_amd64.deb' unzip_6.0_amd64.deb 170000 MD5Sum:00\n");
  EXPECT_EQ(cost.download_bytes, 566640U);
  EXPECT_EQ(cost.disk_bytes, 2'023'000U);
  ASSERT_EQ(cost.addresses.size(), 3U);
  EXPECT_EQ(cost.addresses[0], "http://archive.ubuntu.com/ubuntu/pool/m/make_4.3_amd64.deb");
}

TEST(AptCost, reads_apts_units_and_knows_what_it_does_not_know)
{
  const auto disk = [](const std::string& amount) {
    return parse_cost("After this operation, " + amount + " of additional disk space will be used.\n").disk_bytes;
  };
  EXPECT_EQ(disk("0 B"), 0U);
  EXPECT_EQ(disk("12.3 MB"), 12'300'000U);
  EXPECT_EQ(disk("7041 MB"), 7'041'000'000U);
  EXPECT_EQ(disk("10.2 GB"), 10'200'000'000U);
  EXPECT_EQ(disk("many MB"), std::nullopt);
  EXPECT_EQ(parse_cost("After this operation, 12 MB disk space will be freed.\n").disk_bytes, 0U);
  EXPECT_EQ(parse_cost("").disk_bytes, std::nullopt);
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
