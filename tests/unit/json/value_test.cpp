#include "json/value.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cudasetup::json {
namespace {

TEST(Value, keeps_the_order_of_its_members)
{
  Value value;
  value.set("zebra", 1);
  value.set("ant", Array{Value("x"), Value(nullptr)});
  EXPECT_EQ(write(value, Layout::compact), R"({"zebra":1,"ant":["x",null]})");
  ASSERT_NE(value.find("ant"), nullptr);
  EXPECT_EQ(value.find("ant")->array()->size(), 2u);
  EXPECT_EQ(value.find("bee"), nullptr);
  EXPECT_EQ(Value(7).find("x"), nullptr);
}

TEST(Value, push_makes_an_array)
{
  Value value;
  value.push(true);
  value.push(std::uint32_t{4000000000u});
  EXPECT_EQ(write(value, Layout::compact), "[true,4000000000]");
}

TEST(Write, indents_by_two_blanks_and_ends_with_a_newline)
{
  Value inner;
  inner.set("b", Array{Value(1), Value(2)});
  Value value;
  value.set("a", inner);
  value.set("none", Object{});
  value.set("no", Array{});
  EXPECT_EQ(write(value, Layout::indented),
            "{\n"
            "  \"a\": {\n"
            "    \"b\": [\n"
            "      1,\n"
            "      2\n"
            "    ]\n"
            "  },\n"
            "  \"none\": {},\n"
            "  \"no\": []\n"
            "}\n");
}

TEST(Write, escapes_what_must_be_escaped_and_nothing_else)
{
  EXPECT_EQ(write("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f", Layout::compact),
            "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(write(std::string_view("\0", 1), Layout::compact), "\"\\u0000\"");
  EXPECT_EQ(write("Größe 🙂", Layout::compact), "\"Größe 🙂\"");
}

TEST(Write, replaces_bytes_that_are_not_utf8)
{
  EXPECT_EQ(write("a\xff\xc3", Layout::compact), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
  // An overlong form, a surrogate and a code point beyond U+10FFFF.
  EXPECT_EQ(write("\xc0\xaf", Layout::compact), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(write("\xed\xa0\x80", Layout::compact), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(write("\xf4\x90\x80\x80", Layout::compact).size(), 2u + 4u * 3u);
}

TEST(Write, numbers_are_read_back_as_they_were)
{
  for (const double number : {0.1, 1.0, -0.0, 1e300, 5e-324, 123456789.125, 1.0 / 3.0}) {
    std::vector<Problem> problems;
    const std::string text = write(number, Layout::compact);
    const Value back = parse(text, "x", problems);
    ASSERT_TRUE(back.real() != nullptr) << text;
    EXPECT_EQ(*back.real(), number) << text;
    EXPECT_EQ(std::signbit(*back.real()), std::signbit(number)) << text;
  }
  for (const std::int64_t number :
       {std::int64_t{0}, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    std::vector<Problem> problems;
    const Value back = parse(write(number, Layout::compact), "x", problems);
    ASSERT_NE(back.integer(), nullptr);
    EXPECT_EQ(*back.integer(), number);
  }
  EXPECT_EQ(write(std::numeric_limits<double>::infinity(), Layout::compact), "null");
  EXPECT_EQ(write(std::nan(""), Layout::compact), "null");
}

TEST(Write, reading_gives_the_same_value_and_writing_the_same_bytes)
{
  const std::string text = "{\n  \"z\": [\n    1,\n    -2.5,\n    \"\\u0001é\\\\\"\n  ],\n  \"a\": {\n    \"\": null,\n"
                           "    \"/~\": true\n  },\n  \"e\": []\n}\n";
  std::vector<Problem> problems;
  const Value value = parse(text, "x", problems);
  ASSERT_TRUE(problems.empty());
  EXPECT_EQ(write(value, Layout::indented), text);
  EXPECT_EQ(parse(write(value, Layout::compact), "x", problems), value);
}

TEST(Problem, is_shown_as_file_line_pointer_text)
{
  EXPECT_EQ(to_text({"cuda/11.1.json", "/cuda/0/version", 12, "expected a version"}),
            "cuda/11.1.json:12: /cuda/0/version: expected a version");
  EXPECT_EQ(to_text({"a.json", "", 0, "larger than 64 MiB"}), "a.json: larger than 64 MiB");
}

TEST(Problem, stays_on_one_line_whatever_the_document_held)
{
  EXPECT_EQ(to_text({"a.json", "/x\ny", 1, "unknown\x1b[31m"}), "a.json:1: /x\\ny: unknown\\u001b[31m");
}

TEST(Problem, pointers_escape_slash_and_tilde)
{
  EXPECT_EQ(member_pointer("/a", "b/c~d"), "/a/b~1c~0d");
  EXPECT_EQ(element_pointer("", 3), "/3");
}

TEST(Problem, an_error_shows_the_first_and_lists_the_others)
{
  const base::Error error = to_error({{"a", "/x", 1, "one"}, {"b", "/y", 2, "two"}});
  EXPECT_EQ(error.kind, base::ErrorKind::document);
  EXPECT_EQ(error.message, "a:1: /x: one");
  ASSERT_EQ(error.details.size(), 1u);
  EXPECT_EQ(error.details[0], "b:2: /y: two");
}

} // namespace
} // namespace cudasetup::json
