#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cudasetup::base {

/// A dotted number such as 11.1.1, 455.32.00, 22.04 or 2.35. Keeps its spelling; compares by number, part by part,
/// a missing part counting as 0 (11.1 == 11.1.0).
class Version {
public:
  /// Only digits and single dots, at most 6 parts of at most 9 digits; nullopt for anything else.
  static std::optional<Version> parse(std::string_view text);

  const std::string& text() const { return m_text; }
  std::span<const std::uint32_t> parts() const { return std::span(m_parts).first(m_count); }
  /// The part at @p index, 0 where there is none.
  std::uint32_t part(std::size_t index) const { return index < m_count ? m_parts.at(index) : 0; }
  std::uint32_t major_part() const { return part(0); }
  std::uint32_t minor_part() const { return part(1); }
  /// "11.1" of 11.1.1: the first @p count parts.
  std::string prefix(std::size_t count) const;
  /// Whether this version begins with the parts of @p shorter: 11.1.1 begins with 11 and with 11.1, not with 11.10.
  bool begins_with(const Version& shorter) const;

  std::strong_ordering operator<=>(const Version& other) const { return m_parts <=> other.m_parts; }
  bool operator==(const Version& other) const { return m_parts == other.m_parts; }

private:
  static constexpr std::size_t k_most_parts = 6;

  std::string m_text;
  std::array<std::uint32_t, k_most_parts> m_parts{}; ///< 0 from m_count on
  std::size_t m_count = 0;
};

/// Orders two Debian package versions as dpkg does (epoch, upstream, revision; `~` before the end).
/// Rules: deb-version(7).
std::strong_ordering compare_debian_versions(std::string_view a, std::string_view b);

} // namespace cudasetup::base
