#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::test {

inline std::string number(std::uint64_t value, unsigned size)
{
  std::string bytes;
  for (unsigned i = 0; i < size; ++i) {
    bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  return bytes;
}

/// A fatbin container with entries of these kinds (1: PTX, 2: machine code) and architectures.
inline std::string fatbin(const std::vector<std::pair<unsigned, unsigned>>& entries)
{
  std::string body;
  for (const auto& [kind, architecture] : entries) {
    body += number(kind, 2) + number(0, 2) + number(64, 4) + number(8, 8) + std::string(12, '\0') +
            number(architecture, 4) + std::string(32, '\0') +
            "\x7f"
            "ELFcode";
  }
  return number(0xBA55ED50U, 4) + number(1, 2) + number(16, 2) + number(body.size(), 8) + body;
}

/// An ELF file with a section .nv_fatbin of these bytes.
inline std::string elf_with_fatbin(const std::string& section)
{
  const std::string names = std::string("\0.nv_fatbin\0.shstrtab\0", 22);
  const auto header = [](unsigned name, std::size_t offset, std::size_t size) {
    return number(name, 4) + number(1, 4) + number(0, 16) + number(offset, 8) + number(size, 8) + number(0, 24);
  };
  const std::size_t table = 64 + section.size() + names.size();
  std::string start = "\x7f"
                      "ELF\x02\x01\x01";
  start.resize(0x28);
  start += number(table, 8) + number(0, 10) + number(64, 2) + number(3, 2) + number(2, 2);
  return start + section + names + std::string(64, '\0') + header(1, 64, section.size()) +
         header(12, 64 + section.size(), names.size());
}

/// A program as nvcc links it: two containers, with these entries in the second.
inline std::string program_with(const std::vector<std::pair<unsigned, unsigned>>& entries)
{
  return elf_with_fatbin(fatbin({}) + std::string(8, '\0') + fatbin(entries));
}

} // namespace cudasetup::test
