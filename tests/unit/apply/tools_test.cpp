#include "apply/tools.hpp"

#include "base/text.hpp"
#include "support/fake_machine.hpp"
#include "support/tool_text.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using base::Command;
using base::ErrorKind;
using std::chrono::seconds;
using test::tool_text;

const std::vector<std::string> k_install = {"apt-get", "install", "cuda-toolkit-11-1=11.1.1-1"};

class ToolsTest : public testing::Test {
protected:
  /// Ends as each of these, one after the other; the last one stays.
  void install_ends(std::vector<effects::ProcessResult> results)
  {
    m_results = std::move(results);
    m_machine.processes.answer_with(k_install, [this](const Command&) {
      const effects::ProcessResult result = m_results.front();
      if (m_results.size() > 1) {
        m_results.erase(m_results.begin());
      }
      return base::Result<effects::ProcessResult>(result);
    });
  }
  static effects::ProcessResult ends(int status, std::string out, std::string err)
  {
    effects::ProcessResult result;
    result.status = status;
    result.out = std::move(out);
    result.err = std::move(err);
    return result;
  }
  base::Result<std::string> run(unsigned lock_timeout = 60, const std::string& root = "")
  {
    return Tools(m_machine.effects, root, lock_timeout).run(Command{k_install});
  }
  std::string log() { return m_machine.target.read(std::string(k_terminal_log)).value_or(""); }

  test::FakeMachine m_machine;
  std::vector<effects::ProcessResult> m_results;
};

TEST_F(ToolsTest, gives_what_a_successful_command_printed)
{
  install_ends({ends(0, "out\n", "err\n")});
  EXPECT_EQ(run().value(), "out\n");
}

TEST_F(ToolsTest, shows_every_line_as_it_comes_and_the_unfinished_last_one)
{
  install_ends({ends(0, "Reading package lists...\n\nSetting up \x1b[1mcuda", "W: something\n")});
  ASSERT_TRUE(run());
  std::vector<std::string> lines;
  for (const auto& output : m_machine.events.all<effects::ToolOutput>()) {
    EXPECT_EQ(output.tool, "apt-get");
    lines.push_back(output.line);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"Reading package lists...", "W: something", "Setting up ?[1mcuda"}));
}

TEST_F(ToolsTest, logs_command_output_and_status_for_root_and_its_group_alone)
{
  install_ends({ends(0, "Setting up cuda\n", "W: something")});
  ASSERT_TRUE(run());
  EXPECT_EQ(log(),
            "+ 2019-12-20T00:00:00Z apt-get install cuda-toolkit-11-1=11.1.1-1\nSetting up cuda\nW: something\n= 0\n");
  EXPECT_EQ(m_machine.target.node(std::string(k_terminal_log))->mode, 0640U);
}

TEST_F(ToolsTest, goes_on_without_a_log_that_cannot_be_written)
{
  install_ends({ends(0, "done\n", "")});
  m_machine.target.fail(test::FileOperation::append,
                        std::string(k_terminal_log),
                        base::make_error(ErrorKind::no_space, "the disk is full"));
  EXPECT_EQ(run().value(), "done\n");
}

TEST_F(ToolsTest, the_log_shows_a_command_that_is_still_running)
{
  m_machine.processes.answer_with(k_install, [this](const Command&) -> base::Result<effects::ProcessResult> {
    EXPECT_EQ(log(), "+ 2019-12-20T00:00:00Z apt-get install cuda-toolkit-11-1=11.1.1-1\n");
    return base::fail(ErrorKind::interrupted, "left while a program was still running");
  });
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::interrupted);
  EXPECT_TRUE(log().ends_with("= left while a program was still running\n"));
}

TEST_F(ToolsTest, waits_for_a_lock_and_says_whose_it_is_once)
{
  install_ends({ends(100, "", tool_text("lock-apt")), ends(100, "", tool_text("lock-apt")), ends(0, "done\n", "")});
  EXPECT_EQ(run().value(), "done\n");
  EXPECT_EQ(m_machine.clock.slept(), seconds(10));
  EXPECT_EQ(m_machine.events.notices(), "waiting for apt's lock, which process 18879 (unattended-upgr) holds\n");
}

TEST_F(ToolsTest, waits_before_it_runs_a_command_and_says_once_for_whom)
{
  m_machine.target.own("/var/lib/dpkg/lock-frontend", 7, 3);
  m_machine.files.put("/proc/7/comm", "unattended-upgr\n");
  install_ends({ends(0, "done\n", "")});
  EXPECT_EQ(run().value(), "done\n");
  EXPECT_EQ(m_machine.clock.slept(), seconds(3));
  EXPECT_EQ(m_machine.events.notices(), "waiting for apt's lock, which process 7 (unattended-upgr) holds\n");
}

TEST_F(ToolsTest, does_not_start_a_command_while_the_lock_is_held_past_the_limit)
{
  m_machine.target.own("/var/lib/dpkg/lock", 7, 100);
  const auto result = run(4);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::busy);
  EXPECT_EQ(result.error().message, "process 7 holds apt's lock");
  EXPECT_EQ(m_machine.clock.slept(), seconds(4));
  EXPECT_TRUE(m_machine.processes.calls().empty());
}

TEST_F(ToolsTest, does_not_wait_where_packages_are_only_looked_at)
{
  m_machine.target.own("/var/lib/dpkg/lock-frontend", 7, 100);
  const std::vector<std::string> simulate = {"apt-get", "--simulate", "install", "cuda-toolkit-11-1"};
  m_machine.processes.answer(simulate, "Inst cuda-toolkit-11-1\n");
  EXPECT_TRUE(Tools(m_machine.effects, "", 60).run(Command{simulate}));
  EXPECT_EQ(m_machine.clock.slept(), seconds(0));
}

TEST_F(ToolsTest, gives_up_after_the_limit_and_names_the_holder)
{
  install_ends({ends(2, "", tool_text("lock-dpkg"))});
  const auto result = run(12);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::busy);
  EXPECT_EQ(result.error().message, "process 18879 holds apt's lock");
  EXPECT_FALSE(result.error().hints.empty());
  EXPECT_EQ(m_machine.clock.slept(), seconds(15));
  EXPECT_EQ(m_machine.processes.calls().size(), 4U);
}

TEST_F(ToolsTest, does_not_wait_at_all_with_a_limit_of_zero)
{
  install_ends({ends(100, "", tool_text("lock-apt"))});
  const auto result = run(0);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::busy);
  EXPECT_EQ(m_machine.clock.slept(), seconds(0));
}

TEST_F(ToolsTest, stops_waiting_for_a_lock_when_asked_to)
{
  install_ends({ends(100, "", tool_text("lock-apt"))});
  m_machine.interrupts.set(1);
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::interrupted);
  EXPECT_EQ(m_machine.clock.slept(), seconds(0));
  EXPECT_FALSE(result.error().hints.empty());
}

TEST_F(ToolsTest, says_what_a_known_text_means_and_keeps_the_text)
{
  install_ends({ends(100, "Reading package lists...\n", tool_text("unable-to-locate"))});
  const auto result = run();
  ASSERT_FALSE(result);
  const base::Error& error = result.error();
  EXPECT_EQ(error.kind, ErrorKind::packages);
  EXPECT_EQ(error.message, "the archives have no such package");
  EXPECT_EQ(error.details, std::vector<std::string>{"apt-get ended with status 100"});
  EXPECT_EQ(error.context, std::vector<std::string>{"running apt-get install cuda-toolkit-11-1=11.1.1-1"});
  EXPECT_NE(error.output_tail.find("E: Unable to locate package cuda-nothing"), std::string::npos);
  EXPECT_EQ(error.log, "/var/log/cudasetup/terminal.log");
}

TEST_F(ToolsTest, shows_an_unknown_text_as_it_is_and_where_all_of_it_lies)
{
  install_ends({ends(100, "", tool_text("unknown"))});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::packages);
  EXPECT_EQ(result.error().message, "apt-get ended with status 100");
  EXPECT_EQ(base::tail(result.error().output_tail, 2),
            "The frobnicator is out of grease.\nE: Internal error, the solver stopped\n");
  ASSERT_FALSE(result.error().hints.empty());
  EXPECT_EQ(base::to_shell(result.error().hints[0].command.value()), "less /var/log/cudasetup/terminal.log");
}

TEST_F(ToolsTest, keeps_only_the_end_of_a_long_output)
{
  std::string out;
  for (int i = 0; i < 1000; ++i) {
    out += "line " + std::to_string(i) + "\n";
  }
  install_ends({ends(1, out, "")});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().output_tail.starts_with("line 985\n"));
  EXPECT_NE(log().find("line 0\n"), std::string::npos);
}

TEST_F(ToolsTest, names_a_program_that_is_not_installed)
{
  install_ends({ends(127, "", "apt-get: not found")});
  const auto result = run();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "apt-get is not installed");
  EXPECT_FALSE(result.error().hints.empty());
}

TEST_F(ToolsTest, does_not_take_the_failure_of_a_script_for_a_missing_program)
{
  install_ends({ends(127, "", "line 3: frob: not found\n")});
  EXPECT_EQ(run().error().message, "apt-get ended with status 127");
}

TEST_F(ToolsTest, runs_inside_the_root_and_gives_paths_and_hints_from_outside)
{
  m_machine.processes.answer(
      {"chroot", "/srv/image", "apt-get", "install", "cuda-toolkit-11-1=11.1.1-1"}, "", 100, tool_text("interrupted"));
  const auto result = run(60, "/srv/image");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().log, "/srv/image/var/log/cudasetup/terminal.log");
  EXPECT_EQ(base::to_shell(result.error().hints.at(0).command.value()), "chroot /srv/image dpkg --configure -a");
}

TEST_F(ToolsTest, takes_the_root_directory_for_the_running_system)
{
  const Tools tools(m_machine.effects, "/", 0);
  EXPECT_EQ(tools.outside("/etc/fstab"), "/etc/fstab");
  EXPECT_EQ(base::to_shell(tools.outside(Command{{"df", "-h"}})), "df -h");
}

TEST_F(ToolsTest, hints_that_name_cudasetup_are_not_run_inside_the_root)
{
  const Tools tools(m_machine.effects, "/srv/image", 0);
  EXPECT_EQ(base::to_shell(tools.outside(Command{{"cudasetup", "list", "torch"}})), "cudasetup list torch");
}

} // namespace

} // namespace cudasetup::apply
