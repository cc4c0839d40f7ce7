#include "base/text.hpp"
#include "fetch/zip.hpp"

#include <algorithm>

namespace cudasetup::fetch {

namespace {

/// PATH_MAX and NAME_MAX of Linux.
constexpr std::size_t k_longest_path = 4095;
constexpr std::size_t k_longest_name = 255;

bool has_control(std::string_view text)
{
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool has_drive(std::string_view name)
{
  const char first = name.empty() ? '\0' : static_cast<char>(name.front() | 0x20);
  return name.size() >= 2 && name[1] == ':' && first >= 'a' && first <= 'z';
}

} // namespace

std::string fault_of_zip_name(std::string_view name)
{
  if (name.ends_with('/')) {
    name.remove_suffix(1);
  }
  if (name.empty()) {
    return "has no name";
  }
  if (name.size() > k_longest_path) {
    return "has too long a name";
  }
  if (has_control(name)) {
    return "has a control character in its name";
  }
  if (name.starts_with('/') || name.find('\\') != std::string_view::npos || has_drive(name)) {
    return "has an absolute or foreign path";
  }
  for (const std::string_view part : base::split(name, '/')) {
    if (part == "..") {
      return "leads out of the tree";
    }
    if (part.empty() || part == ".") {
      return "has an empty part in its path";
    }
    if (part.size() > k_longest_name) {
      return "has too long a name";
    }
  }
  return "";
}

std::string fault_of_zip_link(std::string_view name, std::string_view target)
{
  if (target.empty() || target.size() > k_longest_path || has_control(target)) {
    return "is a link without a proper target";
  }
  if (target.starts_with('/')) {
    return "is a link to an absolute path";
  }
  // The top folder is itself a part of the name, and no link may lead to beside it.
  auto folders_above = std::count(name.begin(), name.end(), '/') - 1;
  bool went_down = false;
  for (const std::string_view part : base::split(target, '/')) {
    if (part == ".." && (went_down || folders_above-- <= 0)) {
      return "is a link that leads out of the tree";
    }
    went_down = went_down || (!part.empty() && part != "." && part != "..");
  }
  return "";
}

} // namespace cudasetup::fetch
