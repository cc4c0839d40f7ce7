#include "system/copy_tree.hpp"

#include "system/fd.hpp"
#include "system/file_objects.hpp"
#include "system/names_in.hpp"
#include "system/tree_walk.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

namespace cudasetup::system {

namespace {

constexpr std::size_t k_piece = std::size_t{64} * 1024;

/// Owner before mode, since a change of owner may take mode bits away; the time last.
int copy_attributes(const struct stat& status, int file)
{
  const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
  const bool done = ::fchown(file, status.st_uid, status.st_gid) == 0 && ::fchmod(file, status.st_mode & 07777U) == 0 &&
                    ::futimens(file, times.data()) == 0;
  return done ? 0 : errno;
}

int copy_bytes(int from, int to)
{
  std::vector<char> piece(k_piece);
  for (;;) {
    const ssize_t got = ::read(from, piece.data(), piece.size());
    if (got == 0) {
      return 0;
    }
    if (got < 0 && errno != EINTR) {
      return errno;
    }
    if (got > 0) {
      if (const int why = write_all(to, std::string_view(piece.data(), static_cast<std::size_t>(got))); why != 0) {
        return why;
      }
    }
  }
}

int copy_file(int directory, const std::string& name, int new_directory, const std::string& new_name)
{
  const Fd from(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!from || ::fstat(from.number(), &status) != 0) {
    return errno;
  }
  const Fd to(::openat(new_directory, new_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!to) {
    return errno;
  }
  const int why = copy_bytes(from.number(), to.number());
  return why == 0 ? copy_attributes(status, to.number()) : why;
}

int copy_link(
    int directory, const std::string& name, const struct stat& status, int new_directory, const std::string& new_name)
{
  std::string target;
  if (const int why = read_link(directory, name, target); why != 0) {
    return why;
  }
  const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
  const bool done =
      ::symlinkat(target.c_str(), new_directory, new_name.c_str()) == 0 &&
      ::fchownat(new_directory, new_name.c_str(), status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) == 0 &&
      ::utimensat(new_directory, new_name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) == 0;
  return done ? 0 : errno;
}

int copy_entry(int directory, const std::string& name, int new_directory, const std::string& new_name, dev_t device);

int copy_folder(int directory, const std::string& name, int new_directory, const std::string& new_name, dev_t device)
{
  const Fd from(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!from || ::fstat(from.number(), &status) != 0) {
    return errno;
  }
  if (status.st_dev != device) {
    return EXDEV;
  }
  if (::mkdirat(new_directory, new_name.c_str(), 0700) != 0) {
    return errno;
  }
  const Fd to(::openat(new_directory, new_name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!to) {
    return errno;
  }
  std::vector<std::string> names;
  if (const int why = names_in(from.number(), names); why != 0) {
    return why;
  }
  for (const std::string& entry : names) {
    if (const int why = copy_entry(from.number(), entry, to.number(), entry, device); why != 0) {
      return why;
    }
  }
  return copy_attributes(status, to.number());
}

int copy_entry(int directory, const std::string& name, int new_directory, const std::string& new_name, dev_t device)
{
  struct stat status {};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno;
  }
  if (S_ISDIR(status.st_mode)) {
    return copy_folder(directory, name, new_directory, new_name, device);
  }
  if (S_ISLNK(status.st_mode)) {
    return copy_link(directory, name, status, new_directory, new_name);
  }
  return S_ISREG(status.st_mode) ? copy_file(directory, name, new_directory, new_name) : ENOTSUP;
}

} // namespace

int copy_tree(int directory, const std::string& name, int new_directory, const std::string& new_name)
{
  struct stat above {};
  if (::fstatat(directory, ".", &above, 0) != 0) {
    return errno;
  }
  return copy_folder(directory, name, new_directory, new_name, above.st_dev);
}

} // namespace cudasetup::system
