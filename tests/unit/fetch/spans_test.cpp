#include "fetch/spans.hpp"

#include <gtest/gtest.h>

namespace cudasetup::fetch {
namespace {

TEST(spans, join_what_touches)
{
  Spans spans;
  for (const Span span : {Span{10, 20}, {30, 40}, {0, 5}, {5, 5}, {50, 60}}) {
    spans.add(span);
  }
  EXPECT_EQ(spans.text(), "0-5 10-20 30-40 50-60");
  spans.add({5, 10});
  EXPECT_EQ(spans.text(), "0-20 30-40 50-60");
  spans.add({15, 55});
  EXPECT_EQ(spans.text(), "0-60");
  spans.add({2, 3});
  EXPECT_EQ(spans.text(), "0-60");
  EXPECT_TRUE(spans.is_gapless());
  EXPECT_EQ(spans.bytes(), 60u);
}

TEST(spans, know_what_is_missing)
{
  Spans spans;
  EXPECT_TRUE(spans.is_gapless());
  EXPECT_EQ(spans.gaps(3), (std::vector<Span>{{0, 3}}));
  spans.add({10, 20});
  EXPECT_FALSE(spans.is_gapless());
  EXPECT_EQ(spans.from_the_start(), 0u);
  EXPECT_EQ(spans.gaps(30), (std::vector<Span>{{0, 10}, {20, 30}}));
  EXPECT_EQ(spans.gaps(20), (std::vector<Span>{{0, 10}}));
  EXPECT_EQ(spans.gaps(8), (std::vector<Span>{{0, 8}}));
  spans.add({0, 4});
  EXPECT_EQ(spans.from_the_start(), 4u);
  EXPECT_EQ(spans.bytes(), 14u);
}

TEST(spans, are_read_as_they_are_written)
{
  for (const char* text : {"", "0-5", "1-2 5-9 100-18446744073709551615"}) {
    const auto spans = Spans::parse(text);
    ASSERT_TRUE(spans) << text;
    EXPECT_EQ(spans->text(), text);
  }
  for (const char* text : {"5", "5-", "-5", "5-5", "6-5", "0-5 5-7", "3-4 1-2", "0-5,7-9", "0-99999999999999999999"}) {
    EXPECT_FALSE(Spans::parse(text)) << text;
  }
}

} // namespace
} // namespace cudasetup::fetch
