#pragma once

#include "unit/verify/device_program.hpp"

#include <string>
#include <vector>

namespace cudasetup::test {

/// A shared library for amd64 that needs these, with a path of its own.
struct LibraryFile {
  std::vector<std::string> needed = {};
  std::string rpath = {};
  std::string runpath = {};

  std::string bytes() const
  {
    std::string names(1, '\0');
    std::string dynamic;
    const auto entry = [&](std::uint64_t tag, std::uint64_t value) { dynamic += number(tag, 8) + number(value, 8); };
    const auto named = [&](std::uint64_t tag, const std::string& name) {
      entry(tag, names.size());
      names += name + '\0';
    };
    for (const std::string& name : needed) {
      named(1, name);
    }
    if (!rpath.empty()) {
      named(15, rpath);
    }
    if (!runpath.empty()) {
      named(29, runpath);
    }
    // The header, two program headers, the dynamic section, the names; loaded at 0x1000.
    const std::size_t start = 64 + 2 * 56;
    const std::size_t table = start + dynamic.size() + 3 * 16;
    entry(5, 0x1000 + table);
    entry(10, names.size());
    entry(0, 0);
    const auto segment = [](unsigned type, std::size_t offset, std::size_t size) {
      return number(type, 4) + number(0, 4) + number(offset, 8) + number(0x1000 + offset, 8) + number(0, 8) +
             number(size, 8) + number(size, 8) + number(8, 8);
    };
    std::string header = "\x7f"
                         "ELF\x02\x01\x01";
    header.resize(0x12);
    header += number(62, 2);
    header.resize(0x20);
    header += number(64, 8);
    header.resize(0x38);
    header += number(2, 2);
    header.resize(64);
    return header + segment(1, 0, table + names.size()) + segment(2, start, dynamic.size()) + dynamic + names;
  }
};

/// The loader's cache, as glibc writes it from 2.32 on: name, file.
inline std::string loader_cache(const std::vector<std::pair<std::string, std::string>>& entries)
{
  std::string table = "glibc-ld.so.cache1.1" + number(entries.size(), 4);
  table.resize(48);
  std::string texts;
  const std::size_t after = 48 + entries.size() * 24;
  for (const auto& [name, file] : entries) {
    table += number(3, 4) + number(after + texts.size(), 4);
    texts += name + '\0';
    table += number(after + texts.size(), 4) + number(0, 12);
    texts += file + '\0';
  }
  return table + texts;
}

} // namespace cudasetup::test
