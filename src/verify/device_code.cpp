#include "verify/device_code.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

namespace cudasetup::verify {

namespace {

constexpr std::string_view k_section = ".nv_fatbin";
constexpr std::uint64_t k_container = 0xBA55ED50U;
constexpr std::size_t k_container_header = 16;
constexpr std::size_t k_entry_header = 32;
constexpr std::uint64_t k_ptx = 1;
constexpr std::uint64_t k_machine_code = 2;

/// A little-endian number of @p size bytes; nullopt beyond the end.
std::optional<std::uint64_t> number_at(std::string_view bytes, std::uint64_t offset, unsigned size)
{
  if (offset > bytes.size() || bytes.size() - offset < size) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (unsigned i = size; i > 0; --i) {
    number = (number << 8U) | static_cast<unsigned char>(bytes[offset + i - 1]);
  }
  return number;
}

std::string_view part_of(std::string_view bytes, std::uint64_t offset, std::uint64_t size)
{
  return offset > bytes.size() || bytes.size() - offset < size ? std::string_view() : bytes.substr(offset, size);
}

/// The bytes of a section's header, by its number; short where there is none. elf(5): Elf64_Ehdr, Elf64_Shdr.
std::string_view section_header(std::string_view elf, std::uint64_t number)
{
  const auto table = number_at(elf, 0x28, 8);
  const auto size = number_at(elf, 0x3A, 2);
  return table && size && *size >= 64 ? part_of(elf, *table + number * *size, *size) : std::string_view();
}

std::string_view section_bytes(std::string_view elf, std::string_view header)
{
  const auto offset = number_at(header, 0x18, 8);
  const auto size = number_at(header, 0x20, 8);
  return offset && size ? part_of(elf, *offset, *size) : std::string_view();
}

std::string_view find_section(std::string_view elf, std::string_view name)
{
  const std::uint64_t count = number_at(elf, 0x3C, 2).value_or(0);
  const std::string_view names = section_bytes(elf, section_header(elf, number_at(elf, 0x3E, 2).value_or(0)));
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string_view header = section_header(elf, i);
    const std::string_view rest =
        names.substr(std::min<std::uint64_t>(number_at(header, 0, 4).value_or(0), names.size()));
    if (rest.substr(0, rest.find('\0')) == name) {
      return section_bytes(elf, header);
    }
  }
  return {};
}

void add_entries(std::string_view entries, std::set<std::string>& found)
{
  while (entries.size() >= k_entry_header) {
    const std::uint64_t kind = *number_at(entries, 0, 2);
    const std::uint64_t header = *number_at(entries, 4, 4);
    const std::uint64_t size = *number_at(entries, 8, 8);
    if (header < k_entry_header || header > entries.size() || size > entries.size() - header || size == 0) {
      return;
    }
    if (kind == k_machine_code || kind == k_ptx) {
      found.insert((kind == k_ptx ? "compute_" : "sm_") + std::to_string(*number_at(entries, 28, 4)));
    }
    entries.remove_prefix(header + size);
  }
}

} // namespace

bool is_elf(std::string_view file)
{
  return file.starts_with("\x7f"
                          "ELF");
}

std::vector<std::string> device_code_in(std::string_view program)
{
  std::set<std::string> found;
  std::string_view left = is_elf(program) ? find_section(program, k_section) : std::string_view();
  while (left.size() >= k_container_header) {
    const std::uint64_t header = *number_at(left, 6, 2);
    const std::uint64_t size = *number_at(left, 8, 8);
    if (*number_at(left, 0, 4) != k_container || header < k_container_header || header > left.size() ||
        size > left.size() - header) {
      break;
    }
    add_entries(left.substr(header, size), found);
    left.remove_prefix(header + size);
    // The next one begins at the next multiple of 8.
    left.remove_prefix(std::min(left.find_first_not_of('\0'), left.size()));
  }
  return {found.begin(), found.end()};
}

} // namespace cudasetup::verify
