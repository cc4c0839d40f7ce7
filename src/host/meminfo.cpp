#include "host/meminfo.hpp"

#include "base/text.hpp"

#include <limits>

namespace cudasetup::host {

std::optional<std::uint64_t> parse_memory(std::string_view text)
{
  constexpr std::string_view k_field = "MemTotal:";
  for (const std::string_view line : base::lines(text)) {
    if (!line.starts_with(k_field)) {
      continue;
    }
    const auto words = base::words(line.substr(k_field.size()));
    const auto kibibytes = words.size() == 2 && words[1] == "kB" ? base::parse_number(words[0]) : std::nullopt;
    if (kibibytes && *kibibytes <= std::numeric_limits<std::uint64_t>::max() / 1024) {
      return *kibibytes * 1024;
    }
  }
  return std::nullopt;
}

} // namespace cudasetup::host
