#include "fetch/zip.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace cudasetup::fetch {

using base::ErrorKind;

namespace {

// Signatures, sizes and offsets of the records: APPNOTE.TXT 6.3, 4.3.7 to 4.3.16.
constexpr std::uint32_t k_local_signature = 0x04034b50;
constexpr std::uint32_t k_central_signature = 0x02014b50;
constexpr std::uint32_t k_end_signature = 0x06054b50;
constexpr std::uint32_t k_end64_signature = 0x06064b50;
constexpr std::uint32_t k_locator64_signature = 0x07064b50;
constexpr std::size_t k_local_bytes = 30;
constexpr std::size_t k_central_bytes = 46;
constexpr std::size_t k_end_bytes = 22;
constexpr std::size_t k_end64_bytes = 56;
constexpr std::size_t k_locator64_bytes = 20;
constexpr std::size_t k_longest_comment = 0xffff;
constexpr std::uint64_t k_in_extra16 = 0xffff;
constexpr std::uint64_t k_in_extra32 = 0xffffffff;
constexpr std::uint64_t k_ratio_from = 64u * 1024 * 1024;
/// The bits of the flags that mean encryption: plain, strong, masked headers.
constexpr std::uint64_t k_encrypted = 0x2041;
constexpr std::uint64_t k_stored = 0;
constexpr std::uint64_t k_deflate = 8;
constexpr const char* k_misplaced = "is not where the directory says";
constexpr const char* k_shared = "shares bytes with another";

using Bytes = std::span<const char>;

/// A little-endian number; the caller has made sure that it is inside.
std::uint64_t number(Bytes bytes, std::uint64_t at, std::size_t width)
{
  std::uint64_t value = 0;
  for (std::size_t i = width; i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return value;
}
std::uint64_t u16(Bytes bytes, std::uint64_t at)
{
  return number(bytes, at, 2);
}
std::uint64_t u32(Bytes bytes, std::uint64_t at)
{
  return number(bytes, at, 4);
}
std::uint64_t u64(Bytes bytes, std::uint64_t at)
{
  return number(bytes, at, 8);
}
std::string_view text(Bytes bytes, std::uint64_t at, std::uint64_t count)
{
  return {bytes.data() + at, count};
}

tl::unexpected<base::Error> refuse(const std::string& why)
{
  return base::fail(ErrorKind::untrusted, why);
}
tl::unexpected<base::Error> refuse(std::string_view name, const std::string& why)
{
  std::string shown = base::printable(name);
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c == '\n' || c == '\t'; }, '?'); // no line of its own
  return refuse("the entry \"" + shown + "\" " + why);
}

/// The end record must be the last thing in the file, its comment included.
std::optional<std::uint64_t> find_end(Bytes zip, std::uint64_t from)
{
  if (zip.size() < k_end_bytes || from > zip.size() - k_end_bytes) {
    return std::nullopt;
  }
  const std::uint64_t last = zip.size() - k_end_bytes;
  const std::uint64_t first = std::max(from, last > k_longest_comment ? last - k_longest_comment : 0);
  for (std::uint64_t at = last + 1; at-- > first;) {
    if (u32(zip, at) == k_end_signature && at + k_end_bytes + u16(zip, at + 20) == zip.size()) {
      return at;
    }
  }
  return std::nullopt;
}

/// What the directory says of one entry, before it is believed.
struct Record {
  std::string_view name;
  std::uint64_t flags = 0;
  std::uint64_t method = 0;
  std::uint64_t unix_mode = 0;
  ZipEntry entry;
};

/// Takes the 64-bit values from the extra field, in the order that the standard fixes.
bool take_extra64(Bytes extra, Record& record)
{
  constexpr std::uint64_t k_id = 1;
  std::vector<std::uint64_t*> wanted;
  for (std::uint64_t* value : {&record.entry.bytes, &record.entry.packed_bytes, &record.entry.header_offset}) {
    if (*value == k_in_extra32) {
      wanted.push_back(value);
    }
  }
  if (wanted.empty()) {
    return true;
  }
  for (std::uint64_t at = 0; at + 4 <= extra.size();) {
    const std::uint64_t bytes = u16(extra, at + 2);
    if (at + 4 + bytes > extra.size()) {
      return false;
    }
    if (u16(extra, at) == k_id) {
      if (bytes < wanted.size() * 8) {
        return false;
      }
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        *wanted[i] = u64(extra, at + 4 + i * 8);
      }
      return true;
    }
    at += 4 + bytes;
  }
  return false;
}

/// Reads the record at @p at, and moves it on.
base::Result<Record> read_record(Bytes zip, const ZipDirectory& directory, std::uint64_t& at)
{
  if (directory.end - at < k_central_bytes || u32(zip, at) != k_central_signature) {
    return refuse("its directory is damaged");
  }
  const std::uint64_t name_bytes = u16(zip, at + 28);
  const std::uint64_t extra_bytes = u16(zip, at + 30);
  const std::uint64_t all_bytes = k_central_bytes + name_bytes + extra_bytes + u16(zip, at + 32);
  if (directory.end - at < all_bytes) {
    return refuse("its directory is damaged");
  }
  Record record;
  record.name = text(zip, at + k_central_bytes, name_bytes);
  record.flags = u16(zip, at + 8);
  record.method = u16(zip, at + 10);
  record.unix_mode = u32(zip, at + 38) >> 16;
  record.entry.header_offset = u32(zip, at + 42);
  record.entry.crc32 = static_cast<std::uint32_t>(u32(zip, at + 16));
  record.entry.packed_bytes = u32(zip, at + 20);
  record.entry.bytes = u32(zip, at + 24);
  if (u16(zip, at + 34) != 0 && u16(zip, at + 34) != k_in_extra16) {
    return refuse(record.name, "is on another volume");
  }
  if (!take_extra64(zip.subspan(at + k_central_bytes + name_bytes, extra_bytes), record)) {
    return refuse(record.name, "has damaged zip64 sizes");
  }
  at += all_bytes;
  return record;
}

base::Result<void> judge_type(Record& record)
{
  const bool named_as_directory = record.name.ends_with('/');
  switch (record.unix_mode & 0170000) {
  case 0:
    record.entry.type = named_as_directory ? ZipType::directory : ZipType::file;
    break;
  case 0040000:
    record.entry.type = ZipType::directory;
    break;
  case 0100000:
    record.entry.type = ZipType::file;
    break;
  case 0120000:
    record.entry.type = ZipType::link;
    break;
  default:
    return refuse(record.name, "is a device, pipe or socket");
  }
  if (named_as_directory && record.entry.type != ZipType::directory) {
    return refuse(record.name, "is named as a directory and is none");
  }
  if (record.entry.type == ZipType::directory && record.entry.bytes != 0) {
    return refuse(record.name, "is a directory with content");
  }
  record.entry.executable = record.entry.type == ZipType::file && (record.unix_mode & 0111) != 0;
  return {};
}

base::Result<void> judge(Record& record)
{
  if (const std::string fault = fault_of_zip_name(record.name); !fault.empty()) {
    return refuse(record.name, fault);
  }
  if ((record.flags & k_encrypted) != 0) {
    return refuse(record.name, "is encrypted");
  }
  CUDASETUP_TRY(judge_type(record));
  if (record.method != k_stored && record.method != k_deflate) {
    return refuse(record.name, "is packed in a way that is not supported: " + std::to_string(record.method));
  }
  record.entry.method = record.method == k_stored ? ZipMethod::stored : ZipMethod::deflate;
  if (record.entry.method == ZipMethod::stored && record.entry.packed_bytes != record.entry.bytes) {
    return refuse(record.name, "lies about its size");
  }
  const bool is_directory = record.name.ends_with('/');
  record.entry.name = record.name.substr(0, record.name.size() - (is_directory ? 1 : 0));
  return {};
}

/// Whether its header and bytes can be where the directory says, as far as that can be told without looking at them.
base::Result<void> judge_place(const ZipDirectory& directory, const Record& record)
{
  const std::uint64_t offset = record.entry.header_offset;
  if (offset > directory.offset || directory.offset - offset < k_local_bytes) {
    return refuse(record.name, k_misplaced);
  }
  if (record.entry.packed_bytes > directory.offset - offset - k_local_bytes) {
    return refuse(record.name, "is cut off");
  }
  return {};
}

/// Gives each entry the bytes up to the next one. A bomb lets many unpack the same.
base::Result<void> set_apart(const ZipDirectory& directory, std::vector<ZipEntry>& entries)
{
  std::vector<ZipEntry*> in_order;
  in_order.reserve(entries.size());
  for (ZipEntry& entry : entries) {
    in_order.push_back(&entry);
  }
  std::sort(in_order.begin(), in_order.end(), [](const ZipEntry* one, const ZipEntry* other) {
    return one->header_offset < other->header_offset;
  });
  std::uint64_t end = directory.offset;
  for (auto entry = in_order.rbegin(); entry != in_order.rend(); ++entry) {
    (*entry)->end = end;
    end = (*entry)->header_offset;
    if (end == (*entry)->end) {
      return refuse((*entry)->name, k_shared);
    }
  }
  return {};
}

/// No path twice, and nothing below what is no directory.
base::Result<void> check_paths(const std::vector<ZipEntry>& entries)
{
  std::unordered_map<std::string_view, ZipType> types;
  for (const ZipEntry& entry : entries) {
    if (!types.emplace(entry.name, entry.type).second) {
      return refuse(entry.name, "is there twice");
    }
  }
  for (const ZipEntry& entry : entries) {
    const std::string_view name = entry.name;
    for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1)) {
      const auto above = types.find(name.substr(0, slash));
      if (above != types.end() && above->second != ZipType::directory) {
        return refuse(entry.name, "lies below what is no directory");
      }
    }
  }
  return {};
}

base::Result<void> check_sizes(const std::vector<ZipEntry>& entries, std::uint64_t zip_bytes, const ZipLimits& limits)
{
  std::uint64_t all = 0;
  for (const ZipEntry& entry : entries) {
    if (entry.bytes > limits.most_bytes - all) {
      return refuse("it unpacks to more than the " + base::human_bytes(limits.most_bytes) + " that are allowed");
    }
    all += entry.bytes;
  }
  if (all > k_ratio_from && all / limits.most_ratio > zip_bytes) {
    return refuse("it unpacks to more than " + std::to_string(limits.most_ratio) + " times its size");
  }
  return {};
}

} // namespace

base::Result<ZipDirectory> find_zip_directory(std::span<const char> zip, std::uint64_t from)
{
  const auto end = find_end(zip, from);
  if (!end) {
    return refuse("not a zip file, or only a part of one");
  }
  bool one_disk = u16(zip, *end + 4) == 0 && u16(zip, *end + 6) == 0 && u16(zip, *end + 8) == u16(zip, *end + 10);
  ZipDirectory directory{u16(zip, *end + 10), u32(zip, *end + 16), u32(zip, *end + 12), *end};
  const bool has_locator =
      *end >= from + k_locator64_bytes && u32(zip, *end - k_locator64_bytes) == k_locator64_signature;
  if (has_locator) {
    const std::uint64_t at = u64(zip, *end - k_locator64_bytes + 8);
    if (*end < k_locator64_bytes + k_end64_bytes || at > *end - k_locator64_bytes - k_end64_bytes || at < from ||
        u32(zip, at) != k_end64_signature) {
      return refuse("its zip64 records are damaged");
    }
    one_disk = u32(zip, at + 16) == 0 && u32(zip, at + 20) == 0 && u64(zip, at + 24) == u64(zip, at + 32);
    directory = {u64(zip, at + 32), u64(zip, at + 48), u64(zip, at + 40), at};
  }
  if (!one_disk) {
    return refuse("it is one of several volumes");
  }
  if (directory.offset > directory.end || directory.bytes != directory.end - directory.offset) {
    return refuse("its directory is not where it says");
  }
  return directory;
}

base::Result<std::vector<ZipEntry>>
read_zip_entries(std::span<const char> zip, const ZipDirectory& directory, const ZipLimits& limits)
{
  if (directory.entries > limits.most_entries || directory.entries > directory.bytes / k_central_bytes) {
    return refuse("it has too many entries");
  }
  std::vector<ZipEntry> entries;
  entries.reserve(directory.entries);
  std::uint64_t at = directory.offset;
  while (entries.size() < directory.entries) {
    CUDASETUP_TRY_ASSIGN(Record record, read_record(zip, directory, at));
    CUDASETUP_TRY(judge(record));
    CUDASETUP_TRY(judge_place(directory, record));
    entries.push_back(std::move(record.entry));
  }
  if (at != directory.end) {
    return refuse("its directory has more entries than it says");
  }
  CUDASETUP_TRY(set_apart(directory, entries));
  CUDASETUP_TRY(check_paths(entries));
  CUDASETUP_TRY(check_sizes(entries, zip.size(), limits));
  return entries;
}

base::Result<void> find_zip_data(std::span<const char> zip, ZipEntry& entry)
{
  const std::uint64_t at = entry.header_offset;
  if (entry.end - at < k_local_bytes) {
    return refuse(entry.name, k_shared);
  }
  if (u32(zip, at) != k_local_signature) {
    return refuse(entry.name, k_misplaced);
  }
  const std::uint64_t name_bytes = u16(zip, at + 26);
  const std::uint64_t data = at + k_local_bytes + name_bytes + u16(zip, at + 28);
  if (data > entry.end || entry.packed_bytes > entry.end - data) {
    return refuse(entry.name, k_shared);
  }
  std::string_view name = text(zip, at + k_local_bytes, name_bytes);
  if (entry.type == ZipType::directory && name.ends_with('/')) {
    name.remove_suffix(1);
  }
  if (name != entry.name || u16(zip, at + 8) != (entry.method == ZipMethod::stored ? k_stored : k_deflate)) {
    return refuse(entry.name, "has two different headers");
  }
  entry.data_offset = data;
  return {};
}

base::Result<std::vector<ZipEntry>> read_zip_directory(std::span<const char> zip, const ZipLimits& limits)
{
  CUDASETUP_TRY_ASSIGN(const ZipDirectory directory, find_zip_directory(zip, 0));
  CUDASETUP_TRY_ASSIGN(std::vector<ZipEntry> entries, read_zip_entries(zip, directory, limits));
  for (ZipEntry& entry : entries) {
    CUDASETUP_TRY(find_zip_data(zip, entry));
  }
  return entries;
}

} // namespace cudasetup::fetch
