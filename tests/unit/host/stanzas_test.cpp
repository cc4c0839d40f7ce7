#include "host/stanzas.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(Stanzas, AreSplitAtBlankLines)
{
  const auto stanzas = parse_stanzas("\n\nA: 1\nB: 2\n \t\nA: 3\n\n\n");
  ASSERT_EQ(stanzas.size(), 2U);
  EXPECT_EQ(field(stanzas[0], "a"), "1");
  EXPECT_EQ(field(stanzas[0], "b"), "2");
  EXPECT_EQ(field(stanzas[1], "a"), "3");
  EXPECT_EQ(field(stanzas[1], "b"), "");
}

TEST(Stanzas, ContinuationLinesAreJoined)
{
  const auto stanzas = parse_stanzas("Key: first\n second\n# a comment between\n\tthird\n");
  ASSERT_EQ(stanzas.size(), 1U);
  EXPECT_EQ(field(stanzas[0], "key"), "first\nsecond\nthird");
}

TEST(Stanzas, FieldNamesHaveNoCaseAndTheLastCounts)
{
  EXPECT_EQ(field(parse_stanzas("KEY: a\nkey:b\n").at(0), "key"), "b");
}

TEST(Stanzas, OtherLinesArePassedOver)
{
  EXPECT_TRUE(parse_stanzas(" lost\nno field\n# A: 1\n").empty());
  EXPECT_EQ(field(parse_stanzas("A: 1\nno field\n not of A\n").at(0), "a"), "1");
}

} // namespace
} // namespace cudasetup::host
