#include "base/url.hpp"

#include "base/text.hpp"

#include <algorithm>

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

bool is_safe_path(std::string_view path)
{
  for (const std::string_view segment : split(path.substr(0, path.find('?')), '/')) {
    const auto decoded = percent_decoded(segment);
    if (!decoded || *decoded == ".." || *decoded == "." || decoded->find('/') != std::string::npos ||
        decoded->find('\0') != std::string::npos) {
      return false;
    }
  }
  return true;
}

bool is_host_character(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

} // namespace

std::optional<Url> Url::parse(std::string_view text)
{
  // Everything a URL may hold but `#`, quotes and brackets of shells and of HTML.
  static constexpr std::string_view k_punctuation = ":/?@!$&'()*+,;=-._~%[]";
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           k_punctuation.find(c) != std::string_view::npos;
  };
  if (!std::all_of(text.begin(), text.end(), allowed)) {
    return std::nullopt;
  }
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) {
    return std::nullopt;
  }
  url.m_scheme = lower(text.substr(0, colon));
  if (url.m_scheme != "https" && url.m_scheme != "http") {
    return std::nullopt;
  }
  std::string_view rest = text.substr(colon + 3);
  const std::size_t slash = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, slash);
  url.m_path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  if (url.m_path.front() != '/' || !is_safe_path(url.m_path)) {
    return std::nullopt;
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos || authority.substr(0, end + 1) != "[::1]") {
      return std::nullopt; // The only literal anybody needs here is loopback's.
    }
    url.m_host = "[::1]";
    port = authority.substr(end + 1);
  } else {
    const std::size_t end = authority.find(':');
    url.m_host = lower(authority.substr(0, end));
    port = end == std::string_view::npos ? std::string_view{} : authority.substr(end);
    if (url.m_host.empty() || !std::all_of(url.m_host.begin(), url.m_host.end(), is_host_character)) {
      return std::nullopt;
    }
  }
  if (!port.empty()) {
    const auto number = parse_number(port.substr(1));
    if (port.front() != ':' || !number || *number == 0 || *number > 65535) {
      return std::nullopt;
    }
    url.m_port = static_cast<std::uint16_t>(*number);
  }
  url.m_text = text;
  return url;
}

std::string Url::file_name() const
{
  const std::string_view path = std::string_view(m_path).substr(0, m_path.find('?'));
  return percent_decoded(path.substr(path.rfind('/') + 1)).value_or("");
}

bool Url::is_loopback() const
{
  if (m_host == "localhost" || m_host == "[::1]") {
    return true;
  }
  const std::vector<std::string_view> parts = split(m_host, '.');
  return parts.size() == 4 && parts[0] == "127" && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           const auto number = parse_number(part);
           return number && *number < 256;
         });
}

Url Url::at(const Url& mirror) const
{
  Url url = mirror;
  std::string base = mirror.m_path;
  if (base.ends_with('/')) {
    base.pop_back();
  }
  url.m_path = base + m_path;
  url.m_text = mirror.m_scheme + "://" + mirror.m_host + (mirror.m_port ? ":" + std::to_string(*mirror.m_port) : "") +
               url.m_path;
  return url;
}

} // namespace cudasetup::base
