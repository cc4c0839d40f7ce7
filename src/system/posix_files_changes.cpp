#include "system/atomic_write.hpp"
#include "system/copy_tree.hpp"
#include "system/errno_error.hpp"
#include "system/file_objects.hpp"
#include "system/posix_files.hpp"
#include "system/remove_tree.hpp"

#include "base/text.hpp"
#include "effects/half_written.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace cudasetup::system {

using effects::FollowLinks;

namespace {

/// Opens for writing, with exactly @p mode where it is new; @p is_new says which.
int open_for_writing(const Place& place, int flags, unsigned mode, Fd& file, bool& is_new)
{
  const int directory = place.directory.number();
  const int all_flags = flags | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
  file = Fd(::openat(directory, place.name.c_str(), all_flags | O_CREAT | O_EXCL, 0600));
  is_new = static_cast<bool>(file);
  if (is_new) {
    return ::fchmod(file.number(), mode) == 0 ? 0 : errno;
  }
  if (errno != EEXIST) {
    return errno;
  }
  // Without waiting for a reader, should it be a pipe.
  file = Fd(::openat(directory, place.name.c_str(), all_flags | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.number(), &status) != 0) {
    return errno;
  }
  return S_ISREG(status.st_mode) ? 0 : EINVAL;
}

int append_synced(const Place& place, std::string_view bytes, unsigned mode)
{
  Fd file;
  bool is_new = false;
  if (const int why = open_for_writing(place, O_WRONLY | O_APPEND, mode, file, is_new); why != 0) {
    return why;
  }
  struct stat before {};
  if (::fstat(file.number(), &before) != 0) {
    return errno;
  }
  int why = write_all(file.number(), bytes);
  if (why == 0 && ::fsync(file.number()) != 0) {
    why = errno;
  }
  if (why != 0) {
    // No half record stays behind a full disk. Where even this fails, readers know torn last lines.
    [[maybe_unused]] const int cut = ::ftruncate(file.number(), before.st_size);
    return why;
  }
  return is_new ? sync_directory(place.directory.number()) : 0;
}

} // namespace

base::Result<void> PosixFiles::write(const std::string& path, std::string_view bytes, unsigned mode)
{
  CUDASETUP_TRY_ASSIGN(const Place place, locate("write", path, FollowLinks::no));
  if (const int why = write_atomically(place.directory.number(), place.name, bytes, mode); why != 0) {
    return base::fail(failure(why, "write", path));
  }
  return {};
}

base::Result<void> PosixFiles::append(const std::string& path, std::string_view bytes, unsigned mode)
{
  CUDASETUP_TRY_ASSIGN(const Place place, locate("write", path, FollowLinks::yes));
  if (const int why = append_synced(place, bytes, mode); why != 0) {
    return base::fail(failure(why, "write", path));
  }
  return {};
}

base::Result<std::unique_ptr<effects::FileWriter>>
PosixFiles::open(const std::string& path, effects::OpenMode open_mode, unsigned mode)
{
  CUDASETUP_TRY_ASSIGN(const Place place, locate("write", path, FollowLinks::no));
  const bool truncate = open_mode == effects::OpenMode::truncate;
  Fd file;
  bool is_new = false;
  int why = open_for_writing(place, O_WRONLY, mode, file, is_new);
  // Truncated only once it is known to be a plain file.
  if (why == 0 && truncate && ::ftruncate(file.number(), 0) != 0) {
    why = errno;
  }
  if (why != 0) {
    return base::fail(failure(why, "write", path));
  }
  return make_writer(std::move(file), shown(path));
}

base::Result<std::unique_ptr<effects::SizedFile>>
PosixFiles::create_sized(const std::string& path, std::uint64_t bytes, unsigned mode)
{
  CUDASETUP_TRY_ASSIGN(const Place place, locate("write", path, FollowLinks::no));
  Fd file(
      ::openat(place.directory.number(), place.name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file || ::fchmod(file.number(), mode) != 0) {
    return base::fail(failure(errno, "write", path));
  }
  return make_sized_file(std::move(file), bytes, shown(path));
}

base::Result<void> PosixFiles::sync(const std::string& path)
{
  CUDASETUP_TRY_ASSIGN(const Place place, locate("sync", path, FollowLinks::yes));
  const Fd file(::openat(place.directory.number(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file || ::syncfs(file.number()) != 0) {
    return base::fail(failure(errno, "sync", path));
  }
  return {};
}

base::Result<void> PosixFiles::make_directories(const std::string& path, unsigned mode)
{
  std::string at;
  for (const std::string_view name : base::split(path, '/')) {
    if (name.empty() || name == ".") {
      continue;
    }
    at += "/" + std::string(name);
    CUDASETUP_TRY_ASSIGN(const Place place, locate("make the directory", at, FollowLinks::yes));
    const int directory = place.directory.number();
    struct stat status {};
    int why = 0;
    if (!place.exists) {
      if (::mkdirat(directory, place.name.c_str(), 0700) == 0) {
        why = ::fchmodat(directory, place.name.c_str(), mode, 0) == 0 ? 0 : errno;
      } else if (errno != EEXIST) {
        why = errno;
      }
    } else if (::fstatat(directory, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      why = errno;
    } else if (!S_ISDIR(status.st_mode)) {
      why = ENOTDIR;
    }
    if (why != 0) {
      return base::fail(failure(why, "make the directory", at));
    }
  }
  return {};
}

base::Result<void> PosixFiles::make_link(const std::string& path, const std::string& target)
{
  CUDASETUP_TRY_ASSIGN(const Place place, locate("make the link", path, FollowLinks::no));
  int why = ::symlinkat(target.c_str(), place.directory.number(), place.name.c_str()) == 0 ? 0 : errno;
  if (why == 0) {
    why = sync_directory(place.directory.number());
  }
  if (why != 0) {
    return base::fail(failure(why, "make the link", path));
  }
  return {};
}

namespace {

/// For a directory that came with a lower layer of an image: overlay file systems rename none of those (EXDEV, see
/// Linux's Documentation/filesystems/overlayfs.rst, "renaming directories"). It is copied, and goes once the copy has
/// its name; what was at @p to stays until then.
int move_tree(const Place& from, const Place& to)
{
  const std::string half = effects::half_written(to.name);
  const int there = to.directory.number();
  int why = remove_tree(there, half);
  if (why == 0) {
    why = copy_tree(from.directory.number(), from.name, there, half);
  }
  if (why == 0) {
    const Fd readable(::openat(there, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    why = readable && ::syncfs(readable.number()) == 0 ? 0 : errno;
  }
  if (why == 0 && ::renameat(there, half.c_str(), there, to.name.c_str()) != 0) {
    why = errno;
  }
  if (why != 0) {
    [[maybe_unused]] const int removed = remove_tree(there, half);
    return why;
  }
  return remove_tree(from.directory.number(), from.name);
}

bool is_directory(const Place& place)
{
  struct stat status {};
  return ::fstatat(place.directory.number(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

} // namespace

base::Result<void> PosixFiles::rename(const std::string& from, const std::string& to)
{
  CUDASETUP_TRY_ASSIGN(const Place source, locate("rename", from, FollowLinks::no));
  CUDASETUP_TRY_ASSIGN(const Place place, locate("write", to, FollowLinks::no));
  int why = 0;
  if (::renameat(source.directory.number(), source.name.c_str(), place.directory.number(), place.name.c_str()) != 0) {
    why = errno;
  }
  if (why == EXDEV && is_directory(source)) {
    why = move_tree(source, place);
  }
  if (why != 0) {
    return base::fail(failure(why, "rename " + shown(from) + " to", to));
  }
  why = sync_directory(place.directory.number());
  if (why == 0) {
    why = sync_directory(source.directory.number());
  }
  if (why != 0) {
    return base::fail(failure(why, "sync", to));
  }
  return {};
}

base::Result<void> PosixFiles::set_mode(const std::string& path, unsigned mode)
{
  CUDASETUP_TRY_ASSIGN(const Place place, locate("set the mode of", path, FollowLinks::yes));
  if (::fchmodat(place.directory.number(), place.name.c_str(), mode, 0) != 0) {
    return base::fail(failure(errno, "set the mode of", path));
  }
  return {};
}

base::Result<void> PosixFiles::remove(const std::string& path)
{
  Place place;
  int why = m_walk.locate(path, FollowLinks::no, place);
  if (why == 0) {
    why = place.name == "." ? EBUSY : remove_tree(place.directory.number(), place.name);
  }
  if (why != 0 && why != ENOENT && why != ENOTDIR) {
    return base::fail(failure(why, "remove", path));
  }
  return {};
}

base::Result<std::shared_ptr<void>> PosixFiles::lock(const std::string& path)
{
  CUDASETUP_TRY_ASSIGN(const Place place, locate("lock", path, FollowLinks::no));
  auto file = std::make_shared<Fd>();
  bool is_new = false;
  int why = open_for_writing(place, O_RDWR, 0600, *file, is_new);
  if (why == 0 && ::flock(file->number(), LOCK_EX | LOCK_NB) != 0) {
    why = errno;
  }
  if (why == EWOULDBLOCK) {
    return std::shared_ptr<void>();
  }
  // What is started meanwhile inherits it.
  if (why == 0 && ::fcntl(file->number(), F_SETFD, 0) != 0) {
    why = errno;
  }
  if (why != 0) {
    return base::fail(failure(why, "lock", path));
  }
  return std::shared_ptr<void>(std::move(file));
}

} // namespace cudasetup::system
