#include "report/console.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace cudasetup::report {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ConsoleTest : public testing::Test {
protected:
  ~ConsoleTest() override { std::fclose(m_file); }

  void style(ProgressStyle progress, Verbosity verbosity = Verbosity::normal)
  {
    ConsoleStyle made;
    made.progress = progress;
    made.verbosity = verbosity;
    m_console.set_style(made);
  }
  /// What was shown since the last call.
  std::string shown()
  {
    std::fflush(m_file);
    std::fseek(m_file, m_read, SEEK_SET);
    std::string text;
    for (int c = std::fgetc(m_file); c != EOF; c = std::fgetc(m_file)) {
      text += static_cast<char>(c);
    }
    m_read = std::ftell(m_file);
    return text;
  }
  void start() { m_console.emit(effects::StepStarted{2, 9, "fetch", "Fetch the installer"}); }
  void end(effects::StepEnded::Outcome outcome, double duration)
  {
    m_console.emit(effects::StepEnded{"fetch", outcome, duration});
  }
  void progress(std::uint64_t done) { m_console.emit(effects::Progress{"cuda.deb", done, 2'000'000}); }

  std::FILE* m_file = std::tmpfile();
  long m_read = 0;
  std::chrono::steady_clock::time_point m_now{std::chrono::hours(1)};
  Console m_console{m_file, [this] { return m_now; }};
};

TEST_F(ConsoleTest, shows_a_line_when_a_step_begins_and_how_long_it_took)
{
  start();
  end(effects::StepEnded::Outcome::done, 12.34);
  EXPECT_EQ(shown(), "[2/9] Fetch the installer\n      done in 12.3 s\n");
}

TEST_F(ConsoleTest, does_not_tell_of_the_time_of_a_short_step_but_always_of_a_failure)
{
  end(effects::StepEnded::Outcome::done, 0.2);
  EXPECT_EQ(shown(), "");
  end(effects::StepEnded::Outcome::failed, 0.2);
  EXPECT_EQ(shown(), "      failed\n");
}

TEST_F(ConsoleTest, uses_colours_only_when_told_to)
{
  ConsoleStyle colourful;
  colourful.color = true;
  m_console.set_style(colourful);
  start();
  EXPECT_EQ(shown(), "\x1b[1m[2/9]\x1b[0m Fetch the installer\n");
}

TEST_F(ConsoleTest, says_nothing_when_quiet_but_errors)
{
  style(ProgressStyle::plain, Verbosity::quiet);
  start();
  m_console.say("a page of news");
  m_console.emit(effects::Notice{"waiting"});
  EXPECT_EQ(shown(), "");
  m_console.insist("error: no space");
  EXPECT_EQ(shown(), "error: no space\n");
}

TEST_F(ConsoleTest, shows_what_tools_print_only_when_verbose)
{
  m_console.emit(effects::ToolOutput{"apt-get", "Reading"});
  EXPECT_EQ(shown(), "");
  style(ProgressStyle::plain, Verbosity::verbose);
  m_console.emit(effects::ToolOutput{"apt-get", "Read\x1b[2Jing"});
  EXPECT_EQ(shown(), "      apt-get: Read?[2Jing\n");
}

TEST_F(ConsoleTest, draws_a_bar_on_a_terminal_and_takes_it_away_before_the_next_line)
{
  style(ProgressStyle::tty);
  start();
  shown();
  m_now += milliseconds(150);
  progress(500'000);
  EXPECT_EQ(shown(), "\r\x1b[K      cuda.deb 500 kB of 2 MB (25 %)");
  m_now += milliseconds(50);
  progress(600'000);
  EXPECT_EQ(shown(), "") << "not more than ten times a second";
  m_console.emit(effects::Notice{"a retry"});
  EXPECT_EQ(shown(), "\r\x1b[K      a retry\n");
}

TEST_F(ConsoleTest, draws_no_bar_elsewhere_but_gives_a_sign_of_life_every_half_minute)
{
  start();
  shown();
  for (int second = 0; second < 65; ++second) {
    m_now += seconds(1);
    progress(500'000);
  }
  EXPECT_EQ(shown(), "      cuda.deb 500 kB of 2 MB (25 %)\n      cuda.deb 500 kB of 2 MB (25 %)\n");
}

TEST_F(ConsoleTest, says_how_fast_and_how_long_still)
{
  style(ProgressStyle::tty);
  start();
  for (int second = 0; second <= 8; ++second) {
    shown();
    m_now += seconds(1);
    // Slow at first, which is forgotten after some seconds.
    progress(second < 3 ? 10'000 : 100'000 * static_cast<std::uint64_t>(second));
  }
  EXPECT_EQ(shown(), "\r\x1b[K      cuda.deb 800 kB of 2 MB (40 %), 100 kB/s, 12 s left");
  m_now += seconds(1);
  progress(2'000'000);
  EXPECT_EQ(shown(), "\r\x1b[K      cuda.deb 2 MB of 2 MB (100 %), 320 kB/s");
}

TEST_F(ConsoleTest, tells_of_packages_by_their_number_and_of_two_things_at_once_in_short)
{
  using Unit = effects::Progress::Unit;
  style(ProgressStyle::tty);
  start();
  shown();
  m_now += seconds(1);
  m_console.emit(effects::Progress{"packages set up", 3, 40, Unit::packages});
  EXPECT_EQ(shown(), "\r\x1b[K      packages set up 3 of 40 (7 %)");
  m_now += seconds(1);
  progress(500'000);
  EXPECT_EQ(shown(), "\r\x1b[K      cuda.deb 25 %, packages set up 3 of 40");
  m_now += seconds(6);
  m_console.emit(effects::Progress{"packages set up", 4, std::nullopt, Unit::packages});
  EXPECT_EQ(shown(), "\r\x1b[K      packages set up 4") << "what stands still is not shown for ever";
}

TEST_F(ConsoleTest, gives_a_sign_of_life_when_a_tool_prints_nothing)
{
  start();
  m_console.emit(effects::ToolOutput{"dpkg", "Unpacking cuda-nsight"});
  shown();
  m_now += seconds(29);
  m_console.tick();
  EXPECT_EQ(shown(), "");
  m_now += seconds(2);
  m_console.tick();
  m_console.tick();
  EXPECT_EQ(shown(), "      still at it: dpkg: Unpacking cuda-nsight\n");
}

TEST_F(ConsoleTest, gives_no_sign_of_life_between_steps_nor_when_quiet)
{
  start();
  end(effects::StepEnded::Outcome::done, 0);
  shown();
  m_now += seconds(100);
  m_console.tick();
  style(ProgressStyle::plain, Verbosity::quiet);
  start();
  m_now += seconds(100);
  m_console.tick();
  EXPECT_EQ(shown(), "");
}

TEST_F(ConsoleTest, writes_events_as_json_lines)
{
  style(ProgressStyle::json);
  start();
  progress(1000);
  m_console.emit(effects::Progress{"x", 5, std::nullopt});
  m_console.emit(effects::ToolOutput{"apt-get", "line"});
  m_console.emit(effects::Notice{"waiting"});
  end(effects::StepEnded::Outcome::skipped, 0.5);
  EXPECT_EQ(shown(),
            R"({"event":"step-started","number":2,"count":9,"step":"fetch","title":"Fetch the installer"})"
            "\n"
            R"({"event":"progress","what":"cuda.deb","done":1000,"total":2000000,"unit":"bytes"})"
            "\n"
            R"({"event":"progress","what":"x","done":5,"total":null,"unit":"bytes"})"
            "\n"
            R"({"event":"output","tool":"apt-get","line":"line"})"
            "\n"
            R"({"event":"notice","text":"waiting"})"
            "\n"
            R"({"event":"step-ended","step":"fetch","outcome":"skipped","seconds":0.5})"
            "\n");
  m_now += seconds(100);
  m_console.tick();
  EXPECT_EQ(shown(), "");
}

TEST_F(ConsoleTest, shows_no_progress_at_all_when_told_so)
{
  style(ProgressStyle::none);
  start();
  progress(5);
  EXPECT_EQ(shown(), "");
  m_console.say("the summary");
  EXPECT_EQ(shown(), "the summary\n");
}

TEST_F(ConsoleTest, keeps_lines_whole_that_come_from_two_threads)
{
  const auto write = [this](const std::string& text) {
    for (int i = 0; i < 200; ++i) {
      m_console.say(text);
    }
  };
  std::thread other(write, std::string(60, 'b'));
  write(std::string(60, 'a'));
  other.join();
  const std::string text = shown();
  EXPECT_EQ(text.size(), 400U * 61U);
  EXPECT_EQ(text.find("ab"), std::string::npos);
  EXPECT_EQ(text.find("ba"), std::string::npos);
}

} // namespace

} // namespace cudasetup::report
