#pragma once

#include "support/sample_manifest.hpp"

#include "base/text.hpp"
#include "manifest/load.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::manifest::test {

inline constexpr std::string_view k_sample = cudasetup::test::k_sample_manifest;

/// @p text with @p from, which must be there once, replaced by @p to.
inline std::string with(std::string_view text, std::string_view from, std::string_view to)
{
  const auto at = text.find(from);
  EXPECT_NE(at, std::string_view::npos) << from;
  EXPECT_EQ(text.find(from, at + 1), std::string_view::npos) << from;
  return base::replace_all(std::string(text), from, to);
}

/// The problems as a user sees them, one a line.
inline std::string lines_of(const std::vector<json::Problem>& problems)
{
  std::string all;
  for (const json::Problem& problem : problems) {
    all += (all.empty() ? "" : "\n") + json::to_text(problem);
  }
  return all;
}

/// The problems of @p text as the only file, called m.json.
inline std::string problems_of(std::string_view text)
{
  std::vector<json::Problem> problems;
  load({}, {{"m.json", text}}, problems);
  return lines_of(problems);
}

} // namespace cudasetup::manifest::test
