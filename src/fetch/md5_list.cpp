#include "fetch/md5_list.hpp"

#include "base/text.hpp"

namespace cudasetup::fetch {

std::vector<Md5Line> parse_md5_list(std::string_view text)
{
  std::vector<Md5Line> list;
  for (const std::string_view line : base::lines(text)) {
    const std::string_view trimmed = base::trim(line);
    const std::size_t blank = trimmed.find_first_of(" \t");
    if (blank == std::string_view::npos) {
      continue;
    }
    std::string_view name = base::trim(trimmed.substr(blank));
    if (name.starts_with('*')) {
      name.remove_prefix(1);
    }
    const auto digest = base::Digest::md5(trimmed.substr(0, blank));
    if (digest && !name.empty()) {
      list.push_back({*digest, std::string(name)});
    }
  }
  return list;
}

std::optional<base::Digest> find_md5(const std::vector<Md5Line>& list, std::string_view file_name)
{
  std::optional<base::Digest> found;
  for (const Md5Line& line : list) {
    if (std::string_view(line.name).substr(line.name.rfind('/') + 1) != file_name) {
      continue;
    }
    if (found && *found != line.digest) {
      return std::nullopt;
    }
    found = line.digest;
  }
  return found;
}

} // namespace cudasetup::fetch
