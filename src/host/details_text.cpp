#include "host/details_text.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::host {

namespace {

/// modprobe takes - and _ for the same.
std::string module_name(std::string_view word)
{
  return base::replace_all(std::string(word), "-", "_");
}

bool is_of_interest(std::string_view module)
{
  return module == "nvidia" || module == "nouveau";
}

std::uint64_t little_endian(std::string_view bytes, std::size_t offset, std::size_t count)
{
  std::uint64_t number = 0;
  for (std::size_t i = count; i > 0; --i) {
    number = (number << 8U) | static_cast<unsigned char>(bytes[offset + i - 1]);
  }
  return number;
}

/// The directory that begins at @p text: `/usr/local/cuda-11.1`, or one level below /opt/libtorch.
std::string directory_at(std::string_view text, std::string_view prefix)
{
  const std::size_t end = text.find_first_of("/:;\"' \t\n$}=,)", prefix.size());
  return std::string(text.substr(0, end));
}

} // namespace

std::vector<Blacklisted> parse_blacklists(std::string_view text, const std::string& file)
{
  std::vector<Blacklisted> found;
  for (const std::string_view line : base::lines(text)) {
    const std::vector<std::string_view> words = base::words(line);
    const bool is_blacklist = words.size() >= 2 && words[0] == "blacklist";
    const bool is_off = words.size() >= 3 && words[0] == "alias" && words[2] == "off";
    if ((is_blacklist || is_off) && is_of_interest(module_name(words[1]))) {
      found.push_back({file, module_name(words[1])});
    }
  }
  return found;
}

std::optional<std::uint32_t> parse_kernel_gcc(std::string_view text)
{
  // "… (x86_64-linux-gnu-gcc-12 (Ubuntu 12.3.0-1ubuntu1~22.04) 12.3.0, GNU ld …": the number that ends before ", GNU
  // ld"; older kernels say "(gcc version 7.5.0 (Ubuntu …))".
  constexpr std::string_view k_old = "gcc version ";
  std::string_view number;
  if (const std::size_t old = text.find(k_old); old != std::string_view::npos) {
    number = text.substr(old + k_old.size());
  } else if (const std::size_t end = text.find(", GNU ld"); end != std::string_view::npos) {
    const std::string_view before = text.substr(0, end);
    number = before.find("gcc") == std::string_view::npos ? "" : before.substr(before.rfind(' ') + 1);
  }
  const auto major = base::parse_number(number.substr(0, number.find('.')));
  return major && *major < 100 ? std::optional(static_cast<std::uint32_t>(*major)) : std::nullopt;
}

FailedBuild parse_make_log(std::string_view text)
{
  constexpr std::string_view k_kernel = "for kernel ";
  FailedBuild build;
  for (const std::string_view line : base::lines(text)) {
    if (const std::size_t at = line.find(k_kernel); build.kernel.empty() && at != std::string_view::npos) {
      const auto words = base::words(line.substr(at + k_kernel.size()));
      build.kernel = words.empty() ? "" : std::string(words.front());
    }
    const bool is_error = line.find("error: ") != std::string_view::npos || line.starts_with("ERROR: ") ||
                          (line.starts_with("make") && line.find("Error ") != std::string_view::npos);
    if (is_error) {
      build.error = std::string(base::trim(line));
      break;
    }
  }
  return build;
}

std::vector<std::string> parse_driver_log(std::string_view text, std::string_view running)
{
  constexpr std::string_view k_driver = "NVRM: ";
  constexpr std::size_t k_most = 100;
  constexpr std::string_view k_start = "Linux version ";
  std::vector<std::string> found;
  bool is_old = false;
  for (const std::string_view line : base::lines(text)) {
    const std::size_t at = line.find(k_driver);
    const std::size_t start = line.find(k_start);
    // The first line of every start.
    if (line.find("kernel: ") != std::string_view::npos && start != std::string_view::npos) {
      const std::string_view rest = line.substr(start + k_start.size());
      is_old = !running.empty() && rest.substr(0, rest.find_first_of(" \t\r")) != running;
      found.clear();
    } else if (at != std::string_view::npos && found.size() < k_most) {
      std::string told(base::trim(line.substr(at)));
      if (std::find(found.begin(), found.end(), told) == found.end()) {
        found.push_back(std::move(told));
      }
    }
  }
  return is_old ? std::vector<std::string>() : found;
}

std::vector<std::string> named_directories(std::string_view text)
{
  static constexpr std::array<std::string_view, 2> k_prefixes = {"/usr/local/cuda-", "/opt/libtorch/"};
  std::vector<std::string> found;
  for (const std::string_view full_line : base::lines(text)) {
    const std::string_view line = full_line.substr(0, full_line.find('#'));
    for (std::size_t at = line.find('/'); at != std::string_view::npos; at = line.find('/', at + 1)) {
      for (const std::string_view prefix : k_prefixes) {
        const std::string_view rest = line.substr(at);
        if (!rest.starts_with(prefix)) {
          continue;
        }
        std::string directory = directory_at(rest, prefix);
        if (directory.size() > prefix.size() && std::find(found.begin(), found.end(), directory) == found.end()) {
          found.push_back(std::move(directory));
        }
      }
    }
  }
  return found;
}

std::optional<base::Version> parse_driver_library(std::string_view name)
{
  constexpr std::string_view k_prefix = "libcuda.so.";
  // libcuda.so.1 is the library's name for programs, and WSL's is libcuda.so.1.1.
  constexpr std::uint32_t k_least_branch = 100;
  if (!name.starts_with(k_prefix)) {
    return std::nullopt;
  }
  const auto version = base::Version::parse(name.substr(k_prefix.size()));
  return version && version->major_part() >= k_least_branch ? version : std::nullopt;
}

std::optional<ElfFile> parse_elf_header(std::string_view bytes)
{
  // elf(5), Elf64_Ehdr: e_machine, e_shoff, e_shentsize, e_shnum.
  constexpr std::size_t k_header = 64;
  constexpr std::uint64_t k_x86_64 = 62;
  constexpr std::uint64_t k_aarch64 = 183;
  if (bytes.size() < k_header || !bytes.starts_with("\x7f"
                                                    "ELF\x02\x01")) {
    return std::nullopt;
  }
  ElfFile file;
  const std::uint64_t machine = little_endian(bytes, 0x12, 2);
  if (machine == k_x86_64 || machine == k_aarch64) {
    file.arch = machine == k_x86_64 ? base::Arch::amd64 : base::Arch::arm64;
  }
  file.least_bytes = little_endian(bytes, 0x28, 8) + little_endian(bytes, 0x3A, 2) * little_endian(bytes, 0x3C, 2);
  return file;
}

bool is_on(std::string_view efi_variable)
{
  constexpr std::size_t k_attributes = 4;
  return efi_variable.size() > k_attributes && efi_variable.back() == '\x01';
}

} // namespace cudasetup::host
