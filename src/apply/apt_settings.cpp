#include "apply/apt_settings.hpp"

#include "base/text.hpp"

#include <map>

namespace cudasetup::apply {

namespace {

/// A folder of apt's configuration, which names it relative to another one unless it begins with a slash.
std::string below(const std::string& folder, const std::string& name)
{
  return name.starts_with('/') ? name : folder + (folder.ends_with('/') ? "" : "/") + name;
}

} // namespace

AptSettings parse_apt_settings(std::string_view dump)
{
  AptSettings settings;
  std::map<std::string, std::string, std::less<>> values;
  for (const std::string_view line : base::lines(dump)) {
    // KEY "VALUE";
    const std::size_t open = line.find(" \"");
    if (open == std::string_view::npos || !line.ends_with("\";") || line.size() < open + 4) {
      continue;
    }
    const std::string key = base::lower(line.substr(0, open));
    const std::string value(line.substr(open + 2, line.size() - open - 4));
    const bool is_proxy = key.starts_with("acquire::http::proxy") || key.starts_with("acquire::https::proxy");
    settings.has_proxy = settings.has_proxy || (is_proxy && !value.empty());
    settings.has_limit = settings.has_limit || (key.ends_with("::dl-limit") && !value.empty() && value != "0");
    values[key] = value;
  }
  const std::string& name = values["dir::cache::archives"];
  if (!name.empty()) {
    const std::string root = values["dir"].empty() ? "/" : values["dir"];
    settings.archives = below(below(root, values["dir::cache"]), name);
    settings.archives += settings.archives.ends_with('/') ? "" : "/";
  }
  return settings;
}

} // namespace cudasetup::apply
