#pragma once

#include <string>
#include <string_view>

namespace cudasetup::effects {

/// Where Files::write prepares the file at @p path before it gets its name, beside it: a run that was cut off may leave
/// it there. For a bare name, a bare name.
inline std::string half_written(std::string_view path)
{
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(path.substr(0, name)) + "." + std::string(path.substr(name)) + ".cudasetup-new";
}

} // namespace cudasetup::effects
