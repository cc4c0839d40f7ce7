#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cudasetup::fetch {

enum class ZipType { file, directory, link };
enum class ZipMethod { stored, deflate };

/// One entry, found sound: its bytes are nobody else's, and its name stays in the tree.
struct ZipEntry {
  /// Relative, parts joined by single slashes, none of them `.` or `..`; without the slash that ends a directory's.
  std::string name;
  ZipType type = ZipType::file;
  ZipMethod method = ZipMethod::stored;
  /// Whether its Unix mode lets anybody execute it; false where the zip has no Unix modes.
  bool executable = false;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint32_t crc32 = 0;
  /// Its header and bytes lie from here up to, and without, `end`; nobody else's do.
  std::uint64_t header_offset = 0;
  std::uint64_t end = 0;
  /// Where its bytes begin in the zip; 0 before find_zip_data.
  std::uint64_t data_offset = 0;
};

struct ZipLimits {
  /// Of all entries together, unpacked.
  std::uint64_t most_bytes = 0;
  std::uint64_t most_entries = 1'000'000;
  /// Unpacked to packed, of a zip that grows past 64 MiB. Real libraries come to 2 or 3, a bomb to 1000.
  std::uint64_t most_ratio = 200;
};

/// Where a zip's directory is.
struct ZipDirectory {
  std::uint64_t entries = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  /// Where the records after it begin.
  std::uint64_t end = 0;
};

/// The last bytes of a zip that are enough for find_zip_directory: those of its last records, with the longest comment.
inline constexpr std::uint64_t k_zip_tail = 22 + 0xffff + 20 + 56;

/// Finds the directory of a zip or zip64 file, and reads no byte before @p from, which is 0 or at least k_zip_tail
/// before the end. Errors: as of read_zip_directory.
base::Result<ZipDirectory> find_zip_directory(std::span<const char> zip, std::uint64_t from);
/// The entries in the order of the directory; reads no byte of the zip but the directory's. What their own headers say
/// is not known yet. Errors: as of read_zip_directory.
base::Result<std::vector<ZipEntry>>
read_zip_entries(std::span<const char> zip, const ZipDirectory& directory, const ZipLimits& limits);
/// Finds an entry's bytes behind its header, which must agree with the directory; reads no byte of the zip but the
/// entry's. Errors: as of read_zip_directory.
base::Result<void> find_zip_data(std::span<const char> zip, ZipEntry& entry);

/// All of that: the entries of a zip or zip64 file in the order of its directory. Refused (ErrorKind::untrusted, the
/// message without the file's name): several disks, encryption, methods but stored and deflate, devices, names that are
/// absolute or leave the tree (or would elsewhere: backslashes, drives), control characters in names, one path twice, a
/// path below a file or link, entries that share bytes, anything before or after the zip, and what breaks a limit.
base::Result<std::vector<ZipEntry>> read_zip_directory(std::span<const char> zip, const ZipLimits& limits);

/// Why a name is refused, in words; "" for a good one. A slash at the end is allowed.
std::string fault_of_zip_name(std::string_view name);

/// Why the target of a link is refused, in words; "" for a good one. @p name is the link's. It must be relative and
/// lead to a place in the same tree; `..` only at its beginning, where it cannot pass through another link.
std::string fault_of_zip_link(std::string_view name, std::string_view target);

} // namespace cudasetup::fetch
