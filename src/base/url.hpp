#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::base {

/// An absolute http or https address without user, fragment, control character, white space or `..` segment; scheme and
/// host in lower case.
class Url {
public:
  /// nullopt for anything that is not such an address.
  static std::optional<Url> parse(std::string_view text);

  const std::string& text() const { return m_text; }
  std::string scheme() const { return m_text.substr(0, m_scheme_end); }
  /// Without port.
  std::string host() const { return m_text.substr(m_host_begin, m_host_end - m_host_begin); }
  std::optional<std::uint16_t> port() const { return m_port; }
  /// Begins with `/`; still percent-encoded; with the query.
  std::string path() const { return m_text.size() > m_path_begin ? m_text.substr(m_path_begin) : "/"; }
  /// The last path segment, percent-decoded: the file's name. Empty for a directory.
  std::string file_name() const;
  bool is_https() const { return m_text.starts_with("https:"); }
  /// 127.0.0.0/8, ::1 or localhost.
  bool is_loopback() const;
  /// This address with scheme, host and port of @p mirror, and the mirror's path put before ours.
  Url at(const Url& mirror) const;

  bool operator==(const Url& other) const { return m_text == other.m_text; }

private:
  std::string m_text;
  std::size_t m_scheme_end = 0; ///< where in m_text the parts are; a path that is not there is "/"
  std::size_t m_host_begin = 0;
  std::size_t m_host_end = 0;
  std::size_t m_path_begin = 0;
  std::optional<std::uint16_t> m_port;
};

} // namespace cudasetup::base
