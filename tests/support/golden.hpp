#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace cudasetup::test {

/// Whether @p text is exactly what tests/golden/ has in @p file. With CUDASETUP_ACCEPT=1 it is written anew, and the
/// test counts as skipped: what changed is then judged in the difference.
inline void expect_golden(const std::string& file, const std::string& text)
{
  const std::string path = std::string(CUDASETUP_TEST_DATA) + "/../golden/" + file;
  const char* accept = std::getenv("CUDASETUP_ACCEPT");
  if (accept != nullptr && std::string(accept) == "1") {
    std::ofstream(path, std::ios::binary) << text;
    GTEST_SKIP() << "accepted " << file;
  }
  std::ifstream golden(path, std::ios::binary);
  ASSERT_TRUE(golden) << "no " << path << ": CUDASETUP_ACCEPT=1 writes it";
  const std::string expected{std::istreambuf_iterator<char>(golden), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, expected) << file << ": CUDASETUP_ACCEPT=1 takes the new text";
}

} // namespace cudasetup::test
