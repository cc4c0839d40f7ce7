#include "base/hardware.hpp"

#include "base/text.hpp"

#include <array>
#include <charconv>

namespace cudasetup::base {

namespace {

constexpr std::uint64_t k_most_capability = 99;

std::optional<std::uint16_t> parse_hex4(std::string_view text)
{
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() != 4 || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::string hex4(std::uint16_t value)
{
  static constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text;
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    text += k_digits[(value >> shift) & 15U];
  }
  return text;
}

std::optional<ComputeCapability> make_capability(std::string_view major_text, std::string_view minor_text)
{
  const auto major_number = parse_number(major_text);
  const auto minor_number = parse_number(minor_text);
  if (!major_number || !minor_number || *major_number == 0 || *major_number > k_most_capability || *minor_number > 9) {
    return std::nullopt;
  }
  return ComputeCapability{static_cast<std::uint16_t>(*major_number), static_cast<std::uint16_t>(*minor_number)};
}

} // namespace

std::string_view name_of(Arch arch)
{
  return arch == Arch::amd64 ? "amd64" : "arm64";
}

std::string_view nvidia_directory(Arch arch)
{
  return arch == Arch::amd64 ? "x86_64" : "sbsa";
}

std::optional<Arch> parse_arch(std::string_view text)
{
  if (text == "amd64" || text == "x86_64") {
    return Arch::amd64;
  }
  if (text == "arm64" || text == "aarch64") {
    return Arch::arm64;
  }
  return std::nullopt;
}

std::optional<ComputeCapability> ComputeCapability::parse(std::string_view dotted)
{
  const std::size_t dot = dotted.find('.');
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  return make_capability(dotted.substr(0, dot), dotted.substr(dot + 1));
}

std::optional<ComputeCapability> ComputeCapability::parse_sm(std::string_view sm)
{
  for (const std::string_view prefix : {"sm_", "compute_"}) {
    if (sm.starts_with(prefix) && sm.size() >= prefix.size() + 2) {
      const std::string_view digits = sm.substr(prefix.size());
      return make_capability(digits.substr(0, digits.size() - 1), digits.substr(digits.size() - 1));
    }
  }
  return std::nullopt;
}

std::string ComputeCapability::text() const
{
  return std::to_string(major_part) + "." + std::to_string(minor_part);
}

std::string ComputeCapability::sm() const
{
  return "sm_" + std::to_string(major_part) + std::to_string(minor_part);
}

std::optional<PciId> PciId::parse(std::string_view text)
{
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  const auto vendor = parse_hex4(text.substr(0, colon));
  const auto device = parse_hex4(text.substr(colon + 1));
  if (!vendor || !device) {
    return std::nullopt;
  }
  return PciId{*vendor, *device};
}

std::string PciId::text() const
{
  return hex4(vendor) + ":" + hex4(device);
}

} // namespace cudasetup::base
