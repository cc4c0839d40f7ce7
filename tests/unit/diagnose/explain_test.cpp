#include "base/text.hpp"
#include "diagnose/symptoms.hpp"
#include "diagnose/tool_errors.hpp"
#include "support/test_data.hpp"
#include "support/tool_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cudasetup::diagnose {
namespace {

using cudasetup::test::tool_text;
using testing::HasSubstr;
using testing::IsEmpty;

struct Line {
  std::string part; ///< of the cause
  std::string text;
};

std::vector<Line> known_lines()
{
  const std::string file = cudasetup::test::read_data("explain/lines.txt");
  std::vector<Line> lines;
  for (const std::string_view line : base::lines(file)) {
    const std::size_t first = line.find(" | ");
    const std::size_t second = line.find(" | ", first + 1);
    if (!line.starts_with('#') && second != std::string_view::npos) {
      lines.push_back({std::string(line.substr(first + 3, second - first - 3)), std::string(line.substr(second + 3))});
    }
  }
  return lines;
}

TEST(Explain, EachKnownLineHasItsCauseAlone)
{
  for (const Line& line : known_lines()) {
    const auto known = explain("some words before\n" + line.text + "\nsome after\n");
    ASSERT_EQ(known.size(), 1U) << line.text << (known.empty() ? "" : "\n" + known.back().failure.cause);
    EXPECT_THAT(known[0].failure.cause, HasSubstr(line.part)) << line.text;
    EXPECT_EQ(known[0].line, line.text);
    ASSERT_FALSE(known[0].failure.hints.empty());
    EXPECT_FALSE(known[0].failure.hints[0].text.empty()) << line.text;
  }
}

TEST(Explain, EverySymptomOfProgramsHasALine)
{
  const std::vector<Line> lines = known_lines();
  for (const Symptom& symptom : program_symptoms()) {
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [&](const Line& line) {
      return line.text.find(symptom.text) != std::string::npos && line.text.find(symptom.and_text) != std::string::npos;
    })) << symptom.text;
  }
}

TEST(Explain, WhatOnlyFollowsIsNotToldBesideItsCause)
{
  const auto known = explain("NVRM: installed in this system requires use of the NVIDIA open kernel modules.\n"
                             "NVRM: GPU 0000:02:00.0: RmInitAdapter failed! (0x22:0x56:884)\n"
                             "No devices were found\n");
  ASSERT_EQ(known.size(), 1U);
  EXPECT_THAT(known[0].failure.cause, HasSubstr("open kernel module"));
}

TEST(Explain, SeveralCausesAreAllTold)
{
  const auto known = explain(tool_text("dkms") + tool_text("signed-by-conflict"));
  ASSERT_EQ(known.size(), 2U);
  EXPECT_THAT(known[0].failure.cause, HasSubstr("different keys"));
  EXPECT_THAT(known[1].failure.cause, HasSubstr("could not be built"));
}

TEST(Explain, ALockHasItsHolder)
{
  const auto known = explain(tool_text("lock-apt"));
  ASSERT_FALSE(known.empty());
  EXPECT_THAT(known[0].failure.cause, HasSubstr("holds apt's lock"));
}

TEST(Explain, WhatIsNotKnownIsNotGuessedAbout)
{
  EXPECT_THAT(explain(""), IsEmpty());
  EXPECT_THAT(explain(tool_text("unknown")), IsEmpty());
  EXPECT_THAT(explain("error: everything is on fire\nmake: *** [all] Error 2\n"), IsEmpty());
  // Words of success name packages that are called after a failure.
  EXPECT_THAT(explain(tool_text("success-dpkg")), IsEmpty());
  EXPECT_THAT(explain(tool_text("success-update")), IsEmpty());
}

} // namespace
} // namespace cudasetup::diagnose
