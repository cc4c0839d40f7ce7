#pragma once

#include <string_view>

namespace cudasetup::apply {

/// Whether a file's name fits a pattern: the name itself, or one with a single `*` for any characters.
inline bool matches(std::string_view name, std::string_view pattern)
{
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) {
    return name == pattern;
  }
  return name.size() + 1 >= pattern.size() && name.starts_with(pattern.substr(0, star)) &&
         name.ends_with(pattern.substr(star + 1));
}

} // namespace cudasetup::apply
