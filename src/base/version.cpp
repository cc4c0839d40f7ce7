#include "base/version.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::base {

namespace {

constexpr std::size_t k_most_parts = 6;
constexpr std::size_t k_most_digits = 9;

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/// dpkg's order of characters outside numbers: `~` before the end, the end before letters, letters before the rest.
int weight(char c)
{
  if (c == '~') {
    return -1;
  }
  if (c == '\0' || is_digit(c)) {
    return 0;
  }
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter ? static_cast<unsigned char>(c) : static_cast<unsigned char>(c) + 256;
}

/// Takes the leading digits of @p text as a number without leading zeros.
std::string_view take_number(std::string_view& text)
{
  std::size_t end = 0;
  while (end < text.size() && is_digit(text[end])) {
    ++end;
  }
  std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  while (number.size() > 1 && number.front() == '0') {
    number.remove_prefix(1);
  }
  return number == "0" ? std::string_view{} : number;
}

std::strong_ordering compare_parts(std::string_view a, std::string_view b)
{
  while (!a.empty() || !b.empty()) {
    while ((!a.empty() && !is_digit(a.front())) || (!b.empty() && !is_digit(b.front()))) {
      const int wa = weight(a.empty() ? '\0' : a.front());
      const int wb = weight(b.empty() ? '\0' : b.front());
      if (wa != wb) {
        return wa <=> wb;
      }
      a.remove_prefix(a.empty() ? 0 : 1);
      b.remove_prefix(b.empty() ? 0 : 1);
    }
    const std::string_view na = take_number(a);
    const std::string_view nb = take_number(b);
    if (na.size() != nb.size()) {
      return na.size() <=> nb.size();
    }
    if (const int order = na.compare(nb); order != 0) {
      return order <=> 0;
    }
  }
  return std::strong_ordering::equal;
}

struct DebianVersion {
  std::string_view epoch = "0";
  std::string_view upstream;
  std::string_view revision;
};

DebianVersion parse_debian(std::string_view text)
{
  DebianVersion version;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    version.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t dash = text.rfind('-');
  version.upstream = text.substr(0, dash);
  version.revision = dash == std::string_view::npos ? std::string_view{} : text.substr(dash + 1);
  return version;
}

} // namespace

std::optional<Version> Version::parse(std::string_view text)
{
  Version version;
  const std::vector<std::string_view> pieces = split(text, '.');
  if (pieces.size() > k_most_parts) {
    return std::nullopt;
  }
  for (const std::string_view piece : pieces) {
    if (piece.empty() || piece.size() > k_most_digits || !std::all_of(piece.begin(), piece.end(), is_digit)) {
      return std::nullopt;
    }
    version.m_parts.push_back(static_cast<std::uint32_t>(*parse_number(piece)));
  }
  version.m_text = text;
  return version;
}

std::uint32_t Version::part(std::size_t index) const
{
  return index < m_parts.size() ? m_parts[index] : 0;
}

std::string Version::prefix(std::size_t count) const
{
  const std::vector<std::string_view> pieces = split(m_text, '.');
  std::string result;
  for (std::size_t i = 0; i < std::min(count, pieces.size()); ++i) {
    result += i > 0 ? "." : "";
    result += pieces[i];
  }
  return result;
}

bool Version::begins_with(const Version& shorter) const
{
  return m_parts.size() >= shorter.m_parts.size() &&
         std::equal(shorter.m_parts.begin(), shorter.m_parts.end(), m_parts.begin());
}

std::strong_ordering Version::operator<=>(const Version& other) const
{
  for (std::size_t i = 0; i < std::max(m_parts.size(), other.m_parts.size()); ++i) {
    if (part(i) != other.part(i)) {
      return part(i) <=> other.part(i);
    }
  }
  return std::strong_ordering::equal;
}

std::strong_ordering compare_debian_versions(std::string_view a, std::string_view b)
{
  const DebianVersion left = parse_debian(a);
  const DebianVersion right = parse_debian(b);
  if (const auto order = compare_parts(left.epoch, right.epoch); order != std::strong_ordering::equal) {
    return order;
  }
  if (const auto order = compare_parts(left.upstream, right.upstream); order != std::strong_ordering::equal) {
    return order;
  }
  return compare_parts(left.revision, right.revision);
}

} // namespace cudasetup::base
