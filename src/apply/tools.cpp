#include "apply/tools.hpp"

#include "apply/package_progress.hpp"
#include "base/text.hpp"
#include "diagnose/tool_errors.hpp"
#include "journal/journal.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds k_lock_pause{5000};
constexpr milliseconds k_look_pause{1000};
constexpr milliseconds k_nap{200};
constexpr std::size_t k_tail_lines = 15;
constexpr int k_not_found = 127;

effects::Notice waiting_for(const std::string& holder)
{
  return {"waiting for apt's lock, which " + holder + " holds"};
}

/// Hands whole lines to the events as they come, and what they say of the packages' progress.
class LineEvents {
public:
  LineEvents(effects::Events& events, std::string tool, PackageProgress& progress)
      : m_events(events), m_tool(std::move(tool)), m_progress(progress)
  {
  }

  void add(std::string_view piece)
  {
    for (std::size_t end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      m_pending += piece.substr(0, end);
      finish();
      piece.remove_prefix(end + 1);
    }
    m_pending += piece;
  }
  /// The line under way is whole.
  void finish()
  {
    if (const std::string_view line = base::trim(m_pending); !line.empty()) {
      m_events.emit(effects::ToolOutput{m_tool, base::printable(line)});
      if (const auto progress = m_progress.after(line)) {
        m_events.emit(*progress);
      }
    }
    m_pending.clear();
  }

private:
  effects::Events& m_events;
  std::string m_tool;
  PackageProgress& m_progress;
  std::string m_pending;
};

std::string tool_name(const base::Command& command)
{
  const std::string& program = command.argv.front();
  return program.substr(program.rfind('/') + 1);
}

/// Whether a command changes packages. What only asks or reads lists does not need dpkg's lock.
bool takes_dpkg_lock(const base::Command& command)
{
  const std::string tool = tool_name(command);
  return (tool == "apt-get" || tool == "dpkg") &&
         std::none_of(command.argv.begin(), command.argv.end(), [](const std::string& word) {
           return word == "--simulate" || word == "--print-uris" || word == "update";
         });
}

/// A command as a line, without its input, which may be long.
std::string line_of(const base::Command& command)
{
  return base::to_shell(base::Command{command.argv, command.environment});
}

/// Whether the program itself, and not one that it ran, was not found: in the words of ours and of chroot.
bool is_missing(const base::Command& command, const effects::ProcessResult& result)
{
  return result.status == k_not_found && (result.err.starts_with(command.argv.front() + ": not found") ||
                                          result.err.starts_with("chroot: failed to run command"));
}

} // namespace

Tools::Tools(const effects::Effects& effects, std::string root, unsigned lock_timeout_seconds)
    : m_effects(effects), m_root(root == "/" ? "" : std::move(root)), m_lock_timeout_seconds(lock_timeout_seconds)
{
}

std::string Tools::outside(std::string_view path) const
{
  return m_root + std::string(path);
}

base::Command Tools::outside(base::Command command) const
{
  // cudasetup itself is not in the tree.
  return command.argv.front() == "cudasetup" ? command : base::in_root(std::move(command), m_root);
}

void Tools::log(std::string_view text)
{
  // A log that cannot be written must not stop an installation; the journal is what is relied upon.
  const std::string path(k_terminal_log);
  if (m_effects.target.make_directories(path.substr(0, path.rfind('/')), 0755)) {
    static_cast<void>(m_effects.target.append(path, text, 0640));
  }
}

base::Result<Tools::Ending> Tools::run_once(const base::Command& command)
{
  PackageProgress progress;
  LineEvents out(m_effects.events, tool_name(command), progress);
  LineEvents err(m_effects.events, tool_name(command), progress);
  Ending ending;
  effects::ProcessOptions options;
  options.on_output = [&](effects::Stream stream, std::string_view piece) {
    ending.transcript += piece;
    (stream == effects::Stream::out ? out : err).add(piece);
  };
  // Before it runs, so that a run that is left or killed can be seen.
  log("+ " + journal::timestamp(m_effects.clock) + " " + line_of(command) + "\n");
  auto result = m_effects.processes.run(base::in_root(command, m_root), options);
  out.finish();
  err.finish();
  if (const auto end = progress.at_end(); end && result && result->status == 0) {
    m_effects.events.emit(*end);
  }
  if (!ending.transcript.empty() && !ending.transcript.ends_with('\n')) {
    ending.transcript += '\n';
  }
  log(ending.transcript + "= " + (result ? std::to_string(result->status) : result.error().message) + "\n");
  if (!result) {
    return base::fail(std::move(result).error().while_doing("running " + line_of(command)));
  }
  ending.result = *std::move(result);
  return ending;
}

base::Result<void> Tools::pause(milliseconds length)
{
  for (milliseconds left = length; left.count() > 0; left -= k_nap) {
    if (m_effects.interrupts.count() > 0) {
      return base::fail(
          base::make_error(base::ErrorKind::interrupted, "stopped while waiting for another program, as asked")
              .with_hint("give the same command again: it goes on from what is there"));
    }
    m_effects.clock.sleep(std::min(left, k_nap));
  }
  return {};
}

base::Error Tools::failure(const base::Command& command, const Ending& ending) const
{
  const std::string tool = tool_name(command);
  const std::string what = tool + " ended with status " + std::to_string(ending.result.status);
  const std::string log_path = outside(k_terminal_log);
  base::Error error = base::make_error(base::ErrorKind::packages, what);
  if (is_missing(command, ending.result)) {
    error.message = tool + " is not installed";
    error.hints.push_back({"see whether it is there", base::Command{{"ls", "-l", outside("/usr/bin/" + tool)}}});
  } else if (auto known = diagnose::recognise(ending.transcript)) {
    error.kind = known->kind;
    error.message = std::move(known->cause);
    error.details.push_back(what);
    error.hints = std::move(known->hints);
    for (base::Hint& hint : error.hints) {
      if (hint.command) {
        hint.command = outside(*std::move(hint.command));
      }
    }
  } else {
    error.hints.push_back({"read all that it printed", base::Command{{"less", log_path}}});
  }
  error.output_tail = base::tail(base::printable(ending.transcript), k_tail_lines);
  error.log = log_path;
  return std::move(error).while_doing("running " + line_of(command));
}

std::optional<std::string> Tools::dpkg_holder() const
{
  // apt before 1.6 takes the second alone.
  for (const char* path : {"/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock"}) {
    if (const auto process = m_effects.target.lock_owner(path)) {
      const std::string number = std::to_string(*process);
      const auto name = m_effects.files.read("/proc/" + number + "/comm");
      return *process == 0 ? "another program"
                           : "process " + number + (name ? " (" + std::string(base::trim(*name)) + ")" : "");
    }
  }
  return std::nullopt;
}

base::Result<void> Tools::wait_for_dpkg()
{
  const auto deadline = m_effects.clock.steady() + std::chrono::seconds(m_lock_timeout_seconds);
  std::string told;
  while (const auto holder = dpkg_holder()) {
    if (m_effects.clock.steady() >= deadline) {
      diagnose::KnownFailure failure = diagnose::held_by(*holder);
      base::Error error = base::make_error(failure.kind, std::move(failure.cause));
      error.hints = std::move(failure.hints);
      return base::fail(std::move(error));
    }
    if (*holder != told) {
      m_effects.events.emit(waiting_for(*holder));
      told = *holder;
    }
    CUDASETUP_TRY(pause(k_look_pause));
  }
  return {};
}

std::string Tools::turn_holder() const
{
  const std::string lock(journal::k_lock_file);
  const std::string path = m_effects.files.resolve(outside(lock)).value_or(outside(lock));
  std::string found = "another cudasetup";
  for (const std::string& number : m_effects.files.list("/proc")) {
    const std::string open = "/proc/" + number + "/fd";
    const std::vector<std::string> files =
        base::parse_number(number) ? m_effects.files.list(open) : std::vector<std::string>{};
    const bool holds = std::any_of(files.begin(), files.end(), [&](const std::string& file) {
      return m_effects.files.link_target(open + "/" + file) == path;
    });
    if (holds) {
      const std::string name(base::trim(m_effects.files.read("/proc/" + number + "/comm").value_or("")));
      found = "process " + number + (name.empty() ? "" : " (" + name + ")");
      if (name.starts_with("cudasetup")) {
        return found;
      }
    }
  }
  return found;
}

base::Error Tools::other_at_work() const
{
  const std::string holder = turn_holder();
  diagnose::KnownFailure failure = diagnose::held_by(holder);
  base::Error error = base::make_error(failure.kind, holder + " is changing this machine");
  error.hints = std::move(failure.hints);
  return error;
}

base::Result<void> Tools::wait_for_turn()
{
  const std::string lock(journal::k_lock_file);
  const auto deadline = m_effects.clock.steady() + std::chrono::seconds(m_lock_timeout_seconds);
  std::string told;
  while (m_effects.target.status(lock, effects::FollowLinks::no)) {
    const auto ours = m_effects.target.lock(lock);
    if (!ours) {
      base::Error error = ours.error();
      return base::fail(
          std::move(error).with_hint("see what is in its place", outside(base::Command{{"ls", "-la", lock}})));
    }
    if (*ours != nullptr) {
      break;
    }
    if (m_effects.clock.steady() >= deadline) {
      return base::fail(other_at_work());
    }
    if (const std::string holder = turn_holder(); holder != told) {
      m_effects.events.emit(effects::Notice{"waiting for " + holder + ", which is changing this machine"});
      told = holder;
    }
    CUDASETUP_TRY(pause(k_look_pause));
  }
  return wait_for_dpkg();
}

base::Result<Tools::Ending> Tools::run_to_end(const base::Command& command)
{
  if (takes_dpkg_lock(command)) {
    CUDASETUP_TRY(wait_for_dpkg());
  }
  const auto deadline = m_effects.clock.steady() + std::chrono::seconds(m_lock_timeout_seconds);
  bool told = false;
  while (true) {
    CUDASETUP_TRY_ASSIGN(Ending ending, run_once(command));
    const auto holder = ending.result.status == 0 ? std::nullopt : diagnose::lock_holder(ending.transcript);
    if (!holder) {
      return ending;
    }
    if (m_effects.clock.steady() >= deadline) {
      return base::fail(failure(command, ending));
    }
    if (!told) {
      m_effects.events.emit(waiting_for(*holder));
      told = true;
    }
    CUDASETUP_TRY(pause(k_lock_pause));
  }
}

base::Result<std::string> Tools::run(const base::Command& command)
{
  CUDASETUP_TRY_ASSIGN(Ending ending, run_to_end(command));
  if (ending.result.status != 0) {
    return base::fail(failure(command, ending));
  }
  return std::move(ending.result.out);
}

base::Result<Tools::Ended> Tools::try_run(const base::Command& command)
{
  CUDASETUP_TRY_ASSIGN(Ending ending, run_to_end(command));
  Ended ended;
  if (ending.result.status != 0) {
    ended.error = failure(command, ending);
  }
  ended.output = std::move(ending.transcript);
  return ended;
}

base::Error Tools::failure_of(const base::Command& command, const std::string& output) const
{
  Ending ending;
  ending.transcript = output;
  return failure(command, ending);
}

} // namespace cudasetup::apply
