#include "journal/journal.hpp"
#include "unit/cli/run_fixture.hpp"

namespace cudasetup::cli::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What status and doctor take from the journal.
class DiagnosisTest : public RunTest {
protected:
  DiagnosisTest()
  {
    m_is_root = true;
    m_machine.files.put_directory("/sys/bus/pci/devices");
    boot("one");
  }
  void boot(const std::string& name) { m_machine.files.put("/proc/sys/kernel/random/boot_id", name + "\n"); }
  journal::Journal begin()
  {
    auto begun = journal::Journal::begin(
        m_machine.target, m_machine.clock, {journal::Verb::install, {"--cuda", "12.4"}, "", json::Object{}});
    EXPECT_TRUE(begun);
    return *std::move(begun);
  }
  /// A driver was installed that only a reboot loads.
  void install_driver(std::string_view verdict = "")
  {
    journal::Journal journal = begin();
    EXPECT_TRUE(journal.awaits_boot("one"));
    EXPECT_TRUE(journal.ended(journal::Outcome::done));
    if (!verdict.empty()) {
      EXPECT_TRUE(journal.verified(verdict));
    }
  }
};

TEST_F(DiagnosisTest, ARebootIsAwaitedUntilItHappened)
{
  install_driver();
  EXPECT_THAT(out_of({"doctor"}, 2), HasSubstr("[reboot-awaited]"));
  EXPECT_THAT(out_of({"status"}), HasSubstr("Reboot     needed: transaction 0001 installed a driver that only a"));
  EXPECT_THAT(m_out,
              HasSubstr("install --cuda 12.4: done\n           a reboot loads its driver; it is not verified since\n"));
  boot("two");
  out_of({"doctor"}, 0);
  EXPECT_THAT(out_of({"status"}), HasSubstr("Reboot     not needed\n"));
}

TEST_F(DiagnosisTest, WhatFailedAfterTheRebootIsTold)
{
  install_driver("failed");
  boot("two");
  EXPECT_THAT(out_of({"doctor"}, 2), HasSubstr("[failed-after-reboot]"));
  EXPECT_THAT(out_of({"status"}), HasSubstr("           verified after the reboot: failed\n"));
}

TEST_F(DiagnosisTest, WhatWasVerifiedAfterTheRebootIsFine)
{
  install_driver("passed");
  boot("two");
  out_of({"doctor"}, 0);
  EXPECT_THAT(out_of({"status"}), HasSubstr("           verified after the reboot: passed\n"));
}

TEST_F(DiagnosisTest, ARunThatIsStillAtWorkIsNotCutOff)
{
  begin();
  m_machine.target.put(std::string(journal::k_lock_file), "");
  EXPECT_THAT(out_of({"doctor"}, 2), HasSubstr("[transaction-cut-off]"));
  m_machine.target.hold(std::string(journal::k_lock_file));
  EXPECT_THAT(out_of({"doctor"}, 0), HasSubstr("another run of cudasetup is changing this system just now"));
}

TEST_F(DiagnosisTest, ADamagedJournalIsSaidAndKeepsNothingElseFromBeingLookedAt)
{
  install_driver();
  m_machine.target.put(journal::transaction_path("0001"), "no journal\n{}\n");
  m_machine.target.put("/var/lib/dpkg/updates/0001", "");
  const std::string text = out_of({"doctor"}, 2);
  EXPECT_THAT(text, HasSubstr("[dpkg-interrupted]"));
  EXPECT_THAT(text, HasSubstr("[journal-damaged]"));
  EXPECT_THAT(text, HasSubstr("Not looked at\n  the journal of what cudasetup did: "));
  EXPECT_THAT(out_of({"status"}), HasSubstr("Not seen   the journal of what cudasetup did: "));
  EXPECT_THAT(m_out, Not(HasSubstr("Last done")));
}

TEST_F(DiagnosisTest, VirtualEnvironmentsOfTransactionsAreKnown)
{
  json::Object python = {{"directory", "/srv/venv"}};
  auto begun = journal::Journal::begin(
      m_machine.target,
      m_machine.clock,
      {journal::Verb::install, {}, "", json::Object{{"choice", json::Object{{"python", std::move(python)}}}}});
  ASSERT_TRUE(begun);
  EXPECT_TRUE(begun->ended(journal::Outcome::done));
  m_machine.target.put("/srv/venv/pyvenv.cfg", "");
  m_machine.target.put("/srv/venv/lib/python3.10/site-packages/torch-2.6.0+cu124.dist-info/METADATA", "");
  EXPECT_THAT(out_of({"status"}), HasSubstr("Python     2.6.0+cu124 in /srv/venv\n"));
}

} // namespace
} // namespace cudasetup::cli::test
