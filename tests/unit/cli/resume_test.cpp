#include "journal/seal.hpp"
#include "run_fixture.hpp"

namespace cudasetup::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* k_unit = "/etc/systemd/system/cudasetup-after-boot.service";
constexpr const char* k_link = "/etc/systemd/system/multi-user.target.wants/cudasetup-after-boot.service";
constexpr const char* k_boot_id = "/proc/sys/kernel/random/boot_id";

/// A machine on which a driver was installed during the boot "one", and the unit written.
class ResumeTest : public test::RunTest {
protected:
  ResumeTest()
  {
    m_is_root = true;
    record("0001",
           {R"({"schema":"cudasetup.journal/1","id":"0001","verb":"install",)"
            R"("arguments":["--cuda","none","--torch","none","--driver","keep"],"plan":{"steps":[]},"at":"T"})",
            R"({"event":"awaits-boot","boot":"one","at":"T"})",
            R"({"event":"ended","outcome":"done","at":"T"})"});
    m_machine.target.put(k_unit, "[Unit]\n");
    EXPECT_TRUE(m_machine.target.make_directories("/etc/systemd/system/multi-user.target.wants", 0755));
    EXPECT_TRUE(m_machine.target.make_link(k_link, k_unit));
    m_machine.files.put(k_boot_id, "one\n");
    m_machine.target.put("/sys/module/nvidia/version", "535.183.01\n");
    m_machine.target.put("/proc/driver/nvidia/version",
                         "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\n");
  }
  void record(const std::string& id, const std::vector<std::string>& records)
  {
    std::string text;
    std::string seal;
    for (const std::string& each : records) {
      const std::string line = journal::sealed(each, seal);
      seal = journal::check_seal(line, seal).value();
      text += line + "\n";
    }
    m_machine.target.put("/var/lib/cudasetup/transactions/" + id + ".jsonl", text, 0600);
    EXPECT_TRUE(m_machine.target.set_mode("/var/lib/cudasetup", 0700));
    EXPECT_TRUE(m_machine.target.set_mode("/var/lib/cudasetup/transactions", 0700));
  }
  bool unit_is_there()
  {
    return m_machine.target.status(k_unit, effects::FollowLinks::no) ||
           m_machine.target.status(k_link, effects::FollowLinks::no);
  }
};

TEST_F(ResumeTest, before_the_reboot_there_is_nothing_to_go_on_with_yet)
{
  const auto before = m_machine.target.nodes();
  EXPECT_EQ(run({"resume"}), 10);
  EXPECT_THAT(m_err, HasSubstr("sudo reboot"));
  expect_untouched(before);
  EXPECT_THAT(out_of({"history"}), HasSubstr("(awaits a reboot)"));
}

TEST_F(ResumeTest, after_the_reboot_it_is_verified_once_and_the_unit_goes)
{
  m_machine.files.put(k_boot_id, "two\n");
  EXPECT_EQ(run({"resume"}), 40) << "the driver's device files are missing: " << m_err;
  EXPECT_THAT(m_out, HasSubstr("driver"));
  EXPECT_FALSE(unit_is_there());
  EXPECT_THAT(out_of({"history", "0001"}), HasSubstr("verified after the reboot: failed"));
  EXPECT_THAT(out_of({"history"}), Not(HasSubstr("awaits")));
}

TEST_F(ResumeTest, a_later_transaction_does_not_hide_the_one_that_awaits_the_boot)
{
  record("0002",
         {R"({"schema":"cudasetup.journal/1","id":"0002","verb":"install","arguments":[],"plan":{},"at":"T"})",
          R"({"event":"ended","outcome":"done","at":"T"})"});
  EXPECT_EQ(run({"resume"}), 10);
  EXPECT_THAT(m_err, HasSubstr("transaction 0001"));
}

TEST_F(ResumeTest, after_a_boot_nothing_else_is_gone_on_with)
{
  m_machine.files.put(k_boot_id, "two\n");
  record("0002",
         {R"({"schema":"cudasetup.journal/1","id":"0002","verb":"uninstall","arguments":[],"plan":{},"at":"T"})"});
  EXPECT_EQ(run({"resume", "--after-boot"}), 40) << m_err;
  EXPECT_FALSE(unit_is_there());
  EXPECT_THAT(out_of({"history", "0001"}), HasSubstr("verified after the reboot"));
  EXPECT_THAT(out_of({"history"}), HasSubstr("0002  T  unfinished"));
}

TEST_F(ResumeTest, what_was_taken_back_awaits_nothing_and_the_unit_goes)
{
  record("0002",
         {R"({"schema":"cudasetup.journal/1","id":"0002","verb":"undo","of":"0001","arguments":[],"plan":{},"at":"T"})",
          R"({"event":"ended","outcome":"done","at":"T"})"});
  EXPECT_EQ(text_at(document_of({"resume", "--json", "--dry-run"}), "schema"), "cudasetup.resume/1");
  EXPECT_TRUE(unit_is_there()) << "that was a dry run";
  EXPECT_EQ(run({"resume"}), 0);
  EXPECT_THAT(m_out, HasSubstr("Nothing to go on with"));
  EXPECT_FALSE(unit_is_there());
}

TEST_F(ResumeTest, one_of_which_nothing_is_left_to_do_has_ended_then)
{
  m_machine.target.put("/etc/x", "1");
  record("0002",
         {R"({"schema":"cudasetup.journal/1","id":"0002","verb":"uninstall",)"
          R"("arguments":["--cuda","12.4"],"plan":{},"at":"T"})"});
  const auto before = m_machine.target.nodes();
  EXPECT_EQ(run({"resume", "--dry-run"}), 0) << m_err;
  EXPECT_THAT(m_out, HasSubstr("#!/bin/sh"));
  expect_untouched(before);
  EXPECT_THAT(out_of({"resume"}), HasSubstr("Nothing to uninstall"));
  EXPECT_THAT(out_of({"history"}), HasSubstr("0002  T  done"));
}

TEST_F(ResumeTest, takes_no_more_of_the_network_than_it_may_now)
{
  record("0002",
         {R"({"schema":"cudasetup.journal/1","id":"0002","verb":"install",)"
          R"("arguments":["--cuda","11.1","--jobs","5","--limit-rate","1M"],"plan":{},"at":"T"})"});
  run({"resume", "-n", "--limit-rate", "2M"});
  EXPECT_EQ(m_machine.network.limits().connections, 5U);
  EXPECT_EQ(m_machine.network.limits().bytes_per_second, 2'097'152U);
  run({"resume", "-n", "--jobs", "2"});
  EXPECT_EQ(m_machine.network.limits().connections, 2U);
  EXPECT_EQ(m_machine.network.limits().bytes_per_second, 1'048'576U);
  run({"resume", "-n", "--jobs", "16"});
  EXPECT_EQ(m_machine.network.limits().connections, 16U) << "also where it is what goes without saying";
}

TEST_F(ResumeTest, goes_on_in_the_system_that_the_journal_is_in)
{
  m_machine.files.put_directory("/srv/image").put_directory("/srv/other");
  record("0002",
         {R"({"schema":"cudasetup.journal/1","id":"0002","verb":"uninstall",)"
          R"("arguments":["--cuda","12.4","--root","/srv/other"],"plan":{},"at":"T"})"});
  m_machine.target.put("/usr/local/cuda-12.4/bin/nvcc", "", 0755);
  EXPECT_THAT(out_of({"resume", "-n", "--root", "/srv/image"}),
              AllOf(HasSubstr("chroot /srv/image rm -rf -- /usr/local/cuda-12.4"), Not(HasSubstr("/srv/other"))));
  EXPECT_THAT(out_of({"resume", "-n"}), AllOf(HasSubstr("\nrm -rf -- /usr/local/cuda-12.4"), Not(HasSubstr("chroot"))));
}

TEST_F(ResumeTest, a_dry_run_after_the_reboot_verifies_nothing)
{
  m_machine.files.put(k_boot_id, "two\n");
  const auto before = m_machine.target.nodes();
  EXPECT_THAT(out_of({"resume", "-n"}), HasSubstr("would be verified"));
  expect_untouched(before);
}

} // namespace
} // namespace cudasetup::cli
