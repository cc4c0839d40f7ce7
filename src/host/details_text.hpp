#pragma once

#include "host/details.hpp"

#include <string_view>

/// Parsers of what Details are made from; any text gives a value.
namespace cudasetup::host {

/// What a file of modprobe's configuration keeps from being loaded, of NVIDIA's module and nouveau (modprobe.d(5)): by
/// `blacklist`, and by `alias nvidia off`.
std::vector<Blacklisted> parse_blacklists(std::string_view text, const std::string& file);

/// The major of the gcc that built the running kernel, from /proc/version.
std::optional<std::uint32_t> parse_kernel_gcc(std::string_view text);

/// What the beginning of DKMS's make.log tells: the kernel ("for kernel 6.17.9-generic") and the first error.
FailedBuild parse_make_log(std::string_view text);

/// The lines about NVIDIA's driver ("NVRM: …") in the kernel's log since its last start, each once and without its
/// time, at most a hundred. None where that start was of another kernel than @p running: the log is an old one, which
/// nothing writes any more. @p running may be empty (not known).
std::vector<std::string> parse_driver_log(std::string_view text, std::string_view running);

/// The directories of toolkits and LibTorch trees that a text names, each once, in order: /usr/local/cuda-11.1 (also of
/// longer paths below it), /opt/libtorch/1.7.1+cu110. Comments (#) name nothing.
std::vector<std::string> named_directories(std::string_view text);

/// The driver's number in the file name of its library: 580.95.05 of libcuda.so.580.95.05.
std::optional<base::Version> parse_driver_library(std::string_view name);

/// What the first 64 bytes of an ELF file tell: its architecture, where that is one of ours, and how many bytes it has
/// at least. nullopt for other files.
struct ElfFile {
  std::optional<base::Arch> arch;
  std::uint64_t least_bytes = 0;
};
std::optional<ElfFile> parse_elf_header(std::string_view bytes);

/// Whether a variable of the firmware's (in efivars: four bytes of attributes, then its value) is one that is on.
bool is_on(std::string_view efi_variable);

} // namespace cudasetup::host
