#pragma once

#include "effects/events.hpp"
#include "report/progress_text.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace spdlog {
class logger;
}

namespace cudasetup::report {

enum class Verbosity { quiet, normal, verbose };
enum class ProgressStyle { tty, plain, json, none };

struct ConsoleStyle {
  Verbosity verbosity = Verbosity::normal;
  ProgressStyle progress = ProgressStyle::plain;
  bool color = false;
};

/// What people see on standard error: steps, progress, waits, errors. Standard output is left to data. May be used from
/// several threads.
class Console : public effects::Events {
public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  /// On standard error, by the system's clock. A thread of its own shows signs of life during a step.
  Console();
  /// On @p out, by another clock; `tick` is left to the caller.
  Console(std::FILE* out, Now now);
  Console(const Console&) = delete;
  Console(Console&&) = delete;
  Console& operator=(const Console&) = delete;
  Console& operator=(Console&&) = delete;
  ~Console() override;

  void set_style(const ConsoleStyle& style);
  void emit(const effects::Event& event) override;
  /// Text for people (nothing when quiet).
  void say(std::string_view text);
  /// Text that is shown even when quiet: errors.
  void insist(std::string_view text);
  /// Shows that a step still runs, where nothing else was shown for 30 seconds.
  void tick();

private:
  enum class Ticking { by_thread, by_caller };

  void begin_ticking();
  void show_event(const effects::Event& event);
  void started(const effects::StepStarted& step);
  void ended(const effects::StepEnded& step);
  void progressed(const effects::Progress& progress);
  void tool_output(const effects::ToolOutput& output);
  void show(std::string_view text);
  void show_bar(const std::string& text);
  void clear_bar();

  std::mutex m_mutex;
  ConsoleStyle m_style;
  std::FILE* m_out;
  Now m_now;
  std::shared_ptr<spdlog::logger> m_logger;
  std::chrono::steady_clock::time_point m_last_line;
  std::string m_step_title; ///< of the step under way; empty between steps
  std::string m_last_output;
  ProgressText m_progress;
  bool m_bar_shown = false;
  Ticking m_ticking;
  std::condition_variable_any m_wake;
  std::jthread m_ticker; ///< last, so that it ends before what it uses
};

} // namespace cudasetup::report
