#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::effects {

enum class FileType { regular, directory, link, other };

struct FileStatus {
  FileType type = FileType::regular;
  std::uint64_t bytes = 0;
  /// Permission bits, e.g. 0644.
  unsigned mode = 0;
  unsigned owner = 0;
  unsigned group = 0;
  /// When its content last changed, in nanoseconds since 1970.
  std::int64_t modified_ns = 0;
};

/// Free space of the file system that holds a path, and which one it is.
struct Space {
  std::uint64_t free_bytes = 0;
  /// Equal for two paths on one file system.
  std::uint64_t device = 0;
};

/// A file being written, in any order. Nothing is promised before `flush` or `close` succeeded.
class FileWriter {
public:
  virtual ~FileWriter() = default;
  /// Writes at @p offset; what lies between it and the file's end is zero.
  virtual base::Result<void> write_at(std::uint64_t offset, std::span<const char> bytes) = 0;
  /// Flushes what was written so far to the disk.
  virtual base::Result<void> flush() = 0;
  /// Flushes to the disk and closes.
  virtual base::Result<void> close() = 0;
};

/// A new file of known length, filled in memory by one thread. Nothing is promised before `close` succeeded, and what
/// it wrote is on the disk only after `Files::sync`.
class SizedFile {
public:
  virtual ~SizedFile() = default;
  /// All bytes of the file, zero at first. Large files cost no memory of their own: the kernel writes them back.
  virtual std::span<char> bytes() = 0;
  virtual base::Result<void> close() = 0;
};

/// The bytes of a file for reading in any order, for as long as this object lives.
class FileView {
public:
  virtual ~FileView() = default;
  virtual std::span<const char> bytes() const = 0;
};

enum class OpenMode { truncate, keep };
enum class FollowLinks { no, yes };

/// Files of one tree. Paths are absolute. A file that is not there is `nullopt` or `false` where a reader may expect
/// that, never an Error; ENOSPC becomes ErrorKind::no_space, EACCES and EPERM ErrorKind::needs_root, the rest bug-free
/// ErrorKind::refused with the path and the system's own words.
class Files {
public:
  virtual ~Files() = default;

  /// The whole file; nullopt when it does not exist or may not be read.
  virtual std::optional<std::string> read(const std::string& path) = 0;
  /// At most @p count bytes from @p offset; an Error when it cannot be opened. Short at the end of the file.
  virtual base::Result<std::string> read_range(const std::string& path, std::uint64_t offset, std::size_t count) = 0;
  /// Of the path itself, or of what it finally points to.
  virtual std::optional<FileStatus> status(const std::string& path, FollowLinks follow) = 0;
  /// Where a symbolic link points, as stored; nullopt when it is none.
  virtual std::optional<std::string> link_target(const std::string& path) = 0;
  /// The path with every link resolved, inside this tree; nullopt when it does not exist.
  virtual std::optional<std::string> resolve(const std::string& path) = 0;
  /// Names in a directory, sorted; empty when it is none.
  virtual std::vector<std::string> list(const std::string& path) = 0;
  /// Of the file system that holds the path, or its nearest parent that exists.
  virtual std::optional<Space> space(const std::string& path) = 0;
  /// The whole of a regular file without reading it all at once. Nobody may cut the file short meanwhile.
  virtual base::Result<std::unique_ptr<FileView>> view(const std::string& path) = 0;

  /// Replaces the file (or link) of that name atomically: a new file beside it, synced, renamed.
  virtual base::Result<void> write(const std::string& path, std::string_view bytes, unsigned mode) = 0;
  /// Adds to the end and syncs; creates the file with @p mode.
  virtual base::Result<void> append(const std::string& path, std::string_view bytes, unsigned mode) = 0;
  /// Opens for writing; never through a symbolic link.
  virtual base::Result<std::unique_ptr<FileWriter>>
  open(const std::string& path, OpenMode open_mode, unsigned mode) = 0;
  /// Creates a file of exactly @p bytes that must not exist yet. Several threads may do so at once.
  virtual base::Result<std::unique_ptr<SizedFile>>
  create_sized(const std::string& path, std::uint64_t bytes, unsigned mode) = 0;
  /// Flushes everything written so far to the file system that holds @p path.
  virtual base::Result<void> sync(const std::string& path) = 0;
  /// Creates the directory and its parents; those that exist stay as they are.
  virtual base::Result<void> make_directories(const std::string& path, unsigned mode) = 0;
  virtual base::Result<void> make_link(const std::string& path, const std::string& target) = 0;
  /// Atomic, but for a directory of an image's lower layer, which is copied to `half_written(to)` and then removed.
  virtual base::Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual base::Result<void> set_mode(const std::string& path, unsigned mode) = 0;
  /// Removes a file, link or whole tree (not through links); success when it is not there.
  virtual base::Result<void> remove(const std::string& path) = 0;
  /// Takes an advisory lock for the life of the returned object; nullptr when another process holds it. Programs that
  /// are started meanwhile hold it too, until they end: one that outlives us is still known to be at work.
  virtual base::Result<std::shared_ptr<void>> lock(const std::string& path) = 0;
  /// The process that keeps others from a file by a record lock (fcntl), as apt and dpkg do with theirs; 0 when it
  /// cannot be told which, nullopt when there is none. Takes no lock itself.
  virtual std::optional<int> lock_owner(const std::string& path) = 0;
};

} // namespace cudasetup::effects
