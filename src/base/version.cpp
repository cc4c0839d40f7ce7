#include "base/version.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::base {

namespace {

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
  std::size_t digits = 0; // of the part that is being read
  for (const char c : text) {
    if (c == '.' && digits > 0) {
      digits = 0;
      continue;
    }
    if (!is_digit(c) || digits == k_most_digits || (digits == 0 && version.m_count == k_most_parts)) {
      return std::nullopt;
    }
    version.m_count += digits == 0 ? 1 : 0;
    std::uint32_t& part = version.m_parts.at(version.m_count - 1);
    part = part * 10 + static_cast<std::uint32_t>(c - '0');
    ++digits;
  }
  if (digits == 0) {
    return std::nullopt; // nothing, or a dot at the end
  }
  version.m_text = text;
  return version;
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
  const auto beginning = parts().first(std::min(m_count, shorter.m_count));
  return m_count >= shorter.m_count && std::equal(beginning.begin(), beginning.end(), shorter.m_parts.begin());
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
