#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::base {

/// An absolute http or https address without user, fragment, control character, white space or `..` segment.
class Url {
public:
  /// nullopt for anything that is not such an address.
  static std::optional<Url> parse(std::string_view text);

  const std::string& text() const { return m_text; }
  const std::string& scheme() const { return m_scheme; }
  /// Without port, lower case.
  const std::string& host() const { return m_host; }
  std::optional<std::uint16_t> port() const { return m_port; }
  /// Begins with `/`; still percent-encoded; with the query.
  const std::string& path() const { return m_path; }
  /// The last path segment, percent-decoded: the file's name. Empty for a directory.
  std::string file_name() const;
  bool is_https() const { return m_scheme == "https"; }
  /// 127.0.0.0/8, ::1 or localhost.
  bool is_loopback() const;
  /// This address with scheme, host and port of @p mirror, and the mirror's path put before ours.
  Url at(const Url& mirror) const;

  bool operator==(const Url& other) const { return m_text == other.m_text; }

private:
  std::string m_text;
  std::string m_scheme;
  std::string m_host;
  std::optional<std::uint16_t> m_port;
  std::string m_path;
};

} // namespace cudasetup::base
