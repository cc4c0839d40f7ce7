#include "system/child.hpp"

#include "base/text.hpp"
#include "system/file_objects.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace cudasetup::system {

namespace {

/// posix_spawn's two descriptions, which are freed whatever happens.
class Description {
public:
  Description()
  {
    ::posix_spawn_file_actions_init(&m_actions);
    ::posix_spawnattr_init(&m_attributes);
  }
  Description(const Description&) = delete;
  Description(Description&&) = delete;
  Description& operator=(const Description&) = delete;
  Description& operator=(Description&&) = delete;
  ~Description()
  {
    ::posix_spawn_file_actions_destroy(&m_actions);
    ::posix_spawnattr_destroy(&m_attributes);
  }

  int fill(int input, int out, int err)
  {
    sigset_t defaults;
    sigset_t none;
    ::sigfillset(&defaults);
    ::sigemptyset(&none);
    const int flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    for (const int why : {::posix_spawn_file_actions_adddup2(&m_actions, input, 0),
                          ::posix_spawn_file_actions_adddup2(&m_actions, out, 1),
                          ::posix_spawn_file_actions_adddup2(&m_actions, err, 2),
                          ::posix_spawnattr_setflags(&m_attributes, static_cast<short>(flags)),
                          ::posix_spawnattr_setpgroup(&m_attributes, 0),
                          ::posix_spawnattr_setsigdefault(&m_attributes, &defaults),
                          ::posix_spawnattr_setsigmask(&m_attributes, &none)}) {
      if (why != 0) {
        return why;
      }
    }
    return 0;
  }

  const posix_spawn_file_actions_t* actions() const { return &m_actions; }
  const posix_spawnattr_t* attributes() const { return &m_attributes; }

private:
  posix_spawn_file_actions_t m_actions{};
  posix_spawnattr_t m_attributes{};
};

/// A descriptor above 2: dup2 onto itself would leave close-on-exec set.
Fd above_standard(Fd file)
{
  return file && file.number() <= 2 ? Fd(::fcntl(file.number(), F_DUPFD_CLOEXEC, 3)) : std::move(file);
}

Fd open_input(const std::optional<std::string>& input)
{
  if (!input) {
    return above_standard(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  }
  // A file in memory instead of a pipe: nobody has to write while the child reads.
  Fd file(::memfd_create("input", MFD_CLOEXEC));
  if (file && (write_all(file.number(), *input) != 0 || ::lseek(file.number(), 0, SEEK_SET) != 0)) {
    return Fd();
  }
  return above_standard(std::move(file));
}

int make_pipe(Fd& reading, Fd& writing)
{
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return errno;
  }
  reading = above_standard(Fd(ends[0]));
  writing = above_standard(Fd(ends[1]));
  if (!reading || !writing || ::fcntl(reading.number(), F_SETFL, O_NONBLOCK) != 0) {
    return errno;
  }
  return 0;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts)
{
  std::vector<char*> pointers;
  for (std::string& text : texts) {
    pointers.push_back(text.data());
  }
  pointers.push_back(nullptr);
  return pointers;
}

} // namespace

int start_child(const std::string& program,
                const std::vector<std::string>& argv,
                const std::vector<std::string>& environment,
                const std::optional<std::string>& input,
                Child& child)
{
  Fd out;
  Fd err;
  for (const int why : {make_pipe(child.out, out), make_pipe(child.err, err)}) {
    if (why != 0) {
      return why;
    }
  }
  const Fd standard_input = open_input(input);
  if (!standard_input) {
    return errno;
  }
  Description description;
  if (const int why = description.fill(standard_input.number(), out.number(), err.number()); why != 0) {
    return why;
  }
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables = environment;
  return ::posix_spawn(&child.pid,
                       program.c_str(),
                       description.actions(),
                       description.attributes(),
                       pointers_to(arguments).data(),
                       pointers_to(variables).data());
}

void close_inherited_on_exec()
{
  constexpr unsigned k_first = 3;
#ifdef SYS_close_range
  constexpr unsigned k_on_exec = 4; // CLOSE_RANGE_CLOEXEC, Linux 5.11
  if (::syscall(SYS_close_range, k_first, ~0u, k_on_exec) == 0) {
    return;
  }
#endif
  DIR* listing = ::opendir("/proc/self/fd");
  while (const dirent* entry = listing == nullptr ? nullptr : ::readdir(listing)) {
    const auto number = base::parse_number(entry->d_name);
    if (number && *number >= k_first) {
      ::fcntl(static_cast<int>(*number), F_SETFD, FD_CLOEXEC);
    }
  }
  if (listing != nullptr) {
    ::closedir(listing);
  }
}

bool has_ended(pid_t pid)
{
  siginfo_t info{};
  const int got = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return got == 0 ? info.si_pid == pid : errno != EINTR;
}

int reap(pid_t pid)
{
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) {
      return 127; // Somebody else reaped it: there is no status to be had.
    }
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace cudasetup::system
