#pragma once

#include <string>

namespace cudasetup::base {

/// Permission bits in four octal digits: "0644", "4755".
inline std::string octal(unsigned mode)
{
  std::string text;
  for (unsigned shift = 12; shift > 0; shift -= 3) {
    text += static_cast<char>('0' + ((mode >> (shift - 3)) & 7U));
  }
  return text;
}

} // namespace cudasetup::base
