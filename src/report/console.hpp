#pragma once

#include "effects/clock.hpp"
#include "effects/events.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

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

/// What people see on standard error: steps, progress, waits, errors. Standard output is left to data.
class Console : public effects::Events {
public:
  Console();
  Console(const Console&) = delete;
  Console(Console&&) = delete;
  Console& operator=(const Console&) = delete;
  Console& operator=(Console&&) = delete;
  ~Console() override;

  void set_style(const ConsoleStyle& style) { m_style = style; }
  void emit(const effects::Event& event) override;
  /// Text for people (nothing when quiet).
  void say(std::string_view text);
  /// Text that is shown even when quiet: errors.
  void insist(std::string_view text);

private:
  void started(const effects::StepStarted& step);
  void ended(const effects::StepEnded& step);
  void progressed(const effects::Progress& progress);
  void tool_output(const effects::ToolOutput& output);
  void show(std::string_view text);
  void clear_line();

  ConsoleStyle m_style;
  std::shared_ptr<spdlog::logger> m_logger;
  std::chrono::steady_clock::time_point m_last_line;
  std::string m_step_title;
  bool m_bar_shown = false;
};

} // namespace cudasetup::report
