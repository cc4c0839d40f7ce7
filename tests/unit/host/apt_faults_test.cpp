#include "host/apt_faults.hpp"

#include "host/apt_sources.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string k_new_key = "EB693B3035CD5710E231E123A4B469963BF863CC";
const std::string k_old_key = "AE09FE4BBD223A84B2CCFCE3F60F4B3D7FA2AF80";
const std::string k_other_key = "0123456789012345678901234567890123456789";
const std::string k_archive = "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/";
const std::string k_keyring = "/usr/share/keyrings/cuda-archive-keyring.gpg";
const std::string k_list = "/etc/apt/sources.list.d/cuda-ubuntu2204-x86_64.list";

class AptFaultsTest : public testing::Test {
protected:
  AptFaultsTest()
  {
    m_facts.os.id = "ubuntu";
    m_facts.os.version_id = "22.04";
    m_facts.apt = base::Version::parse("2.4.11");
    m_facts.keyrings = {{k_keyring, {{k_new_key, base::Binding::strong}}}};
  }
  void source(const std::string& line, const std::string& file = k_list)
  {
    for (AptSource& each : parse_one_line_sources(line, file)) {
      m_facts.nvidia_sources.push_back(std::move(each));
    }
  }
  void global(const std::string& path, const std::vector<std::string>& fingerprints)
  {
    Keyring keyring{path, {}};
    for (const std::string& fingerprint : fingerprints) {
      keyring.keys.push_back({fingerprint, base::Binding::strong});
    }
    m_facts.keyrings.push_back(keyring);
  }
  AptFaults faults() { return find_apt_faults(m_facts, {{k_archive}, {k_new_key}, {k_old_key}}); }
  /// The one source that is wrong.
  FaultySource fault()
  {
    const AptFaults all = faults();
    EXPECT_EQ(all.sources.size(), 1U);
    return all.sources.empty() ? FaultySource{} : all.sources.front();
  }

  HostFacts m_facts;
  const std::string m_good = "deb [signed-by=" + k_keyring + "] " + k_archive + " /";
};

TEST_F(AptFaultsTest, AreNoneOnASoundMachine)
{
  source(m_good);
  const AptFaults all = faults();
  EXPECT_THAT(all.sources, IsEmpty());
  EXPECT_THAT(all.keyrings, IsEmpty());
  EXPECT_THAT(all.notes, IsEmpty());
}

TEST_F(AptFaultsTest, TheKeyOfBefore2022AloneIsTheWrongOne)
{
  m_facts.keyrings = {{k_keyring, {{k_old_key, base::Binding::sha1}}}};
  source(m_good);
  EXPECT_EQ(fault().fault, SourceFault::wrong_key);
  EXPECT_EQ(fault().harm, Harm::stands_in_the_way);
  EXPECT_THAT(fault().because, HasSubstr("with 3BF863CC, and apt has only the old 7FA2AF80 for it"));
  m_facts.keyrings.front().keys.push_back({k_new_key, base::Binding::strong});
  EXPECT_THAT(faults().sources, IsEmpty());
}

TEST_F(AptFaultsTest, AKeyThatIsNotThereIsOne)
{
  m_facts.keyrings.clear();
  source(m_good);
  EXPECT_EQ(fault().fault, SourceFault::no_key);
  EXPECT_THAT(fault().because, HasSubstr(k_keyring));
  m_facts.nvidia_keyrings = {k_keyring};
  EXPECT_THAT(faults().sources, IsEmpty()) << "it is there, and what it holds is not known";
}

TEST_F(AptFaultsTest, WhatAptIsToldToTrustNeedsNoKey)
{
  source("deb [trusted=yes] " + k_archive + " /");
  EXPECT_THAT(faults().sources, IsEmpty());
}

TEST_F(AptFaultsTest, OfOthersWithTheSameLayoutTheKeysAreNotJudged)
{
  global("/usr/share/keyrings/company.gpg", {k_other_key});
  source(
      "deb [signed-by=/usr/share/keyrings/company.gpg] https://mirror.example/compute/cuda/repos/ubuntu2204/x86_64 /");
  EXPECT_THAT(faults().sources, IsEmpty());
}

TEST_F(AptFaultsTest, TwoWithDifferentKeysContradictEachOther)
{
  source("deb [signed-by=/usr/share/keyrings/another.gpg] " + k_archive + " /", "/etc/apt/sources.list");
  global("/usr/share/keyrings/another.gpg", {k_new_key});
  source(m_good);
  EXPECT_EQ(fault().source.file, "/etc/apt/sources.list");
  EXPECT_EQ(fault().fault, SourceFault::conflict);
  EXPECT_EQ(fault().harm, Harm::stands_in_the_way);
  EXPECT_THAT(fault().because, HasSubstr(k_list));
}

TEST_F(AptFaultsTest, AnOldSourceAfterANewOneContradictsIt)
{
  source(m_good);
  source("deb " + k_archive.substr(0, k_archive.size() - 1) + " /", "/etc/apt/sources.list.d/x.list");
  global("/etc/apt/trusted.gpg.d/cuda.gpg", {k_new_key});
  EXPECT_EQ(fault().fault, SourceFault::conflict);
  EXPECT_EQ(fault().source.file, "/etc/apt/sources.list.d/x.list");
  EXPECT_EQ(faults().keyrings.at(0).path, "/etc/apt/trusted.gpg.d/cuda.gpg");
  m_facts.apt = base::Version::parse("3.0.3");
  EXPECT_EQ(fault().fault, SourceFault::doubled) << "a new apt takes that";
}

TEST_F(AptFaultsTest, ASourceWithoutAKeyThatContradictsStandsInTheWayWhateverElseIsWrongWithIt)
{
  source(m_good, "/etc/apt/sources.list.d/a.list");
  source("deb " + k_archive + " /", "/etc/apt/sources.list.d/b.list");
  EXPECT_EQ(fault().fault, SourceFault::no_key) << "nothing that apt trusts for all archives signs it";
  EXPECT_EQ(fault().harm, Harm::stands_in_the_way);
}

TEST_F(AptFaultsTest, TheSameTwiceIsUntidyAlone)
{
  source("deb [signed-by=" + k_keyring +
             "] http://developer.download.nvidia.cn/compute/cuda/repos/ubuntu2204/x86_64 ./",
         "/etc/apt/sources.list.d/a.list");
  source(m_good);
  EXPECT_EQ(fault().fault, SourceFault::doubled);
  EXPECT_EQ(fault().harm, Harm::untidy);
  EXPECT_EQ(fault().source.file, "/etc/apt/sources.list.d/a.list") << "https, and in the place of NVIDIA's own package";
}

TEST_F(AptFaultsTest, OtherSuitesOfAnAddressAreNoDoubles)
{
  const std::string deep = "deb https://developer.download.nvidia.com/devtools/repos/all ";
  source(deep + "jammy main\n" + deep + "noble main");
  EXPECT_THAT(faults().sources, IsEmpty());
}

TEST_F(AptFaultsTest, WhatIsGoneAndWhatIsGivenUpAndWhatIsForOthers)
{
  source("deb file:///var/cuda-repo-ubuntu2204-11-8-local /", "gone");
  m_facts.nvidia_sources.back().is_gone = true;
  source("deb http://developer.download.nvidia.com/compute/machine-learning/repos/ubuntu1804/x86_64 /", "ml");
  source("deb [signed-by=" + k_keyring +
             "] https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2004/x86_64/ /",
         "other");
  const AptFaults all = faults();
  ASSERT_EQ(all.sources.size(), 3U);
  EXPECT_EQ(all.sources[0].fault, SourceFault::gone);
  EXPECT_THAT(all.sources[0].because, HasSubstr("/var/cuda-repo-ubuntu2204-11-8-local is not there"));
  EXPECT_EQ(all.sources[1].fault, SourceFault::machine_learning);
  EXPECT_EQ(all.sources[1].harm, Harm::untidy);
  EXPECT_EQ(all.sources[2].fault, SourceFault::other_release);
  EXPECT_THAT(all.sources[2].because, HasSubstr("for ubuntu2004, and this is ubuntu2204"));
}

TEST_F(AptFaultsTest, Sha1IsOneOnlyForAnAptThatRefusesIt)
{
  m_facts.keyrings = {{k_keyring, {{k_new_key, base::Binding::sha1}}}};
  source(m_good);
  EXPECT_THAT(faults().sources, IsEmpty());
  m_facts.apt_refuses_sha1 = true;
  EXPECT_EQ(fault().fault, SourceFault::refused_key);
  EXPECT_THAT(fault().because, HasSubstr("refuses its key 3BF863CC"));
}

TEST_F(AptFaultsTest, KeysForEveryArchiveAreUntidyUnlessAnythingNeedsThem)
{
  source("deb " + k_archive + " /");
  global("/etc/apt/trusted.gpg.d/cuda.asc", {k_new_key, k_old_key});
  EXPECT_EQ(fault().fault, SourceFault::no_signed_by);
  EXPECT_EQ(fault().harm, Harm::untidy);
  EXPECT_EQ(faults().keyrings.size(), 1U);

  source("deb file:/var/cuda-repo-ubuntu2204-11-8-local /", "local");
  EXPECT_THAT(faults().keyrings, IsEmpty());
  ASSERT_EQ(faults().notes.size(), 1U);
  EXPECT_THAT(faults().notes[0].second, HasSubstr("a source of NVIDIA's that names no key needs it"));
}

TEST_F(AptFaultsTest, KeysOfOthersStay)
{
  source(m_good);
  global("/etc/apt/trusted.gpg.d/ubuntu.gpg", {k_other_key});
  EXPECT_THAT(faults().notes, IsEmpty());
  global("/etc/apt/trusted.gpg", {k_other_key, k_old_key});
  EXPECT_THAT(faults().keyrings, IsEmpty());
  ASSERT_EQ(faults().notes.size(), 1U);
  EXPECT_THAT(faults().notes[0].second, HasSubstr("keys of others too"));
}

TEST_F(AptFaultsTest, ANewAptReadsNoTrustedGpg)
{
  source("deb " + k_archive + " /");
  global("/etc/apt/trusted.gpg", {k_new_key});
  EXPECT_EQ(fault().fault, SourceFault::no_signed_by);
  m_facts.apt = base::Version::parse("3.0.3");
  EXPECT_EQ(fault().fault, SourceFault::no_key);
}

TEST_F(AptFaultsTest, AStanzaWithOthersIsForAPersonToMend)
{
  for (AptSource& each : parse_deb822_sources(
           "Types: deb\nURIs: " + k_archive + " http://archive.ubuntu.com/ubuntu\nSuites: /\n", "x.sources")) {
    m_facts.nvidia_sources.push_back(std::move(each));
  }
  EXPECT_THAT(faults().sources, IsEmpty());
  ASSERT_EQ(faults().notes.size(), 1U);
  EXPECT_EQ(faults().notes[0].first, "x.sources");
  EXPECT_THAT(faults().notes[0].second, HasSubstr("by hand"));
}

TEST_F(AptFaultsTest, ALocalInstallerBesideTheNetworkArchiveIsSaid)
{
  source(m_good);
  source("deb [signed-by=" + k_keyring + "] file:/var/cuda-repo-ubuntu2204-11-8-local /", "local");
  EXPECT_THAT(faults().sources, IsEmpty());
  EXPECT_EQ(faults().notes.at(0).first, "local");
}

TEST(ArchiveIdentity, IsTheSameForTheSameArchive)
{
  EXPECT_EQ(archive_identity("http://user:secret@Developer.Download.nvidia.cn/x//"), "developer.download.nvidia.com/x");
  EXPECT_EQ(archive_identity("https://developer.download.nvidia.com/x"), "developer.download.nvidia.com/x");
  EXPECT_EQ(archive_identity("file:///var/cuda-repo-x/"), "/var/cuda-repo-x");
  for (const char* text : {"", "://", "x", "http://", "file:"}) {
    archive_identity(text);
  }
}

} // namespace
} // namespace cudasetup::host
