#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::base {

/// A dotted number such as 11.1.1, 455.32.00, 22.04 or 2.35. Keeps its spelling; compares by number, part by part,
/// a missing part counting as 0 (11.1 == 11.1.0).
class Version {
public:
  /// Only digits and single dots, at most 6 parts of at most 9 digits; nullopt for anything else.
  static std::optional<Version> parse(std::string_view text);

  const std::string& text() const { return m_text; }
  const std::vector<std::uint32_t>& parts() const { return m_parts; }
  /// The part at @p index, 0 where there is none.
  std::uint32_t part(std::size_t index) const;
  std::uint32_t major_part() const { return part(0); }
  std::uint32_t minor_part() const { return part(1); }
  /// "11.1" of 11.1.1: the first @p count parts.
  std::string prefix(std::size_t count) const;
  /// Whether this version begins with the parts of @p shorter: 11.1.1 begins with 11 and with 11.1, not with 11.10.
  bool begins_with(const Version& shorter) const;

  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == std::strong_ordering::equal; }

private:
  std::string m_text;
  std::vector<std::uint32_t> m_parts;
};

/// Orders two Debian package versions as dpkg does (epoch, upstream, revision; `~` before the end).
/// Rules: deb-version(7).
std::strong_ordering compare_debian_versions(std::string_view a, std::string_view b);

} // namespace cudasetup::base
