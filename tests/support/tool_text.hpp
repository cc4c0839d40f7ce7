#pragma once

#include "support/test_data.hpp"

#include <string>

namespace cudasetup::test {

/// What a tool printed, from tests/data/apt/NAME.txt, whose first line (`# source: …`) says where it was seen; the test
/// fails where it does not.
inline std::string tool_text(const std::string& name)
{
  const std::string text = read_data("apt/" + name + ".txt");
  if (!text.starts_with("# source: ")) {
    ADD_FAILURE() << name << " does not say where its text was seen";
    return text;
  }
  return text.substr(text.find('\n') + 1);
}

} // namespace cudasetup::test
