#include "system/file_objects.hpp"

#include "system/errno_error.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace cudasetup::system {

namespace {

/// A mapping pays only for files of some size; thousands of small ones are written with one call each.
constexpr std::uint64_t k_least_mapped = 4u * 1024 * 1024;
/// What is written is sent to the disk in pieces of that size while more is written, so that a flush in the end has
/// little to wait for.
constexpr std::uint64_t k_sent_to_disk = 8u * 1024 * 1024;

class Writer : public effects::FileWriter {
public:
  Writer(Fd file, std::string path) : m_file(std::move(file)), m_path(std::move(path)) {}

  base::Result<void> write_at(std::uint64_t offset, std::span<const char> bytes) override
  {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t written =
          ::pwrite(m_file.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
      if (written < 0 && errno != EINTR) {
        return base::fail(errno_error(errno, "write", m_path));
      }
      done += written > 0 ? static_cast<std::size_t>(written) : 0;
    }
    m_kept += bytes.size();
    if (m_kept >= k_sent_to_disk) {
      m_kept = 0;
      // A hint: where it is not understood, flushing does it all.
      static_cast<void>(::sync_file_range(m_file.number(), 0, 0, SYNC_FILE_RANGE_WRITE));
    }
    return {};
  }

  base::Result<void> flush() override
  {
    if (::fdatasync(m_file.number()) != 0) {
      return base::fail(errno_error(errno, "write", m_path));
    }
    return {};
  }

  base::Result<void> close() override
  {
    if (::fsync(m_file.number()) != 0 || ::close(m_file.release()) != 0) {
      return base::fail(errno_error(errno, "write", m_path));
    }
    return {};
  }

private:
  Fd m_file;
  std::string m_path;
  std::uint64_t m_kept = 0; ///< bytes written since some were last sent to the disk
};

class Mapping {
public:
  Mapping() = default;
  Mapping(void* address, std::size_t bytes) : m_address(address), m_bytes(bytes) {}
  Mapping(Mapping&& other) noexcept
      : m_address(std::exchange(other.m_address, nullptr)), m_bytes(std::exchange(other.m_bytes, 0))
  {
  }
  Mapping& operator=(Mapping&&) = delete;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping()
  {
    if (m_address != nullptr) {
      ::munmap(m_address, m_bytes);
    }
  }
  std::span<char> bytes() const { return {static_cast<char*>(m_address), m_bytes}; }

private:
  void* m_address = nullptr;
  std::size_t m_bytes = 0;
};

class MappedFile : public effects::SizedFile {
public:
  MappedFile(Fd file, Mapping mapping) : m_file(std::move(file)), m_mapping(std::move(mapping)) {}
  std::span<char> bytes() override { return m_mapping.bytes(); }
  base::Result<void> close() override
  {
    // A hint, so that the flush of all files in the end has little to wait for.
    static_cast<void>(::sync_file_range(m_file.number(), 0, 0, SYNC_FILE_RANGE_WRITE));
    return {};
  }

private:
  Fd m_file;
  Mapping m_mapping;
};

class BufferedFile : public effects::SizedFile {
public:
  BufferedFile(Fd file, std::uint64_t bytes, std::string path)
      : m_file(std::move(file)), m_bytes(bytes, '\0'), m_path(std::move(path))
  {
  }
  std::span<char> bytes() override { return m_bytes; }
  base::Result<void> close() override
  {
    int why = write_all(m_file.number(), m_bytes);
    if (why == 0 && ::close(m_file.release()) != 0) {
      why = errno;
    }
    if (why != 0) {
      return base::fail(errno_error(why, "write", m_path));
    }
    return {};
  }

private:
  Fd m_file;
  std::string m_bytes;
  std::string m_path;
};

class View : public effects::FileView {
public:
  explicit View(Mapping mapping) : m_mapping(std::move(mapping)) {}
  std::span<const char> bytes() const override { return m_mapping.bytes(); }

private:
  Mapping m_mapping;
};

} // namespace

int write_all(int file, std::string_view bytes)
{
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int read_some(int file, std::size_t most, std::string& bytes)
{
  constexpr std::size_t k_least_piece = 16u * 1024;
  constexpr std::size_t k_most_piece = 4u * 1024 * 1024;
  bytes.clear();
  while (bytes.size() < most) {
    const std::size_t old = bytes.size();
    const std::size_t piece = std::min(most - old, std::clamp(old, k_least_piece, k_most_piece));
    bytes.resize(old + piece);
    const ssize_t got = ::read(file, bytes.data() + old, piece);
    bytes.resize(old + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got == 0) {
      return 0;
    }
    if (got < 0 && errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

std::unique_ptr<effects::FileWriter> make_writer(Fd file, std::string path)
{
  return std::make_unique<Writer>(std::move(file), std::move(path));
}

base::Result<std::unique_ptr<effects::SizedFile>> make_sized_file(Fd file, std::uint64_t bytes, std::string path)
{
  if (bytes >= k_least_mapped) {
    if (::fallocate(file.number(), 0, 0, static_cast<off_t>(bytes)) == 0) {
      void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
      if (address == MAP_FAILED) {
        return base::fail(errno_error(errno, "map", path));
      }
      return std::make_unique<MappedFile>(std::move(file), Mapping(address, bytes));
    }
    if (errno != EOPNOTSUPP && errno != ENOSYS) {
      return base::fail(errno_error(errno, "write", path));
    }
  }
  return std::make_unique<BufferedFile>(std::move(file), bytes, std::move(path));
}

base::Result<std::unique_ptr<effects::FileView>> make_view(const Fd& file, const std::string& path)
{
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    return base::fail(errno_error(errno, "read", path));
  }
  if (status.st_size == 0) {
    return std::make_unique<View>(Mapping());
  }
  const auto bytes = static_cast<std::size_t>(status.st_size);
  // Shared: what is written into the file meanwhile is seen.
  void* address = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file.number(), 0);
  if (address == MAP_FAILED) {
    return base::fail(errno_error(errno, "map", path));
  }
  return std::make_unique<View>(Mapping(address, bytes));
}

} // namespace cudasetup::system
