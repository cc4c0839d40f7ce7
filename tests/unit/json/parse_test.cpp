#include "json/value.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace cudasetup::json {
namespace {

struct Broken {
  std::string name;
  std::string text;
  std::string expected; ///< all problems, one a line
};

std::ostream& operator<<(std::ostream& stream, const Broken& broken)
{
  return stream << broken.name;
}

std::string problems_of(std::string_view text)
{
  std::vector<Problem> problems;
  const Value value = parse(text, "f.json", problems);
  EXPECT_TRUE(problems.empty() || value.is_null());
  std::string all;
  for (const Problem& problem : problems) {
    all += (all.empty() ? "" : "\n") + to_text(problem);
  }
  return all;
}

class RefusesDocument : public testing::TestWithParam<Broken> {};

TEST_P(RefusesDocument, with_place_and_reason)
{
  EXPECT_EQ(problems_of(GetParam().text), GetParam().expected);
}

const std::vector<Broken> k_broken = {
    {"empty", "", "f.json:1: bad JSON at column 1: unexpected end of input; expected '[', '{', or a literal"},
    {"only_blanks",
     " \n\n ",
     "f.json:1: bad JSON at column 1: unexpected end of input; expected '[', '{', or a literal"},
    {"truncated_object",
     "{\"a\": 1,\n \"b\": {\"c\": 2\n",
     "f.json:2: /b: bad JSON at column 14: unexpected end of input; expected '}'"},
    {"truncated_string", "{\"a\": \"xyz", "f.json:1: /a: bad JSON at column 11: invalid string: missing closing quote"},
    {"truncated_array", "[1, 2", "f.json:1: /2: bad JSON at column 6: unexpected end of input; expected ']'"},
    {"truncated_literal", "{\"a\": tru", "f.json:1: /a: bad JSON at column 10: invalid literal"},
    {"trailing_comma_in_object",
     "{\"a\": 1,}",
     "f.json:1: bad JSON at column 9: unexpected '}'; expected string literal"},
    {"trailing_comma_in_array",
     "[1,\n]",
     "f.json:2: /1: bad JSON at column 1: unexpected ']'; expected '[', '{', or a literal"},
    {"trailing_data", "{}\n{}", "f.json:2: bad JSON at column 1: unexpected '{'; expected end of input"},
    {"nan", "{\"a\": NaN}", "f.json:1: /a: bad JSON at column 7: invalid literal"},
    {"infinity", "[-Infinity]", "f.json:1: /0: bad JSON at column 3: invalid number; expected digit after '-'"},
    {"leading_zero", "[01]", "f.json:1: /1: bad JSON at column 3: unexpected number literal; expected ']'"},
    {"hexadecimal", "[0x10]", "f.json:1: /1: bad JSON at column 3: invalid literal"},
    {"comment", "{} // x", "f.json:1: bad JSON at column 4: invalid literal"},
    {"single_quotes", "{'a': 1}", "f.json:1: bad JSON at column 2: invalid literal"},
    {"unquoted_name", "{a: 1}", "f.json:1: bad JSON at column 2: invalid literal"},
    {"real_too_large", "{\"a\": [1e999]}", "f.json:1: /a/0: number out of range"},
    {"integer_beyond_64_bits", "{\"a\":\n 9223372036854775808\n}", "f.json:2: /a: number out of range"},
    {"integer_of_many_digits", "[-123456789012345678901234567890]", "f.json:1: /0: number out of range"},
    {"doubled_names",
     "{\"a\": 1,\n \"b\": {\"c\": 1,\n \"c\": 2},\n \"a\": 3}",
     "f.json:3: /b/c: doubled member name\nf.json:4: /a: doubled member name"},
    {"byte_order_mark", "\xef\xbb\xbf{}", "f.json:1: begins with a byte order mark; save it as UTF-8 without one"},
    {"utf16", std::string("{\0}\0", 4), "f.json:1: not JSON: a byte of value 0"},
    {"a_nul_and_more_after_the_document", std::string("{}\n\0[", 5), "f.json:2: not JSON: a byte of value 0"},
    {"invalid_utf8", "{\"a\": \"\xff\"}", "f.json:1: /a: bad JSON at column 8: invalid string: ill-formed UTF-8 byte"},
    {"lone_surrogate",
     "[\"\\ud800\"]",
     "f.json:1: /0: bad JSON at column 9: invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"},
    {"nul_in_a_string", "[\"a\\u0000b\"]", "f.json:1: /0: a string with U+0000"},
    {"nul_in_a_name", "{\"a\\u0000b\": 1}", "f.json:1: /a\\u0000b: a string with U+0000"},
    {"newline_in_a_string",
     "[\"a\nb\"]",
     "f.json:1: /0: bad JSON at column 4: invalid string: control character U+000A (LF) must be escaped to \\u000A or "
     "\\n"},
};

INSTANTIATE_TEST_SUITE_P(Parse, RefusesDocument, testing::ValuesIn(k_broken), [](const auto& test) {
  return test.param.name;
});

TEST(Parse, takes_every_kind_of_value)
{
  std::vector<Problem> problems;
  const Value value = parse("{\"n\": null, \"b\": true, \"i\": -7, \"r\": 1.5e2, \"s\": \"\\u00e9\\ud83d\\ude42\","
                            " \"a\": [], \"o\": {}}\n",
                            "f.json",
                            problems);
  ASSERT_TRUE(problems.empty()) << to_text(problems.front());
  EXPECT_TRUE(value.find("n")->is_null());
  EXPECT_EQ(*value.find("b")->boolean(), true);
  EXPECT_EQ(*value.find("i")->integer(), -7);
  EXPECT_EQ(*value.find("r")->real(), 150.0);
  EXPECT_EQ(*value.find("s")->string(), "é🙂");
  EXPECT_TRUE(value.find("a")->array()->empty());
  EXPECT_TRUE(value.find("o")->object()->empty());
}

TEST(Parse, values_know_the_line_they_began_on)
{
  std::vector<Problem> problems;
  const Value value = parse("\n{\n\"a\": [\n1\n,\n2,\n\"x\"],\r\n\"b\"\n:\n{}}", "f.json", problems);
  ASSERT_TRUE(problems.empty());
  EXPECT_EQ(value.line(), 2u);
  EXPECT_EQ(value.find("a")->line(), 3u);
  EXPECT_EQ(value.find("a")->array()->at(0).line(), 4u);
  EXPECT_EQ(value.find("a")->array()->at(1).line(), 6u);
  EXPECT_EQ(value.find("a")->array()->at(2).line(), 7u);
  EXPECT_EQ(value.find("b")->line(), 10u);
}

TEST(Parse, a_million_levels_are_refused_and_do_not_end_the_process)
{
  EXPECT_EQ(problems_of(std::string(1'000'000, '[')).substr(0, 60),
            "f.json:1: /0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0");
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) {
    objects += "{\"a\":";
  }
  const std::string text = problems_of(objects);
  EXPECT_NE(text.find("more than 32 levels"), std::string::npos) << text;
}

TEST(Parse, takes_as_many_levels_as_the_limit_says)
{
  EXPECT_EQ(problems_of(std::string(k_max_depth, '[') + std::string(k_max_depth, ']')), "");
  EXPECT_NE(problems_of(std::string(k_max_depth + 1, '[') + std::string(k_max_depth + 1, ']')), "");
}

TEST(Parse, refuses_more_bytes_than_the_limit)
{
  EXPECT_EQ(problems_of(std::string(k_max_bytes + 1, ' ')), "f.json: larger than 64 MiB");
}

TEST(Parse, refuses_more_values_than_the_limit)
{
  std::string text = "[";
  for (std::size_t i = 0; i < k_max_values; ++i) {
    text += "0,";
  }
  text += "0]";
  EXPECT_EQ(problems_of(text), "f.json:1: /4000000: more than 4000000 values");
}

TEST(Parse, finds_doubled_names_in_large_objects)
{
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) {
    text += "\"m" + std::to_string(i) + "\": 0,\n";
  }
  EXPECT_EQ(problems_of(text + "\"m4999\": 1, \"m7\": 1}"),
            "f.json:5001: /m4999: doubled member name\nf.json:5001: /m7: doubled member name");
}

TEST(Parse, keeps_no_more_problems_than_the_limit)
{
  std::string text = "{\"a\": 0";
  for (std::size_t i = 0; i < 2 * k_max_problems; ++i) {
    text += ", \"a\": 0";
  }
  std::vector<Problem> problems;
  EXPECT_TRUE(parse(text + "}", "f.json", problems).is_null());
  EXPECT_EQ(problems.size(), k_max_problems);
  EXPECT_EQ(to_error(problems).details.back(), "further problems are not shown");
  EXPECT_TRUE(parse("[1", "g.json", problems).is_null());
}

} // namespace
} // namespace cudasetup::json
