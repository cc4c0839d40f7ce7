#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::verify {

/// At most that many bytes of a file from an offset on; fewer at its end, none where it cannot be read.
using ReadBytes = std::function<std::string(std::uint64_t offset, std::size_t count)>;

/// What a shared library tells the loader (ld.so(8)).
struct ElfNeeds {
  bool is_cut = false; ///< it ends before its own header says; then nothing else of it is told
  std::vector<std::string> needed;
  std::vector<std::string> rpath;   ///< directories, `$ORIGIN` as it stands
  std::vector<std::string> runpath; ///< where it has one, rpath does not count
};

/// Reads the dynamic section of a 64-bit little-endian ELF file of @p bytes; nullopt for other files, also for a
/// linker's script. What is damaged gives fewer names, never names from beyond the file. Reads a few kilobytes.
std::optional<ElfNeeds> read_elf_needs(const ReadBytes& read, std::uint64_t bytes);

/// The loader's cache (/etc/ld.so.cache; glibc, sysdeps/generic/dl-cache.h): name of a library → its file. Of several
/// the first, which is what the loader would try first. Empty for another or a damaged file.
std::map<std::string, std::string> read_loader_cache(std::string_view cache);

} // namespace cudasetup::verify
