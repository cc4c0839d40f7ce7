#pragma once

#include "effects/files.hpp"
#include "system/fd.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace cudasetup::system {

/// Writes all of @p bytes at the descriptor's position; 0, or errno.
int write_all(int file, std::string_view bytes);
/// Reads to the end, or @p most bytes, from the descriptor's position; 0, or errno.
int read_some(int file, std::size_t most, std::string& bytes);

/// A writer of an open file; @p path is for messages.
std::unique_ptr<effects::FileWriter> make_writer(Fd file, std::string path);

/// A file of @p bytes bytes that is filled in memory: a mapping of it where it is large and the file system can promise
/// the room (fallocate(2)), so that a full disk is an error and not a signal; else memory that `close` writes.
base::Result<std::unique_ptr<effects::SizedFile>> make_sized_file(Fd file, std::uint64_t bytes, std::string path);

/// A read-only mapping of an open regular file.
base::Result<std::unique_ptr<effects::FileView>> make_view(const Fd& file, const std::string& path);

} // namespace cudasetup::system
