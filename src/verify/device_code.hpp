#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::verify {

/// Whether a file is a program or library of the machine's own (an ELF file), and not a script. Pure.
bool is_elf(std::string_view file);

/// The code for GPUs in a 64-bit little-endian ELF program, as nvcc links it in: `sm_75` for machine code and
/// `compute_75` for PTX, sorted, each once. Empty where there is none, also for a damaged file. Pure. The section
/// `.nv_fatbin` holds containers one after another: a header of 16 bytes (magic, version, its size, the entries' size),
/// then entries (what it is, header's size, size, and at byte 28 the architecture), read off what CUDA 13.0 makes.
std::vector<std::string> device_code_in(std::string_view program);

} // namespace cudasetup::verify
