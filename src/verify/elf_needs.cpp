#include "verify/elf_needs.hpp"

#include "base/text.hpp"
#include "host/details_text.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

// elf(5).
constexpr std::size_t k_header = 64;
constexpr std::size_t k_program_header = 56;
constexpr std::uint64_t k_load = 1;
constexpr std::uint64_t k_dynamic = 2;
constexpr std::uint64_t k_null = 0;
constexpr std::uint64_t k_needed = 1;
constexpr std::uint64_t k_string_table = 5;
constexpr std::uint64_t k_string_size = 10;
constexpr std::uint64_t k_rpath = 15;
constexpr std::uint64_t k_runpath = 29;
/// No library needs more; a damaged one may say so.
constexpr std::size_t k_most_headers = 256;
constexpr std::size_t k_most_dynamic = 64 * 1024;
/// Of a name or a list of directories; the table of all names may have ten megabytes.
constexpr std::size_t k_longest_name = 4096;

/// A little-endian number; 0 beyond the end.
std::uint64_t number_at(std::string_view bytes, std::size_t offset, std::size_t size)
{
  std::uint64_t number = 0;
  for (std::size_t i = size; i > 0; --i) {
    const std::size_t at = offset + i - 1;
    number = (number << 8U) | (at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U);
  }
  return number;
}

struct Segment {
  std::uint64_t type = 0;
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

std::vector<Segment> segments_of(const ReadBytes& read, std::string_view header)
{
  const std::size_t count = std::min<std::size_t>(number_at(header, 0x38, 2), k_most_headers);
  const std::string table = read(number_at(header, 0x20, 8), count * k_program_header);
  std::vector<Segment> segments;
  for (std::size_t at = 0; at + k_program_header <= table.size(); at += k_program_header) {
    segments.push_back({number_at(table, at, 4),
                        number_at(table, at + 0x08, 8),
                        number_at(table, at + 0x10, 8),
                        number_at(table, at + 0x20, 8)});
  }
  return segments;
}

/// Where in the file the byte of an address lies.
std::optional<std::uint64_t> offset_of(const std::vector<Segment>& segments, std::uint64_t address)
{
  for (const Segment& segment : segments) {
    if (segment.type == k_load && address >= segment.address && address - segment.address < segment.size) {
      return segment.offset + (address - segment.address);
    }
  }
  return std::nullopt;
}

bool ends_beyond(const Segment& segment, std::uint64_t bytes)
{
  return segment.type == k_load && (segment.offset > bytes || segment.size > bytes - segment.offset);
}

std::vector<std::string> directories_in(std::string_view path)
{
  std::vector<std::string> directories;
  for (const std::string_view directory : base::split(path, ':')) {
    if (!directory.empty()) {
      directories.emplace_back(directory);
    }
  }
  return directories;
}

/// A file's names, by their offset in its table of names.
struct Names {
  const ReadBytes& read;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  std::string at(std::uint64_t name) const
  {
    if (name >= size) {
      return "";
    }
    const std::string text = read(offset + name, std::min<std::size_t>(size - name, k_longest_name));
    return text.substr(0, text.find('\0'));
  }
};

void read_dynamic(const ReadBytes& read, const std::vector<Segment>& segments, const Segment& dynamic, ElfNeeds& needs)
{
  std::vector<std::pair<std::uint64_t, std::uint64_t>> entries;
  const std::string bytes = read(dynamic.offset, std::min<std::size_t>(dynamic.size, k_most_dynamic));
  Names names{read};
  for (std::size_t at = 0; at + 16 <= bytes.size(); at += 16) {
    const std::uint64_t tag = number_at(bytes, at, 8);
    const std::uint64_t value = number_at(bytes, at + 8, 8);
    if (tag == k_null) {
      break;
    }
    if (tag == k_string_table) {
      names.offset = offset_of(segments, value).value_or(0);
    } else if (tag == k_string_size) {
      names.size = value;
    } else {
      entries.emplace_back(tag, value);
    }
  }
  for (const auto& [tag, value] : entries) {
    if (tag == k_needed) {
      if (std::string name = names.at(value); !name.empty()) {
        needs.needed.push_back(std::move(name));
      }
    } else if (tag == k_rpath) {
      needs.rpath = directories_in(names.at(value));
    } else if (tag == k_runpath) {
      needs.runpath = directories_in(names.at(value));
    }
  }
}

/// The text that ends with the next zero; empty from beyond the end.
std::string text_at(std::string_view bytes, std::uint64_t offset)
{
  const std::string_view rest = offset < bytes.size() ? bytes.substr(offset) : std::string_view();
  const std::size_t end = rest.find('\0');
  return end == std::string_view::npos ? "" : std::string(rest.substr(0, end));
}

} // namespace

std::optional<ElfNeeds> read_elf_needs(const ReadBytes& read, std::uint64_t bytes)
{
  const std::string header = read(0, k_header);
  const auto elf = host::parse_elf_header(header);
  if (!elf) {
    // Also a file of no bytes is no library.
    return bytes == 0 ? std::optional(ElfNeeds{true, {}, {}, {}}) : std::nullopt;
  }
  ElfNeeds needs;
  const std::vector<Segment> segments = segments_of(read, header);
  needs.is_cut = bytes < elf->least_bytes || std::any_of(segments.begin(), segments.end(), [&](const Segment& segment) {
                   return ends_beyond(segment, bytes);
                 });
  const auto dynamic =
      std::find_if(segments.begin(), segments.end(), [](const Segment& segment) { return segment.type == k_dynamic; });
  if (!needs.is_cut && dynamic != segments.end()) {
    read_dynamic(read, segments, *dynamic, needs);
  }
  return needs;
}

std::map<std::string, std::string> read_loader_cache(std::string_view cache)
{
  constexpr std::string_view k_magic = "glibc-ld.so.cache1.1";
  constexpr std::size_t k_count_at = 20;
  constexpr std::size_t k_entries_at = 48;
  constexpr std::size_t k_entry = 24;
  std::map<std::string, std::string> files;
  // Until glibc 2.31 it begins with a table for programs of the last century.
  const std::size_t start = cache.find(k_magic);
  if (start == std::string_view::npos) {
    return files;
  }
  const std::string_view table = cache.substr(start);
  const std::uint64_t count = number_at(table, k_count_at, 4);
  for (std::uint64_t i = 0; i < count && k_entries_at + (i + 1) * k_entry <= table.size(); ++i) {
    const std::size_t entry = k_entries_at + i * k_entry;
    std::string name = text_at(table, number_at(table, entry + 4, 4));
    std::string file = text_at(table, number_at(table, entry + 8, 4));
    if (!name.empty() && !file.empty()) {
      files.emplace(std::move(name), std::move(file));
    }
  }
  return files;
}

} // namespace cudasetup::verify
