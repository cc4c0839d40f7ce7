#include "host/os_release.hpp"

#include "base/text.hpp"

#include <string>

namespace cudasetup::host {

namespace {

/// The value of a shell assignment, quotes and escapes taken away. Ends at an unquoted blank.
std::string unquote(std::string_view text)
{
  std::string value;
  char quote = '\0';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\0' && (c == ' ' || c == '\t')) {
      break;
    }
    if (quote == '\0' && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      value += text[++i];
    } else {
      value += c;
    }
  }
  return value;
}

} // namespace

OsRelease parse_os_release(std::string_view text)
{
  OsRelease os;
  for (const std::string_view raw : base::lines(text)) {
    const std::string_view line = base::trim(raw);
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string_view::npos) {
      continue;
    }
    const std::string_view name = line.substr(0, equals);
    const std::string_view value = line.substr(equals + 1);
    if (name == "ID") {
      os.id = unquote(value);
    } else if (name == "ID_LIKE") {
      os.id_like = unquote(value);
    } else if (name == "VERSION_ID") {
      os.version_id = unquote(value);
    } else if (name == "PRETTY_NAME") {
      os.name = unquote(value);
    } else if (name == "UBUNTU_CODENAME") {
      os.ubuntu_codename = unquote(value);
    }
  }
  return os;
}

} // namespace cudasetup::host
