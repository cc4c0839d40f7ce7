#include "system/http_headers.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::system {

namespace {

bool is_control(char c)
{
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

} // namespace

void HttpHeaders::take(std::string_view line)
{
  line = base::trim(line);
  if (line.starts_with("HTTP/")) {
    *this = HttpHeaders();
    const auto words = base::words(line);
    const auto status = words.size() > 1 ? base::parse_number(words[1]) : std::nullopt;
    m_status = status && *status < 1000 ? static_cast<int>(*status) : 0;
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  const std::string name = base::lower(line.substr(0, colon));
  const std::string_view value = base::trim(line.substr(colon + 1));
  if (std::any_of(value.begin(), value.end(), is_control)) {
    return; // an invalid value (RFC 9110, 5.5), and one that must not come back in a header of ours
  }
  if (name == "location") {
    m_location = value;
  } else if (name == "etag") {
    m_etag = value;
  } else if (name == "last-modified") {
    m_last_modified = value;
  } else if (name == "content-length") {
    m_length = base::parse_number(value);
  } else if (name == "content-range") {
    m_range = parse_range(value);
  } else if (name == "accept-ranges") {
    m_accepts_ranges = base::lower(value) == "bytes";
  }
}

std::optional<HttpHeaders::Range> HttpHeaders::parse_range(std::string_view value)
{
  constexpr std::string_view k_unit = "bytes ";
  const std::size_t slash = value.find('/');
  const std::size_t dash = value.find('-');
  if (!value.starts_with(k_unit) || slash == std::string_view::npos || dash == std::string_view::npos || dash > slash) {
    return std::nullopt;
  }
  const auto from = base::parse_number(value.substr(k_unit.size(), dash - k_unit.size()));
  if (!from) {
    return std::nullopt;
  }
  return Range{*from, base::parse_number(value.substr(slash + 1))};
}

bool HttpHeaders::is_range_from(std::uint64_t from) const
{
  return m_range && m_range->from == from;
}

effects::HttpHead HttpHeaders::head() const
{
  effects::HttpHead head;
  head.status = m_status;
  if (m_status == 206) {
    head.total_bytes = m_range ? m_range->total : std::nullopt;
  } else {
    head.total_bytes = m_length;
  }
  const bool is_strong = m_etag.starts_with('"') && m_etag.ends_with('"') && m_etag.size() > 2;
  head.validator = is_strong ? m_etag : m_last_modified;
  if (m_status == 206 || m_accepts_ranges) {
    head.ranges = effects::Ranges::given;
  }
  return head;
}

} // namespace cudasetup::system
