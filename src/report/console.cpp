#include "report/console.hpp"

#include "base/text.hpp"
#include "json/value.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>

namespace cudasetup::report {

namespace {

/// How often a plain log shows that a long step still runs.
constexpr std::chrono::seconds k_sign_of_life{30};
constexpr std::chrono::milliseconds k_bar_pause{100};

json::Value to_json(const effects::Event& event)
{
  if (const auto* step = std::get_if<effects::StepStarted>(&event)) {
    return json::Object{{"event", "step-started"},
                        {"number", std::uint64_t{step->number}},
                        {"count", std::uint64_t{step->count}},
                        {"step", step->id},
                        {"title", step->title}};
  }
  if (const auto* step = std::get_if<effects::StepEnded>(&event)) {
    return json::Object{{"event", "step-ended"},
                        {"step", step->id},
                        {"outcome", step->outcome == effects::StepEnded::Outcome::failed ? "failed" : "done"},
                        {"seconds", step->seconds}};
  }
  if (const auto* progress = std::get_if<effects::Progress>(&event)) {
    return json::Object{{"event", "progress"},
                        {"what", progress->what},
                        {"done", progress->done},
                        {"total", progress->total ? json::Value(*progress->total) : json::Value()}};
  }
  if (const auto* output = std::get_if<effects::ToolOutput>(&event)) {
    return json::Object{{"event", "output"}, {"tool", output->tool}, {"line", output->line}};
  }
  return json::Object{{"event", "notice"}, {"text", std::get<effects::Notice>(event).text}};
}

std::string amount(const effects::Progress& progress)
{
  std::string text = base::human_bytes(progress.done);
  if (progress.total && *progress.total > 0) {
    text += fmt::format(" of {} ({} %)", base::human_bytes(*progress.total), progress.done * 100 / *progress.total);
  }
  return text;
}

} // namespace

Console::Console()
    : m_logger(
          std::make_shared<spdlog::logger>("cudasetup", std::make_shared<spdlog::sinks::ansicolor_stderr_sink_st>()))
{
  m_logger->set_pattern("%v");
}

Console::~Console() = default;

void Console::show(std::string_view text)
{
  clear_line();
  for (const std::string_view line : base::lines(text)) {
    m_logger->info("{}", line);
  }
  m_logger->flush();
  m_last_line = std::chrono::steady_clock::now();
}

void Console::clear_line()
{
  if (m_bar_shown) {
    std::fputs("\r\x1b[K", stderr);
    m_bar_shown = false;
  }
}

void Console::say(std::string_view text)
{
  if (m_style.verbosity != Verbosity::quiet) {
    show(text);
  }
}

void Console::insist(std::string_view text)
{
  show(text);
}

void Console::emit(const effects::Event& event)
{
  if (m_style.progress == ProgressStyle::json) {
    show(json::write(to_json(event), json::Layout::compact));
    return;
  }
  if (m_style.progress == ProgressStyle::none || m_style.verbosity == Verbosity::quiet) {
    return;
  }
  if (const auto* step = std::get_if<effects::StepStarted>(&event)) {
    started(*step);
  } else if (const auto* ending = std::get_if<effects::StepEnded>(&event)) {
    ended(*ending);
  } else if (const auto* progress = std::get_if<effects::Progress>(&event)) {
    progressed(*progress);
  } else if (const auto* output = std::get_if<effects::ToolOutput>(&event)) {
    tool_output(*output);
  } else {
    show("  " + base::printable(std::get<effects::Notice>(event).text));
  }
}

void Console::started(const effects::StepStarted& step)
{
  m_step_title = step.title;
  const std::string number = fmt::format("[{}/{}]", step.number, step.count);
  show(m_style.color ? fmt::format("\x1b[1m{}\x1b[0m {}", number, step.title) : number + " " + step.title);
}

void Console::ended(const effects::StepEnded& step)
{
  constexpr double k_worth_telling = 1.0;
  if (step.outcome == effects::StepEnded::Outcome::failed) {
    show("      failed");
  } else if (step.seconds >= k_worth_telling || m_style.verbosity == Verbosity::verbose) {
    show(fmt::format("      done in {:.1f} s", step.seconds));
  }
}

void Console::progressed(const effects::Progress& progress)
{
  const auto now = std::chrono::steady_clock::now();
  if (m_style.progress == ProgressStyle::tty) {
    if (now - m_last_line >= k_bar_pause) {
      std::fputs(("\r\x1b[K      " + base::printable(progress.what) + " " + amount(progress)).c_str(), stderr);
      std::fflush(stderr);
      m_bar_shown = true;
      m_last_line = now;
    }
  } else if (now - m_last_line >= k_sign_of_life) {
    show("      " + base::printable(progress.what) + " " + amount(progress));
  }
}

void Console::tool_output(const effects::ToolOutput& output)
{
  if (m_style.verbosity == Verbosity::verbose) {
    show("      " + output.tool + ": " + output.line);
  } else if (std::chrono::steady_clock::now() - m_last_line >= k_sign_of_life) {
    show("      still at it: " + output.tool + ": " + output.line);
  }
}

} // namespace cudasetup::report
