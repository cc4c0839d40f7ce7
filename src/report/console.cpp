#include "report/console.hpp"

#include "base/text.hpp"
#include "json/value.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ansicolor_sink.h>

namespace cudasetup::report {

namespace {

/// After how long without a line a step shows that it still runs.
constexpr std::chrono::seconds k_sign_of_life{30};
constexpr std::chrono::seconds k_between_ticks{1};
constexpr std::chrono::milliseconds k_bar_pause{100};

std::string_view name_of(effects::StepEnded::Outcome outcome)
{
  switch (outcome) {
  case effects::StepEnded::Outcome::done:
    return "done";
  case effects::StepEnded::Outcome::skipped:
    return "skipped";
  case effects::StepEnded::Outcome::failed:
    break;
  }
  return "failed";
}

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
    return json::Object{
        {"event", "step-ended"}, {"step", step->id}, {"outcome", name_of(step->outcome)}, {"seconds", step->seconds}};
  }
  if (const auto* progress = std::get_if<effects::Progress>(&event)) {
    return json::Object{{"event", "progress"},
                        {"what", progress->what},
                        {"done", progress->done},
                        {"total", progress->total ? json::Value(*progress->total) : json::Value()},
                        {"unit", progress->unit == effects::Progress::Unit::bytes ? "bytes" : "packages"}};
  }
  if (const auto* output = std::get_if<effects::ToolOutput>(&event)) {
    return json::Object{{"event", "output"}, {"tool", output->tool}, {"line", output->line}};
  }
  return json::Object{{"event", "notice"}, {"text", std::get<effects::Notice>(event).text}};
}

} // namespace

Console::Console() : Console(stderr, [] { return std::chrono::steady_clock::now(); })
{
  m_ticking = Ticking::by_thread;
}

Console::Console(std::FILE* out, Now now)
    : m_out(out), m_now(std::move(now)),
      m_logger(std::make_shared<spdlog::logger>(
          "cudasetup",
          std::make_shared<spdlog::sinks::ansicolor_sink<spdlog::details::console_nullmutex>>(
              out, spdlog::color_mode::never))),
      m_last_line(m_now()), m_ticking(Ticking::by_caller)
{
  m_logger->set_pattern("%v");
}

Console::~Console() = default;

void Console::set_style(const ConsoleStyle& style)
{
  const std::lock_guard guard(m_mutex);
  m_style = style;
}

void Console::say(std::string_view text)
{
  const std::lock_guard guard(m_mutex);
  if (m_style.verbosity != Verbosity::quiet) {
    show(text);
  }
}

void Console::insist(std::string_view text)
{
  const std::lock_guard guard(m_mutex);
  show(text);
}

void Console::emit(const effects::Event& event)
{
  const std::lock_guard guard(m_mutex);
  if (m_style.progress == ProgressStyle::json) {
    show(json::write(to_json(event), json::Layout::compact));
  } else if (m_style.progress != ProgressStyle::none && m_style.verbosity != Verbosity::quiet) {
    show_event(event);
  }
}

void Console::tick()
{
  const std::lock_guard guard(m_mutex);
  if (m_step_title.empty() || m_now() - m_last_line < k_sign_of_life) {
    return;
  }
  show("      still at it" + (m_last_output.empty() ? "" : ": " + m_last_output));
}

void Console::begin_ticking()
{
  if (m_ticking == Ticking::by_caller || m_ticker.joinable()) {
    return;
  }
  m_ticker = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock guard(mutex);
    while (!m_wake.wait_for(guard, stop, k_between_ticks, [&] { return stop.stop_requested(); })) {
      tick();
    }
  });
}

void Console::show(std::string_view text)
{
  clear_bar();
  for (const std::string_view line : base::lines(text)) {
    m_logger->info("{}", line);
  }
  m_logger->flush();
  m_last_line = m_now();
}

void Console::show_bar(const std::string& text)
{
  std::fputs(("\r\x1b[K      " + text).c_str(), m_out);
  std::fflush(m_out);
  m_bar_shown = true;
  m_last_line = m_now();
}

void Console::clear_bar()
{
  if (m_bar_shown) {
    std::fputs("\r\x1b[K", m_out);
    m_bar_shown = false;
  }
}

void Console::show_event(const effects::Event& event)
{
  if (const auto* step = std::get_if<effects::StepStarted>(&event)) {
    started(*step);
  } else if (const auto* ending = std::get_if<effects::StepEnded>(&event)) {
    ended(*ending);
  } else if (const auto* progress = std::get_if<effects::Progress>(&event)) {
    progressed(*progress);
  } else if (const auto* output = std::get_if<effects::ToolOutput>(&event)) {
    tool_output(*output);
  } else {
    show("      " + base::printable(std::get<effects::Notice>(event).text));
  }
}

void Console::started(const effects::StepStarted& step)
{
  m_step_title = step.title;
  m_last_output.clear();
  m_progress.forget_ended(m_now());
  begin_ticking();
  const std::string number = fmt::format("[{}/{}]", step.number, step.count);
  show((m_style.color ? "\x1b[1m" + number + "\x1b[0m " : number + " ") + base::printable(step.title));
}

void Console::ended(const effects::StepEnded& step)
{
  constexpr double k_worth_telling = 1.0;
  m_step_title.clear();
  if (step.outcome != effects::StepEnded::Outcome::done) {
    show("      " + std::string(name_of(step.outcome)));
  } else if (step.seconds >= k_worth_telling || m_style.verbosity == Verbosity::verbose) {
    show(fmt::format("      done in {:.1f} s", step.seconds));
  }
}

void Console::progressed(const effects::Progress& progress)
{
  const std::string text = m_progress.text_after(progress, m_now());
  m_last_output = text;
  const auto waited = m_now() - m_last_line;
  if (m_style.progress == ProgressStyle::tty) {
    if (waited >= k_bar_pause) {
      show_bar(text);
    }
  } else if (waited >= k_sign_of_life) {
    show("      " + text);
  }
}

void Console::tool_output(const effects::ToolOutput& output)
{
  m_last_output = base::printable(output.tool + ": " + output.line);
  if (m_style.verbosity == Verbosity::verbose) {
    show("      " + m_last_output);
  }
}

} // namespace cudasetup::report
