#include "resolve/target.hpp"

#include "unit/resolve/asking.hpp"

namespace cudasetup::resolve {
namespace {

using test::sample_host;
using test::sample_manifest;
using test::version;
using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal_of(const Target& target)
{
  return target.findings.constraints.empty() ? "" : target.findings.constraints.front().text;
}

TEST(System, IsFoundWithArchiveGlibcAndGcc)
{
  const manifest::Manifest manifest = sample_manifest();
  const Target target = find_target(manifest, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_TRUE(target.findings.allow());
  EXPECT_EQ(target.os, "ubuntu2204");
  ASSERT_NE(target.archive, nullptr);
  EXPECT_EQ(target.archive->url.text(), "https://example.com/ubuntu2204/x86_64/");
  EXPECT_EQ(target.glibc->text(), "2.35");
  EXPECT_EQ(target.gcc, 11U);
  EXPECT_EQ(target.place, Place::machine);
}

TEST(System, WhatTheMachineHasCountsMoreThanTheRelease)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts = sample_host("22.04");
  facts.glibc = version("2.36");
  facts.gcc = version("12.2.0");
  const Target target = find_target(manifest, facts);
  EXPECT_EQ(target.glibc->text(), "2.36");
  EXPECT_EQ(target.gcc, 12U);
}

TEST(System, InterimUbuntuIsRefusedWithTheLtsBeforeIt)
{
  const manifest::Manifest manifest = sample_manifest();
  EXPECT_EQ(
      refusal_of(find_target(manifest, sample_host("25.10"))),
      "NVIDIA has no CUDA packages for Ubuntu 25.10 that are known here; the nearest is Ubuntu 24.04, planned for "
      "with --os ubuntu24.04");
  EXPECT_THAT(refusal_of(find_target(manifest, sample_host("28.04"))), HasSubstr("--os ubuntu26.04"));
  EXPECT_THAT(refusal_of(find_target(manifest, sample_host("14.04"))), HasSubstr("--os ubuntu18.04"));
}

TEST(System, NumberOfTheWslRecordIsNoUbuntu)
{
  const manifest::Manifest manifest = sample_manifest();
  EXPECT_EQ(find_target(manifest, sample_host("0")).ubuntu, nullptr);
}

TEST(System, DerivativeIsRefusedWithItsUbuntu)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts = sample_host("22");
  facts.os = {"linuxmint", "ubuntu debian", "22", "Linux Mint 22", "jammy"};
  EXPECT_EQ(
      refusal_of(find_target(manifest, facts)),
      "Linux Mint 22 is not an Ubuntu LTS release, and NVIDIA's packages are made for those; the nearest is Ubuntu "
      "22.04, planned for with --os ubuntu22.04");
}

TEST(System, UnknownSystemAndArchitectureAreAskedFor)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts;
  facts.pci_readable = true;
  const Target target = find_target(manifest, facts);
  ASSERT_EQ(target.findings.constraints.size(), 2U);
  EXPECT_THAT(target.findings.constraints[0].text, HasSubstr("name it with --os"));
  EXPECT_THAT(target.findings.constraints[1].text, HasSubstr("name it with --arch"));
}

TEST(System, JetsonIsRefused)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts = sample_host("22.04");
  facts.jetson = true;
  EXPECT_THAT(refusal_of(find_target(manifest, facts)), HasSubstr("use JetPack"));
}

TEST(System, WslUsesItsOwnArchive)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts = sample_host("22.04", {"sm_86"});
  facts.wsl = true;
  const Target target = find_target(manifest, facts);
  EXPECT_EQ(target.os, "wsl-ubuntu");
  EXPECT_EQ(target.archive->os, "wsl-ubuntu");
  EXPECT_EQ(target.ubuntu->os, "ubuntu2204");
  EXPECT_EQ(target.place, Place::wsl);
}

TEST(System, Arm64UsesTheServerArchive)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts = sample_host("22.04");
  facts.arch = base::Arch::arm64;
  EXPECT_EQ(find_target(manifest, facts).archive->url.text(), "https://example.com/ubuntu2204/sbsa/");
}

TEST(Gpus, EachKindCountsOnce)
{
  const manifest::Manifest manifest = sample_manifest();
  const Target target = find_target(manifest, sample_host("22.04", {"10de:1eb8", "10de:1eb8", "10de:2b85"}));
  ASSERT_EQ(target.gpus.size(), 2U);
  EXPECT_EQ(target.gpus[0].label(), "Tesla T4 (10de:1eb8, sm_75)");
  EXPECT_EQ(target.gpus[1].label(), "GeForce RTX 5090 (10de:2b85, sm_120)");
}

TEST(Gpus, OfOtherMakersAndThoseOfVirtualMachinesDoNotCount)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts = sample_host("22.04", {"1002:73bf", "10de:1eb8"});
  facts.gpus[1].bound_driver = "vfio-pci";
  const Target target = find_target(manifest, facts);
  EXPECT_TRUE(target.gpus.empty());
  EXPECT_THAT(test::about(target.findings.cautions, "host"), HasSubstr("Tesla T4 is handed to virtual machines"));
}

TEST(Gpus, UnknownIdIsAskedForAndNeverGuessed)
{
  const manifest::Manifest manifest = sample_manifest();
  const Target target = find_target(manifest, sample_host("22.04", {"10de:ffff", "10de:eeee"}));
  EXPECT_TRUE(target.gpus.empty());
  ASSERT_EQ(target.findings.constraints.size(), 2U);
  EXPECT_THAT(target.findings.constraints[0].text,
              HasSubstr("the NVIDIA GPU 10de:ffff is not known here; name its compute capability, e.g. --gpu sm_90"));
  EXPECT_EQ(target.findings.constraints[0].constraint, "gpu");
}

TEST(Gpus, CapabilityAloneStandsForTheKnownGpusThatHaveIt)
{
  const manifest::Manifest manifest = sample_manifest();
  const Target target = find_target(manifest, sample_host("22.04", {"sm_120", "sm_70", "sm_200"}));
  ASSERT_EQ(target.gpus.size(), 3U);
  EXPECT_EQ(target.gpus[0].label(), "a GPU of sm_120");
  EXPECT_EQ(target.gpus[0].first_branch, 570U);
  EXPECT_EQ(target.gpus[0].module, manifest::KernelModule::open_only);
  EXPECT_EQ(target.gpus[1].last_branch, 580U);
  EXPECT_EQ(target.gpus[1].module, manifest::KernelModule::proprietary_only);
  EXPECT_EQ(target.gpus[2].first_branch, std::nullopt);
  EXPECT_EQ(target.gpus[2].module, manifest::KernelModule::open_only);
}

TEST(Gpus, UnpublishedCapabilityIsACautionAndNoRefusal)
{
  manifest::Manifest manifest = sample_manifest();
  manifest.gpus[3].compute_capability.reset();
  const Resolution resolution =
      test::resolved(test::asking({"--cuda", "12.4"}), manifest, sample_host("22.04", {"10de:1eb8"}));
  EXPECT_THAT(test::about(resolution.cautions, "host"),
              HasSubstr("the compute capability of Tesla T4 (10de:1eb8) is not published"));
}

TEST(Gpus, NoneAtAllIsACautionThatTellsWhy)
{
  const manifest::Manifest manifest = sample_manifest();
  host::HostFacts facts = sample_host("22.04");
  EXPECT_THAT(test::about(find_target(manifest, facts).findings.cautions, "host"),
              HasSubstr("no NVIDIA GPU was found"));
  facts.pci_readable = false;
  EXPECT_THAT(test::about(find_target(manifest, facts).findings.cautions, "host"),
              HasSubstr("the PCI bus could not be read"));
  facts.wsl = true;
  EXPECT_THAT(test::about(find_target(manifest, facts).findings.cautions, "host"),
              HasSubstr("WSL shows no GPU on the PCI bus"));
}

} // namespace
} // namespace cudasetup::resolve
