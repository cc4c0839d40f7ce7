#include "base/text.hpp"
#include "support/fake_interrupts.hpp"
#include "system/posix_files.hpp"
#include "system/posix_processes.hpp"
#include "unit/system/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cudasetup::system {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class PosixProcessesTest : public ::testing::Test {
protected:
  effects::ProcessResult shell(const std::string& script, const effects::ProcessOptions& options = {})
  {
    return m_processes.run(base::Command{{"sh", "-c", script}}, options).value();
  }
  milliseconds spent() const { return std::chrono::duration_cast<milliseconds>(steady_clock::now() - m_start); }

  test::FakeInterrupts m_interrupts;
  PosixProcesses m_processes{"/root", {{"https_proxy", "http://proxy:3128"}}, m_interrupts};
  steady_clock::time_point m_start = steady_clock::now();
};

TEST_F(PosixProcessesTest, keeps_status_and_both_outputs)
{
  const auto result = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_FALSE(result.timed_out);
}

TEST_F(PosixProcessesTest, gives_arguments_as_they_are)
{
  const auto result = m_processes.run(base::Command{{"printf", "%s|", "a b", "", "$HOME;*"}});
  EXPECT_EQ(result.value().out, "a b||$HOME;*|");
}

TEST_F(PosixProcessesTest, builds_the_environment)
{
  ::setenv("CUDASETUP_TEST_LEAK", "1", 1);
  const auto result = m_processes.run(base::Command{{"env"}, {{"EXTRA", "yes"}, {"LC_ALL", "C"}}});
  std::vector<std::string> lines;
  for (const auto line : base::lines(result.value().out)) {
    lines.emplace_back(line);
  }
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines,
            (std::vector<std::string>{"DEBCONF_NONINTERACTIVE_SEEN=true",
                                      "DEBIAN_FRONTEND=noninteractive",
                                      "EXTRA=yes",
                                      "HOME=/root",
                                      "LC_ALL=C",
                                      "NEEDRESTART_MODE=a",
                                      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                      "TERM=dumb",
                                      "https_proxy=http://proxy:3128"}));
}

TEST_F(PosixProcessesTest, gives_the_input_or_none)
{
  const std::string input(300000, 'i');
  EXPECT_EQ(m_processes.run(base::Command{{"cat"}, {}, input}).value().out, input);
  EXPECT_EQ(m_processes.run(base::Command{{"cat"}}).value().out, "");
}

TEST_F(PosixProcessesTest, says_127_when_there_is_no_such_program)
{
  const auto result = m_processes.run(base::Command{{"no-such-program"}}).value();
  EXPECT_EQ(result.status, 127);
  EXPECT_EQ(result.err, "no-such-program: not found");
  EXPECT_EQ(m_processes.run(base::Command{{"/no/such/program"}}).value().status, 127);
}

TEST_F(PosixProcessesTest, cannot_start_what_may_not_be_run)
{
  const test::TempDir dir;
  dir.put("/text", "not a program");
  const auto result = m_processes.run(base::Command{{dir.path() + "/text"}});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("cannot run " + dir.path() + "/text"), std::string::npos);
  EXPECT_FALSE(m_processes.run(base::Command{}));
}

TEST_F(PosixProcessesTest, looks_in_the_fixed_path_only)
{
  const test::TempDir dir;
  dir.put("/cudasetup-test-program", "#!/bin/sh\necho ran\n");
  ::chmod((dir.path() + "/cudasetup-test-program").c_str(), 0755);
  const std::string before = ::getenv("PATH");
  ::setenv("PATH", (dir.path() + ":" + before).c_str(), 1);
  const auto ours = m_processes.run(base::Command{{"cudasetup-test-program"}}).value();
  ::setenv("PATH", before.c_str(), 1);
  EXPECT_EQ(ours.status, 127);
  const auto given = m_processes.run(base::Command{{"cudasetup-test-program"}, {{"PATH", dir.path()}}}).value();
  EXPECT_EQ(given.out, "ran\n");
}

TEST_F(PosixProcessesTest, tells_which_signal_ended_it)
{
  EXPECT_EQ(shell("kill -9 $$").status, 128 + 9);
  EXPECT_EQ(shell("kill -SEGV $$").status, 128 + SIGSEGV);
}

TEST_F(PosixProcessesTest, takes_large_outputs_of_both_streams_at_once)
{
  std::size_t heard = 0;
  effects::ProcessOptions options;
  options.kept_bytes = 1000;
  options.on_output = [&](effects::Stream, std::string_view bytes) { heard += bytes.size(); };
  const auto result = shell("i=0; while [ $i -lt 20 ]; do head -c 100000 /dev/zero | tr '\\0' o; "
                            "head -c 100000 /dev/zero | tr '\\0' e >&2; i=$((i+1)); done; echo end",
                            options);
  EXPECT_EQ(heard, 2u * 20 * 100000 + 4);
  EXPECT_EQ(result.out.size(), 1000u);
  EXPECT_EQ(result.out.substr(990),
            "oooooo"
            "end\n");
  EXPECT_EQ(result.err, std::string(1000, 'e'));
}

TEST_F(PosixProcessesTest, hears_output_as_it_comes)
{
  const test::TempDir dir;
  effects::ProcessOptions options;
  options.time_limit = std::chrono::seconds(20);
  options.on_output = [&](effects::Stream, std::string_view) { dir.put("/heard", ""); };
  const auto result = shell("echo one; until [ -e " + dir.path() + "/heard ]; do sleep 0.02; done; echo two", options);
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.out, "one\ntwo\n");
}

TEST_F(PosixProcessesTest, ends_the_group_at_the_time_limit)
{
  const test::TempDir dir;
  effects::ProcessOptions options;
  options.time_limit = milliseconds(300);
  const auto result = shell("(sleep 5; touch " + dir.path() + "/late) & echo begun; sleep 60", options);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 128 + SIGTERM);
  EXPECT_EQ(result.out, "begun\n");
  EXPECT_LT(spent(), milliseconds(2500));
}

TEST_F(PosixProcessesTest, kills_what_ignores_the_time_limit)
{
  effects::ProcessOptions options;
  options.time_limit = milliseconds(200);
  const auto result = shell("trap '' TERM; while true; do sleep 0.1; done", options);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 128 + SIGKILL);
}

TEST_F(PosixProcessesTest, does_not_wait_for_those_the_child_leaves_behind)
{
  const auto result = shell("sleep 20 & echo $!; echo done");
  EXPECT_LT(spent(), milliseconds(3000));
  EXPECT_EQ(result.status, 0);
  const auto lines = base::lines(result.out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1], "done");
  ::kill(static_cast<pid_t>(*base::parse_number(lines[0])), SIGKILL);
}

TEST_F(PosixProcessesTest, waits_for_a_child_that_closed_its_outputs)
{
  const auto result = shell("exec >&- 2>&-; sleep 0.3; exit 4");
  EXPECT_EQ(result.status, 4);
  EXPECT_GE(spent(), milliseconds(250));
}

TEST_F(PosixProcessesTest, leaks_no_descriptor)
{
  const int inherited = ::open("/dev/null", O_RDONLY); // on purpose without O_CLOEXEC
  PosixProcesses processes{"/root", {}, m_interrupts};
  const auto result = processes.run(base::Command{{"sh", "-c", "ls /proc/self/fd | wc -l"}});
  EXPECT_EQ(result.value().out, "4\n"); // 0, 1, 2 and that of ls
  ::close(inherited);
}

TEST_F(PosixProcessesTest, what_runs_on_without_us_holds_our_lock)
{
  test::TempDir dir;
  PosixFiles files{dir.path()};
  auto lock = files.lock("/lock").value();
  ASSERT_NE(lock, nullptr);
  // Not for good, should the test end before it.
  const pid_t runs_on = std::stoi(shell("sleep 60 >/dev/null 2>&1 & echo $!").out);
  lock.reset();
  EXPECT_EQ(files.lock("/lock").value(), nullptr);
  ::kill(runs_on, SIGKILL);
  for (int i = 0; i < 500 && lock == nullptr; ++i) {
    ::usleep(10'000);
    lock = files.lock("/lock").value();
  }
  EXPECT_NE(lock, nullptr);
}

TEST_F(PosixProcessesTest, starts_children_in_a_group_of_their_own)
{
  const auto result = shell("cut -d ' ' -f 5 /proc/$$/stat; echo $$");
  const auto lines = base::lines(result.out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], lines[1]);
}

TEST_F(PosixProcessesTest, starts_children_with_no_signal_ignored_or_blocked)
{
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  const auto result = m_processes.run(base::Command{{"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"}});
  ::signal(SIGPIPE, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  const auto words = base::words(result.value().out);
  ASSERT_EQ(words.size(), 4u);
  EXPECT_EQ(words[1], "0000000000000000");
  // The C library's own two signals (32 and 33) aside.
  EXPECT_EQ(std::stoull(std::string(words[3]), nullptr, 16) & ~0x180000000ull, 0u);
}

TEST_F(PosixProcessesTest, leaves_at_the_second_interrupt_and_lets_the_child_finish)
{
  const test::TempDir dir;
  effects::ProcessOptions options;
  options.on_output = [&](effects::Stream, std::string_view) { m_interrupts.set(2); };
  const auto result = m_processes.run(
      base::Command{{"sh", "-c", "echo begun; sleep 1; echo more && touch \"$1\"", "sh", dir.path() + "/finished"}},
      options);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, base::ErrorKind::interrupted);
  EXPECT_FALSE(dir.exists("/finished"));
  for (int i = 0; i < 200 && !dir.exists("/finished"); ++i) {
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_TRUE(dir.exists("/finished"));
}

TEST_F(PosixProcessesTest, is_not_disturbed_by_the_first_interrupt)
{
  m_interrupts.set(1);
  EXPECT_EQ(shell("echo whole").out, "whole\n");
}

} // namespace
} // namespace cudasetup::system
