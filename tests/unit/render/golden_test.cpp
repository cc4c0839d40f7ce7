#include "render/shell.hpp"
#include "support/golden.hpp"
#include "support/sample_scenarios.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace cudasetup::test {
namespace {

/// Exact scripts and plans.
class Golden : public ::testing::TestWithParam<Scenario> {};

TEST_P(Golden, Script)
{
  const SamplePtr sample = GetParam().make();
  expect_golden(GetParam().name + ".sh", render::to_sh(sample->plan(), sample->facts, ""));
}

TEST_P(Golden, Plan)
{
  const SamplePtr sample = GetParam().make();
  expect_golden(GetParam().name + ".json",
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
