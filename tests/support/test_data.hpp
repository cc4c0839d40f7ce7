#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace cudasetup::test {

/// The bytes of a file below tests/data; the test fails when there is none.
inline std::string read_data(const std::string& name)
{
  std::ifstream file(std::string(CUDASETUP_TEST_DATA) + "/" + name, std::ios::binary);
  if (!file) {
    ADD_FAILURE() << "no test data " << name;
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace cudasetup::test
