#include "system/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace cudasetup::system {
namespace {

TEST(ReadLine, takes_one_line_and_leaves_the_rest)
{
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ASSERT_EQ(::write(ends[1], "one\ntwo\nthree", 13), 13);
  ::close(ends[1]);
  EXPECT_EQ(read_line(ends[0], 100), "one");
  EXPECT_EQ(read_line(ends[0], 2), "tw");
  EXPECT_EQ(read_line(ends[0], 100), "o");
  EXPECT_EQ(read_line(ends[0], 100), "three");
  EXPECT_EQ(read_line(ends[0], 100), "");
  ::close(ends[0]);
  EXPECT_EQ(read_line(ends[0], 100), std::nullopt) << "not open";
}

/// A terminal as standard input, for as long as the object lives.
class TerminalAsInput {
public:
  TerminalAsInput() : m_usual(::dup(STDIN_FILENO)), m_master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK))
  {
    ::grantpt(m_master);
    ::unlockpt(m_master);
    const int slave = ::open(::ptsname(m_master), O_RDWR | O_NOCTTY);
    ::dup2(slave, STDIN_FILENO);
    ::close(slave);
  }
  ~TerminalAsInput()
  {
    ::dup2(m_usual, STDIN_FILENO);
    ::close(m_usual);
    ::close(m_master);
  }
  bool shows_what_is_typed() const
  {
    termios settings{};
    return ::tcgetattr(STDIN_FILENO, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
  }
  void type(const std::string& text) const
  {
    EXPECT_EQ(::write(m_master, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string shown() const
  {
    std::array<char, 256> text{};
    const ssize_t count = ::read(m_master, text.data(), text.size());
    return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : "";
  }

private:
  int m_usual;
  int m_master;
};

TEST(AskHidden, reads_a_line_that_the_terminal_does_not_show)
{
  TerminalAsInput terminal;
  ASSERT_TRUE(terminal.shows_what_is_typed());
  std::thread person([&] {
    for (int i = 0; i < 500 && terminal.shows_what_is_typed(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    terminal.type("a secret\n");
  });
  testing::internal::CaptureStderr();
  const auto answer = ask_hidden("Which?");
  person.join();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "Which? \n");
  EXPECT_EQ(answer, "a secret");
  EXPECT_THAT(terminal.shown(), testing::Not(testing::HasSubstr("secret")));
  EXPECT_TRUE(terminal.shows_what_is_typed()) << "as it was before";
}

TEST(AskHidden, does_not_ask_where_no_terminal_is)
{
  const int usual = ::dup(STDIN_FILENO);
  const int none = ::open("/dev/null", O_RDONLY);
  ::dup2(none, STDIN_FILENO);
  EXPECT_EQ(ask_hidden("Which?"), std::nullopt);
  ::dup2(usual, STDIN_FILENO);
  ::close(usual);
  ::close(none);
}

} // namespace
} // namespace cudasetup::system
