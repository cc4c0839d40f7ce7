#include "cli/host_overrides.hpp"

#include "built_in/built_in.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::cli {
namespace {

using testing::HasSubstr;

const manifest::Manifest& known()
{
  static const manifest::Manifest manifest = built_in::manifest();
  return manifest;
}

host::HostFacts probed()
{
  host::HostFacts facts;
  facts.os.id = "ubuntu";
  facts.os.version_id = "22.04";
  facts.arch = base::Arch::amd64;
  facts.gcc = base::Version::parse("11.4.0");
  facts.packages["cuda-toolkit-12-4"] = {"12.4.1-1", true};
  facts.gpus.resize(1);
  facts.gpus[0].id = base::PciId::parse("10de:2684");
  return facts;
}

TEST(OverrideFacts, another_release_is_another_machine_with_nothing_of_this_one)
{
  host::HostFacts facts = probed();
  HostOptions options;
  options.os = "ubuntu18.04";
  ASSERT_TRUE(override_facts(options, known(), facts));
  EXPECT_EQ(facts.os.version_id, "18.04");
  EXPECT_EQ(facts.os.ubuntu_codename, "bionic");
  EXPECT_TRUE(facts.packages.empty());
  EXPECT_TRUE(facts.gpus.empty());
  EXPECT_EQ(facts.gcc.value().major_part(), 7U);
}

TEST(OverrideFacts, the_same_release_keeps_what_was_found)
{
  for (const char* os : {"ubuntu22.04", "ubuntu2204", "22.04"}) {
    host::HostFacts facts = probed();
    HostOptions options;
    options.os = os;
    ASSERT_TRUE(override_facts(options, known(), facts)) << os;
    EXPECT_EQ(facts.packages.size(), 1U) << os;
    EXPECT_FALSE(names_another_machine(options, facts)) << os;
  }
}

TEST(OverrideFacts, a_named_architecture_fills_in_one_that_was_not_found)
{
  host::HostFacts facts = probed();
  facts.arch.reset();
  HostOptions options;
  options.arch = base::Arch::arm64;
  EXPECT_FALSE(names_another_machine(options, facts));
  ASSERT_TRUE(override_facts(options, known(), facts));
  EXPECT_EQ(facts.arch, base::Arch::arm64);
  EXPECT_EQ(facts.packages.size(), 1U);
}

TEST(OverrideFacts, named_gpus_take_the_place_of_those_found)
{
  host::HostFacts facts = probed();
  HostOptions options;
  options.gpus = {"10de:1eb8", "sm_86"};
  ASSERT_TRUE(override_facts(options, known(), facts));
  ASSERT_EQ(facts.gpus.size(), 2U);
  EXPECT_EQ(facts.gpus[0].id, base::PciId::parse("10de:1eb8"));
  EXPECT_EQ(facts.gpus[1].capability, (base::ComputeCapability{8, 6}));
  options.gpus = {"none"};
  ASSERT_TRUE(override_facts(options, known(), facts));
  EXPECT_TRUE(facts.gpus.empty());
  EXPECT_TRUE(facts.pci_readable);
}

TEST(OverrideFacts, driver_container_and_wsl_are_as_told)
{
  host::HostFacts facts = probed();
  HostOptions options;
  options.driver_present = "470.57.02";
  options.container = Switch::on;
  options.wsl = Switch::on;
  ASSERT_TRUE(override_facts(options, known(), facts));
  EXPECT_EQ(facts.driver.value().version.text(), "470.57.02");
  EXPECT_NE(facts.container, host::Container::none);
  EXPECT_TRUE(facts.wsl);
  options.driver_present = "none";
  ASSERT_TRUE(override_facts(options, known(), facts));
  EXPECT_FALSE(facts.driver);
}

TEST(OverrideFacts, an_unknown_release_is_answered_with_the_nearest)
{
  host::HostFacts facts = probed();
  HostOptions options;
  options.os = "ubuntu22.40";
  const auto result = override_facts(options, known(), facts);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, base::ErrorKind::usage);
  ASSERT_FALSE(result.error().hints.empty());
  EXPECT_THAT(result.error().hints[0].text, HasSubstr("ubuntu22.04"));
  options.os = "ubuntu28.40";
  const auto future = override_facts(options, known(), facts);
  ASSERT_EQ(future.error().hints.size(), 1U);
  EXPECT_EQ(future.error().hints[0].text, "the newest that is known is ubuntu26.04");
  options.os = "jammy";
  EXPECT_THAT(override_facts(options, known(), facts).error().hints[0].text, HasSubstr("did you mean ubuntu22.04"));
}

TEST(OverrideFacts, a_release_that_is_not_known_yet_or_no_longer_served_is_left_to_be_answered)
{
  for (const auto& [typed, number] :
       {std::pair("ubuntu28.04", "28.04"), std::pair("ubuntu1604", "16.04"), std::pair("22.10", "22.10")}) {
    host::HostFacts facts = probed();
    HostOptions options;
    options.os = typed;
    ASSERT_TRUE(override_facts(options, known(), facts)) << typed;
    EXPECT_EQ(facts.os.id, "ubuntu");
    EXPECT_EQ(facts.os.version_id, number);
    EXPECT_FALSE(facts.glibc) << typed;
  }
}

TEST(NamesAnotherMachine, tells_release_and_architecture_apart)
{
  HostOptions options;
  EXPECT_FALSE(names_another_machine(options, probed()));
  options.arch = base::Arch::arm64;
  EXPECT_TRUE(names_another_machine(options, probed()));
  options.arch = base::Arch::amd64;
  EXPECT_FALSE(names_another_machine(options, probed()));
  options.os = "ubuntu24.04";
  EXPECT_TRUE(names_another_machine(options, probed()));
  host::HostFacts debian = probed();
  debian.os.id = "debian";
  options.os = "ubuntu22.04";
  EXPECT_TRUE(names_another_machine(options, debian));
}

} // namespace
} // namespace cudasetup::cli
