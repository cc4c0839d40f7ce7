#include "base/url.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::base {

namespace {

int hex_value(char c)
{
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::optional<std::string> percent_decoded(std::string_view text)
{
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
      return std::nullopt;
    }
    result += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
    i += 2;
  }
  return result;
}

bool is_safe_segment(std::string_view segment)
{
  for (std::size_t at = segment.find('%'); at != std::string_view::npos; at = segment.find('%', at + 1)) {
    const auto decoded = percent_decoded(segment.substr(at, 3));
    if (!decoded || *decoded == "/" || decoded->front() == '\0') {
      return false;
    }
  }
  constexpr std::size_t k_longest_dots = std::string_view("%2e%2e").size();
  if (segment.size() > k_longest_dots) {
    return true;
  }
  const auto decoded = percent_decoded(segment);
  return *decoded != ".." && *decoded != ".";
}

bool is_safe_path(std::string_view path)
{
  path = path.substr(0, path.find('?'));
  while (true) {
    const std::size_t end = path.find('/');
    if (!is_safe_segment(path.substr(0, end))) {
      return false;
    }
    if (end == std::string_view::npos) {
      return true;
    }
    path.remove_prefix(end + 1);
  }
}

/// Everything a URL may hold but `#`, quotes and brackets of shells and of HTML. A table: the manifest has many
/// addresses.
constexpr auto k_url_characters = [] {
  std::array<bool, 256> allowed{};
  for (const char c :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/?@!$&'()*+,;=-._~%[]")) {
    allowed.at(static_cast<unsigned char>(c)) = true;
  }
  return allowed;
}();

// Not functions: they are to be part of the loops.
constexpr auto k_is_url_character = [](char c) { return k_url_characters[static_cast<unsigned char>(c)]; };
constexpr auto k_is_host_character = [](char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
};

constexpr auto k_lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };

} // namespace

std::optional<Url> Url::parse(std::string_view text)
{
  if (!std::all_of(text.begin(), text.end(), k_is_url_character)) {
    return std::nullopt;
  }
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  Url url;
  url.m_scheme_end = colon;
  url.m_host_begin = colon + 3;
  url.m_path_begin = std::min(text.find_first_of("/?", url.m_host_begin), text.size());
  const std::string_view path = text.substr(url.m_path_begin);
  if (path.starts_with('?') || !is_safe_path(path)) {
    return std::nullopt;
  }
  url.m_text = text;
  const auto path_begin = url.m_text.begin() + static_cast<std::ptrdiff_t>(url.m_path_begin);
  std::transform(url.m_text.begin(), path_begin, url.m_text.begin(), k_lower);
  if (const std::string scheme = url.scheme(); scheme != "https" && scheme != "http") {
    return std::nullopt;
  }
  const std::string_view authority =
      std::string_view(url.m_text).substr(url.m_host_begin, url.m_path_begin - url.m_host_begin);
  constexpr std::string_view k_loopback = "[::1]"; // The only literal anybody needs here.
  const bool is_literal = authority.starts_with(k_loopback);
  const std::size_t host_size = is_literal ? k_loopback.size() : std::min(authority.find(':'), authority.size());
  const std::string_view host = authority.substr(0, host_size);
  url.m_host_end = url.m_host_begin + host_size;
  if (!is_literal && (host.empty() || !std::all_of(host.begin(), host.end(), k_is_host_character))) {
    return std::nullopt;
  }
  if (const std::string_view port = authority.substr(host_size); !port.empty()) {
    const auto number = parse_number(port.substr(1));
    if (port.front() != ':' || !number || *number == 0 || *number > 65535) {
      return std::nullopt;
    }
    url.m_port = static_cast<std::uint16_t>(*number);
  }
  return url;
}

std::string Url::file_name() const
{
  const std::string path = this->path();
  const std::string_view name = std::string_view(path).substr(0, path.find('?'));
  return percent_decoded(name.substr(name.rfind('/') + 1)).value_or("");
}

bool Url::is_loopback() const
{
  const std::string host = this->host();
  if (host == "localhost" || host == "[::1]") {
    return true;
  }
  const std::vector<std::string_view> parts = split(host, '.');
  return parts.size() == 4 && parts[0] == "127" && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           const auto number = parse_number(part);
           return number && *number < 256;
         });
}

Url Url::at(const Url& mirror) const
{
  Url url = mirror;
  std::string before = mirror.path();
  if (before.ends_with('/')) {
    before.pop_back();
  }
  url.m_text = mirror.m_text.substr(0, mirror.m_path_begin) + before + path();
  return url;
}

} // namespace cudasetup::base
