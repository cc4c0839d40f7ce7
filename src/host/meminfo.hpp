#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cudasetup::host {

/// The machine's memory in bytes: MemTotal of /proc/meminfo, which counts in KiB.
std::optional<std::uint64_t> parse_memory(std::string_view text);

} // namespace cudasetup::host
