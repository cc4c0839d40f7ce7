#include "render/shell.hpp"
#include "support/sample_scenarios.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace cudasetup::test {
namespace {

/// Exact scripts and plans under tests/golden/. With CUDASETUP_ACCEPT=1 they are written anew, and the test counts as
/// skipped: what changed is then judged in the difference.
class Golden : public ::testing::TestWithParam<Scenario> {
protected:
  static void compare(const std::string& file, const std::string& text)
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
};

TEST_P(Golden, Script)
{
  const SamplePtr sample = GetParam().make();
  compare(GetParam().name + ".sh", render::to_sh(sample->plan(), sample->facts, ""));
}

TEST_P(Golden, Plan)
{
  const SamplePtr sample = GetParam().make();
  compare(GetParam().name + ".json",
          json::write(plan::to_json(sample->plan(), sample->facts, ""), json::Layout::indented));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Golden, ::testing::ValuesIn(scenarios()), [](const auto& instance) {
  std::string name = instance.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

} // namespace
} // namespace cudasetup::test
