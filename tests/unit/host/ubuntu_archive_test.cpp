#include "host/ubuntu_archive.hpp"

#include "host/facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> shown(const std::vector<UbuntuSource>& sources)
{
  std::vector<std::string> lines;
  for (const UbuntuSource& source : sources) {
    std::string line = source.uri + " " + source.suite;
    for (const std::string& component : source.components) {
      line += " " + component;
    }
    lines.push_back(line + (source.signed_by.empty() ? "" : " by " + source.signed_by));
  }
  return lines;
}

TEST(UbuntuSources, OfTheOneLineForm)
{
  EXPECT_THAT(shown(parse_ubuntu_lines(
                  "# deb http://archive.ubuntu.com/ubuntu jammy multiverse\n"
                  "deb http://archive.ubuntu.com/ubuntu jammy main restricted # the first\n"
                  "deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/u jammy-updates main universe\n"
                  "deb-src http://archive.ubuntu.com/ubuntu jammy multiverse\n"
                  "deb http://archive.ubuntu.com/ubuntu jammy-proposed multiverse\n"
                  "deb http://archive.ubuntu.com/ubuntu noble multiverse\n"
                  "deb https://ppa.launchpadcontent.net/graphics-drivers/ppa/ubuntu jammy main\n"
                  "deb https://example.com/tool jammy stable\n"
                  "deb https://tools.example/ubuntu jammy main\n"
                  "deb [broken\n",
                  "jammy")),
              ElementsAre("http://archive.ubuntu.com/ubuntu jammy main restricted",
                          "https://mirror.example/u jammy-updates main universe by /k.gpg"));
}

TEST(UbuntuSources, OfTheOtherForm)
{
  const std::string text = "Types: deb deb-src\nURIs: http://archive.ubuntu.com/ubuntu\nSuites: noble noble-updates "
                           "noble-backports\nComponents: main universe\nSigned-By: /usr/share/keyrings/u.gpg\n\n"
                           "Enabled: no\nTypes: deb\nURIs: http://a.example/ubuntu\nSuites: noble\nComponents: "
                           "multiverse\n\nTypes: deb-src\nURIs: http://a.example/ubuntu\nSuites: noble\nComponents: "
                           "restricted\n";
  EXPECT_THAT(shown(parse_ubuntu_stanzas(text, "noble")),
              ElementsAre("http://archive.ubuntu.com/ubuntu noble main universe by /usr/share/keyrings/u.gpg",
                          "http://archive.ubuntu.com/ubuntu noble-updates main universe by /usr/share/keyrings/u.gpg"));
}

TEST(UbuntuSources, WhichComponentsAptUses)
{
  UbuntuArchive archive;
  EXPECT_EQ(archive.has_component("restricted"), std::nullopt) << "nobody looked";
  archive.is_known = true;
  EXPECT_EQ(archive.has_component("restricted"), false);
  archive.sources = parse_ubuntu_lines("deb http://a.example/ubuntu jammy main restricted", "jammy");
  EXPECT_EQ(archive.has_component("restricted"), true);
  EXPECT_EQ(archive.has_component("multiverse"), false);
}

TEST(UbuntuLists, AreToldByTheirNames)
{
  const auto component = [](std::string_view file) { return listed_component(file, "noble", base::Arch::amd64); };
  EXPECT_EQ(component("archive.ubuntu.com_ubuntu_dists_noble-updates_restricted_binary-amd64_Packages"), "restricted");
  EXPECT_EQ(component("127.0.0.1:81_ubuntu_dists_noble_multiverse_binary-amd64_Packages"), "multiverse");
  EXPECT_EQ(component("archive.ubuntu.com_ubuntu_dists_noble_universe_binary-amd64_Packages"), "");
  EXPECT_EQ(component("archive.ubuntu.com_ubuntu_dists_noble_restricted_binary-arm64_Packages"), "");
  EXPECT_EQ(component("archive.ubuntu.com_ubuntu_dists_noble-proposed_restricted_binary-amd64_Packages"), "");
  EXPECT_EQ(component("archive.ubuntu.com_ubuntu_dists_jammy_restricted_binary-amd64_Packages"), "");
  EXPECT_EQ(component("archive.ubuntu.com_ubuntu_dists_noble_restricted_binary-amd64_Packages.lz4"), "");
  EXPECT_EQ(component("archive.ubuntu.com_ubuntu_dists_noble_InRelease"), "");
}

TEST(UbuntuLists, TellWhatThereIsOfTheDriver)
{
  std::map<std::string, ListedPackage> packages;
  const std::string old = "Package: nvidia-driver-580\nArchitecture: amd64\nVersion: 580.95.05-0ubuntu0.24.04.1\n"
                          "Depends: libnvidia-gl-580 (= 580.95.05-0ubuntu0.24.04.1), nvidia-dkms-580\n";
  const std::string list =
      "Package: nvidia-driver-580\nVersion: 580.178.04-0ubuntu0.24.04.1\nDepends: libnvidia-gl-580, nvidia-dkms-580\n"
      "Description: d\n\n"
      "Package: nvidia-driver-535\nVersion: 535.309.01-0ubuntu0.24.04.1\nDepends: nvidia-driver-580\n\n"
      "Package: nvidia-driver-assistant\nVersion: 1\n\n"
      "Package: linux-modules-nvidia-580-6.8.0-136-generic\nVersion: 6.8.0-136.136\nDepends: "
      "linux-image-6.8.0-136-generic "
      "| linux-image-unsigned-6.8.0-136-generic, nvidia-kernel-common-580 (<= 580.159.03-1), nvidia-kernel-common-580 "
      "(>= 580.159.03)\n\n"
      "Package: linux-modules-nvidia-580-6.8.0-137-generic\nVersion: 6.8.0-137.137\n\n"
      "Package: linux-modules-nvidia-580-generic\nVersion: 6.8.0-151.151\n\n"
      "Package: nvidia-fabricmanager-580\nVersion: 580.178.04-0ubuntu0.24.04.1";
  add_listed(list, "restricted", {"6.8.0-136-generic", "generic"}, packages);
  add_listed(old, "restricted", {}, packages);
  ASSERT_EQ(packages.size(), 5U);
  EXPECT_EQ(packages["nvidia-driver-580"], (ListedPackage{"580.178.04-0ubuntu0.24.04.1", "restricted", "", ""}));
  EXPECT_EQ(packages["nvidia-driver-535"].becomes, "nvidia-driver-580");
  EXPECT_EQ(packages["linux-modules-nvidia-580-6.8.0-136-generic"].at_most, "580.159.03-1");
  EXPECT_TRUE(packages.contains("linux-modules-nvidia-580-generic"));
  EXPECT_TRUE(packages.contains("nvidia-fabricmanager-580"));
  std::map<std::string, ListedPackage> none;
  add_listed("nonsense\n\n\n\nPackage:", "restricted", {"generic"}, none);
  EXPECT_THAT(none, IsEmpty());
}

TEST(KernelFlavour, IsWhatTheMetaPackageSays)
{
  std::map<std::string, InstalledPackage> packages = {{"linux-image-6.8.0-151-generic", {"6.8.0-151.151"}}};
  EXPECT_EQ(kernel_flavour(packages, "6.8.0-151-generic"), std::nullopt) << "the kernel's own name is no flavour";
  packages["linux-image-generic-hwe-24.04"] = {"7.0.0-43.43~24.04.1"};
  EXPECT_EQ(kernel_flavour(packages, "7.0.0-43-generic"), "generic-hwe-24.04");
  packages["linux-image-generic"] = {"6.8.0-151.151"};
  EXPECT_EQ(kernel_flavour(packages, "7.0.0-40-generic"), "generic-hwe-24.04");
  EXPECT_EQ(kernel_flavour(packages, "6.8.0-136-generic"), "generic");
  EXPECT_EQ(kernel_flavour(packages, ""), "generic-hwe-24.04") << "the newest";
  EXPECT_EQ(kernel_flavour({{"linux-image-generic", {"5.15.0.204.88"}}}, "5.15.0-204-generic"), "generic");
  EXPECT_EQ(kernel_flavour({{"linux-image-virtual-hwe-22.04", {"6.8.0-149.1"}}}, ""), "generic-hwe-22.04");
}

} // namespace
} // namespace cudasetup::host
