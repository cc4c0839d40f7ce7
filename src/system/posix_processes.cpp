#include "system/posix_processes.hpp"

#include "system/child.hpp"
#include "system/errno_error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sys/types.h>

namespace cudasetup::system {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds k_between_looks{100};
constexpr milliseconds k_before_kill{2000};
constexpr int k_not_found = 127;

/// One output of a child: what is kept of it, and who hears it.
class Output {
public:
  Output(Fd end, effects::Stream stream, const effects::ProcessOptions& options)
      : m_end(std::move(end)), m_stream(stream), m_options(options)
  {
  }

  bool is_open() const { return static_cast<bool>(m_end); }
  int number() const { return m_end.number(); }

  /// Reads what is there; false when nothing was.
  bool read()
  {
    std::array<char, 65536> piece{};
    const ssize_t got = ::read(m_end.number(), piece.data(), piece.size());
    if (got > 0) {
      take({piece.data(), static_cast<std::size_t>(got)});
      return true;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
      m_end.reset();
    }
    return false;
  }

  std::string kept()
  {
    cut();
    return std::move(m_kept);
  }
  Fd release() { return std::move(m_end); }

private:
  void take(std::string_view bytes)
  {
    m_kept += bytes;
    // Cut seldom, since each cut moves what is kept.
    if (m_kept.size() / 2 > m_options.kept_bytes) {
      cut();
    }
    if (m_options.on_output) {
      m_options.on_output(m_stream, bytes);
    }
  }
  void cut()
  {
    if (m_kept.size() > m_options.kept_bytes) {
      m_kept.erase(0, m_kept.size() - m_options.kept_bytes);
    }
  }

  Fd m_end;
  effects::Stream m_stream;
  const effects::ProcessOptions& m_options;
  std::string m_kept;
};

/// Leaves a process of ours behind that reads the child's outputs to their end, so that it does not die of a closed
/// pipe in the middle of its work.
void leave_a_reader(const Fd& out, const Fd& err)
{
  if (::fork() != 0) {
    return;
  }
  ::setsid();
  for (const int standard : {0, 1, 2}) {
    ::close(standard);
  }
  std::array<pollfd, 2> ends = {pollfd{out.number(), POLLIN, 0}, pollfd{err.number(), POLLIN, 0}};
  std::array<char, 4096> piece{};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    ::poll(ends.data(), ends.size(), -1);
    for (pollfd& end : ends) {
      if (end.fd >= 0 && end.revents != 0 && ::read(end.fd, piece.data(), piece.size()) == 0) {
        end.fd = -1;
      }
    }
  }
  ::_exit(0);
}

/// Waits for one child and keeps its outputs.
class Watch {
public:
  Watch(Child child, const effects::ProcessOptions& options, effects::Interrupts& interrupts)
      : m_pid(child.pid), m_options(options), m_interrupts(interrupts),
        m_out(std::move(child.out), effects::Stream::out, options),
        m_err(std::move(child.err), effects::Stream::err, options), m_start(steady_clock::now())
  {
  }

  base::Result<effects::ProcessResult> to_the_end()
  {
    while (!has_ended(m_pid)) {
      read_once();
      hold_to_the_limit();
      if (m_interrupts.count() >= 2) {
        leave_a_reader(m_out.release(), m_err.release());
        return base::fail(base::make_error(base::ErrorKind::interrupted, "left while a program was still running")
                              .with_hint("it goes on by itself; when it has ended, give the same command again"));
      }
    }
    if (m_result.timed_out) {
      ::kill(-m_pid, SIGKILL); // What is left of the group; before the reaping, so that the number is still its own.
    }
    m_result.status = reap(m_pid);
    m_pause = milliseconds(0);
    for (int rounds = 0; rounds < k_most_late_rounds && read_once(); ++rounds) {
    }
    m_result.out = m_out.kept();
    m_result.err = m_err.kept();
    return std::move(m_result);
  }

private:
  /// A pipe holds 64 KiB, so that this is far more than a child can have left in it; whoever else still writes is not
  /// waited for.
  static constexpr int k_most_late_rounds = 64;

  /// Waits for output, for at most the pause; whether there was any.
  bool read_once()
  {
    std::array<pollfd, 2> ends = {pollfd{m_out.number(), POLLIN, 0}, pollfd{m_err.number(), POLLIN, 0}};
    if (!m_out.is_open() && !m_err.is_open() && m_pause.count() > 0) {
      // Both closed: the child ends within microseconds, as a rule.
      m_pause = m_pause == k_between_looks ? milliseconds(1) : std::min(m_pause * 2, milliseconds(20));
    }
    if (::poll(ends.data(), ends.size(), static_cast<int>(m_pause.count())) <= 0) {
      return false;
    }
    const bool out = ends[0].revents != 0 && m_out.read();
    const bool err = ends[1].revents != 0 && m_err.read();
    return out || err;
  }

  void hold_to_the_limit()
  {
    if (m_options.time_limit.count() <= 0) {
      return;
    }
    const auto spent = steady_clock::now() - m_start;
    if (spent >= m_options.time_limit + k_before_kill) {
      ::kill(-m_pid, SIGKILL);
    } else if (spent >= m_options.time_limit && !m_result.timed_out) {
      m_result.timed_out = true;
      ::kill(-m_pid, SIGTERM);
    }
    const auto left = std::chrono::ceil<milliseconds>(m_options.time_limit - spent);
    m_pause = std::clamp(left, milliseconds(1), m_pause);
    if (m_result.timed_out) {
      m_pause = k_between_looks;
    }
  }

  pid_t m_pid;
  const effects::ProcessOptions& m_options;
  effects::Interrupts& m_interrupts;
  Output m_out;
  Output m_err;
  steady_clock::time_point m_start;
  milliseconds m_pause = k_between_looks;
  effects::ProcessResult m_result;
};

} // namespace

PosixProcesses::PosixProcesses(std::string home, Variables passed_on, effects::Interrupts& interrupts)
    : m_home(std::move(home)), m_passed_on(std::move(passed_on)), m_interrupts(interrupts)
{
  close_inherited_on_exec();
}

base::Result<effects::ProcessResult> PosixProcesses::run(const base::Command& command,
                                                         const effects::ProcessOptions& options)
{
  if (command.argv.empty()) {
    return base::fail(base::ErrorKind::bug, "a command without a program");
  }
  const std::string& name = command.argv.front();
  const std::vector<std::string> environment = child_environment(m_home, m_passed_on, command);
  const std::string program = find_program(name, value_of(environment, "PATH"));
  Child child;
  const int why = program.empty() ? ENOENT : start_child(program, command.argv, environment, command.input, child);
  if (why == ENOENT || why == ENOTDIR) {
    effects::ProcessResult result;
    result.status = k_not_found;
    result.err = name + ": not found";
    return result;
  }
  if (why != 0) {
    return base::fail(errno_error(why, "run", program));
  }
  return Watch(std::move(child), options, m_interrupts).to_the_end();
}

} // namespace cudasetup::system
