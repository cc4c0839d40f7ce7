#include "system/posix_files.hpp"

#include "system/errno_error.hpp"
#include "system/file_objects.hpp"
#include "system/names_in.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace cudasetup::system {

using effects::FollowLinks;

namespace {

effects::FileType type_of(mode_t mode)
{
  if (S_ISREG(mode)) {
    return effects::FileType::regular;
  }
  if (S_ISDIR(mode)) {
    return effects::FileType::directory;
  }
  return S_ISLNK(mode) ? effects::FileType::link : effects::FileType::other;
}

std::string without_last(const std::string& path)
{
  const std::size_t end = path.find_last_not_of('/');
  const std::size_t slash = end == std::string::npos ? end : path.rfind('/', end);
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

} // namespace

PosixFiles::PosixFiles(std::string root) : m_walk(std::move(root)) {}

std::string PosixFiles::shown(const std::string& path) const
{
  return m_walk.root() == "/" ? path : m_walk.root() + path;
}

base::Error PosixFiles::failure(int number, const std::string& verb, const std::string& path) const
{
  return errno_error(number, verb, shown(path));
}

base::Result<Place> PosixFiles::locate(const std::string& verb, const std::string& path, FollowLinks follow) const
{
  Place place;
  if (const int why = m_walk.locate(path, follow, place); why != 0) {
    return base::fail(failure(why, verb, path));
  }
  return place;
}

int PosixFiles::open_regular(const std::string& path, Fd& file) const
{
  Place place;
  if (const int why = m_walk.locate(path, FollowLinks::yes, place); why != 0) {
    return why;
  }
  // Looked at before it is opened: opening a device or a pipe can have effects of its own.
  struct stat status {};
  if (::fstatat(place.directory.number(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno;
  }
  if (!S_ISREG(status.st_mode)) {
    return S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
  }
  file = Fd(::openat(
      place.directory.number(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  return file ? 0 : errno;
}

std::optional<int> PosixFiles::lock_owner(const std::string& path)
{
  Fd file;
  struct flock wanted {};
  wanted.l_type = F_WRLCK;
  wanted.l_whence = SEEK_SET;
  if (open_regular(path, file) != 0 || ::fcntl(file.number(), F_GETLK, &wanted) != 0 || wanted.l_type == F_UNLCK) {
    return std::nullopt;
  }
  // Not a number where it is of another namespace, or the lock is one of an open file.
  return std::max(0, wanted.l_pid);
}

std::optional<std::string> PosixFiles::read(const std::string& path)
{
  Fd file;
  std::string bytes;
  if (open_regular(path, file) != 0 || read_some(file.number(), std::numeric_limits<std::size_t>::max(), bytes) != 0) {
    return std::nullopt;
  }
  return bytes;
}

base::Result<std::string> PosixFiles::read_range(const std::string& path, std::uint64_t offset, std::size_t count)
{
  Fd file;
  std::string bytes;
  int why = open_regular(path, file);
  if (why == 0 && ::lseek(file.number(), static_cast<off_t>(offset), SEEK_SET) < 0) {
    why = errno;
  }
  if (why == 0) {
    why = read_some(file.number(), count, bytes);
  }
  if (why != 0) {
    return base::fail(failure(why, "read", path));
  }
  return bytes;
}

base::Result<std::unique_ptr<effects::FileView>> PosixFiles::view(const std::string& path)
{
  Fd file;
  if (const int why = open_regular(path, file); why != 0) {
    return base::fail(failure(why, "read", path));
  }
  return make_view(file, shown(path));
}

std::optional<effects::FileStatus> PosixFiles::status(const std::string& path, FollowLinks follow)
{
  Place place;
  struct stat status {};
  if (m_walk.locate(path, follow, place) != 0 ||
      ::fstatat(place.directory.number(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return std::nullopt;
  }
  return effects::FileStatus{type_of(status.st_mode),
                             static_cast<std::uint64_t>(status.st_size),
                             status.st_mode & 07777u,
                             status.st_uid,
                             status.st_gid,
                             std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

std::optional<std::string> PosixFiles::link_target(const std::string& path)
{
  Place place;
  std::string target;
  if (m_walk.locate(path, FollowLinks::no, place) != 0 ||
      read_link(place.directory.number(), place.name, target) != 0) {
    return std::nullopt;
  }
  return target;
}

std::optional<std::string> PosixFiles::resolve(const std::string& path)
{
  Place place;
  if (m_walk.locate(path, FollowLinks::yes, place) != 0 || !place.exists) {
    return std::nullopt;
  }
  return place.real_path;
}

std::vector<std::string> PosixFiles::list(const std::string& path)
{
  Place place;
  if (m_walk.locate(path, FollowLinks::yes, place) != 0) {
    return {};
  }
  const Fd folder(
      ::openat(place.directory.number(), place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  std::vector<std::string> names;
  if (!folder || names_in(folder.number(), names) != 0) {
    return {};
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<effects::Space> PosixFiles::space(const std::string& path)
{
  for (std::string at = path;; at = without_last(at)) {
    Place place;
    if (m_walk.locate(at, FollowLinks::yes, place) == 0 && place.exists) {
      const Fd here(::openat(place.directory.number(), place.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
      struct statvfs room {};
      struct stat status {};
      if (!here || ::fstatvfs(here.number(), &room) != 0 || ::fstat(here.number(), &status) != 0) {
        return std::nullopt;
      }
      return effects::Space{static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize, status.st_dev};
    }
    if (at == "/" || at.empty()) {
      return std::nullopt;
    }
  }
}

} // namespace cudasetup::system
