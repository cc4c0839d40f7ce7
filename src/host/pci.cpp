#include "host/pci.hpp"

#include "base/text.hpp"

#include <charconv>

namespace cudasetup::host {

namespace {

/// "0x" and exactly @p digits hexadecimal digits.
std::optional<std::uint32_t> parse_hex(std::string_view text, std::size_t digits)
{
  text = base::trim(text);
  if (!text.starts_with("0x") || text.size() != digits + 2) {
    return std::nullopt;
  }
  text.remove_prefix(2);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

} // namespace

std::optional<std::uint16_t> parse_pci_number(std::string_view text)
{
  const auto value = parse_hex(text, 4);
  return value ? std::optional(static_cast<std::uint16_t>(*value)) : std::nullopt;
}

std::optional<std::uint32_t> parse_pci_class(std::string_view text)
{
  return parse_hex(text, 6);
}

bool is_display_class(std::uint32_t class_code)
{
  const std::uint32_t kind = class_code >> 8U;
  return kind == 0x0300 || kind == 0x0302 || kind == 0x0380;
}

} // namespace cudasetup::host
