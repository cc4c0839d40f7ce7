#include "system/atomic_write.hpp"

#include "effects/half_written.hpp"
#include "system/fd.hpp"
#include "system/file_objects.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace cudasetup::system {

namespace {

constexpr int k_tries = 100;

/// Whether @p file is still what @p name means, is a plain file of ours, and has no other name.
bool is_ours(int directory, const std::string& name, const Fd& file)
{
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.number(), &opened) == 0 && ::fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev && S_ISREG(opened.st_mode) &&
         opened.st_nlink == 1 && opened.st_uid == ::geteuid();
}

/// Opens and locks the temporary. A second writer waits here until the first has renamed it away, and then begins a
/// new one. What somebody else put at that name is removed, never written to.
int open_temporary(int directory, const std::string& name, Fd& file)
{
  for (int tries = 0; tries < k_tries; ++tries) {
    Fd opened(::openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (!opened && errno != ELOOP && errno != ENXIO && errno != ENOENT) {
      return errno;
    }
    if (opened && ::flock(opened.number(), LOCK_EX) != 0 && errno != EINTR) {
      return errno;
    }
    if (opened && is_ours(directory, name, opened)) {
      file = std::move(opened);
      return 0;
    }
    struct stat named {};
    if (::fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
        (!S_ISREG(named.st_mode) || named.st_uid != ::geteuid() || named.st_nlink != 1) &&
        ::unlinkat(directory, name.c_str(), 0) != 0) {
      return errno;
    }
  }
  return EBUSY;
}

int fill(const Fd& file, std::string_view bytes, unsigned mode)
{
  if (::ftruncate(file.number(), 0) != 0) {
    return errno;
  }
  if (const int why = write_all(file.number(), bytes); why != 0) {
    return why;
  }
  return ::fchmod(file.number(), mode) == 0 && ::fsync(file.number()) == 0 ? 0 : errno;
}

} // namespace

int sync_directory(int directory)
{
  const Fd readable(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable) {
    return errno;
  }
  // Some file systems (FUSE, old overlays) have no fsync for directories.
  return ::fsync(readable.number()) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno;
}

int write_atomically(int directory, const std::string& name, std::string_view bytes, unsigned mode)
{
  const std::string temporary = effects::half_written(name);
  Fd file;
  if (const int why = open_temporary(directory, temporary, file); why != 0) {
    return why;
  }
  int why = fill(file, bytes, mode);
  if (why == 0 && ::renameat(directory, temporary.c_str(), directory, name.c_str()) != 0) {
    why = errno;
  }
  if (why != 0) {
    ::unlinkat(directory, temporary.c_str(), 0);
    return why;
  }
  return sync_directory(directory);
}

} // namespace cudasetup::system
