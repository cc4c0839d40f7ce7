#include "json/reader.hpp"

#include "base/version.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <type_traits>

namespace cudasetup::json {
namespace {

/// Reads @p text with @p read and gives the problems, one a line.
std::string problems_of(std::string_view text, const std::function<void(Reader&)>& read)
{
  std::vector<Problem> problems;
  const Value value = parse(text, "f.json", problems);
  EXPECT_TRUE(problems.empty());
  {
    Reader reader(value, "f.json", "", problems);
    read(reader);
  }
  std::string all;
  for (const Problem& problem : problems) {
    all += (all.empty() ? "" : "\n") + to_text(problem);
  }
  return all;
}

TEST(Reader, gives_what_is_there)
{
  EXPECT_EQ(problems_of(R"({"s": "x", "i": 3, "b": true, "w": "two", "v": "11.1", "n": null, "l": ["a", "b"]})",
                        [](Reader& reader) {
                          EXPECT_EQ(reader.string("s"), "x");
                          EXPECT_EQ(reader.integer("i", 1, 3), 3);
                          EXPECT_TRUE(reader.boolean("b"));
                          EXPECT_EQ(reader.word("w", {"one", "two"}), "two");
                          EXPECT_EQ(reader.choice<int>("w", {{"one", 1}, {"two", 2}}), 2);
                          EXPECT_EQ(reader.parsed<base::Version>("v", "a version", base::Version::parse).text(),
                                    "11.1");
                          EXPECT_FALSE(reader.optional_string("n"));
                          EXPECT_FALSE(reader.optional_integer("absent", 0, 1));
                          EXPECT_FALSE(reader.optional_boolean("absent"));
                          EXPECT_FALSE(reader.optional_parsed<base::Version>("n", "a version", base::Version::parse));
                          EXPECT_EQ(reader.strings("l"), (std::vector<std::string>{"a", "b"}));
                          reader.optional_each("absent", [](Reader&) { ADD_FAILURE(); });
                        }),
            "");
}

TEST(Reader, names_the_expected_version_and_what_was_found)
{
  EXPECT_EQ(problems_of("{\"cuda\": [\n{\"version\": \"eleven\"}\n]}",
                        [](Reader& reader) {
                          reader.each("cuda", [](Reader& release) {
                            release.parsed<base::Version>("version", "a version such as 11.1.1", base::Version::parse);
                          });
                        }),
            "f.json:2: /cuda/0/version: expected a version such as 11.1.1, found \"eleven\"");
}

TEST(Reader, finds_every_fault_in_one_pass)
{
  EXPECT_EQ(problems_of("{\"s\": 1,\n\"i\": 9,\n\"j\": 1.5,\n\"b\": \"yes\",\n\"w\": \"three\",\n\"l\": [\"a\", 2],\n"
                        "\"o\": [],\n\"extra\": {}}",
                        [](Reader& reader) {
                          EXPECT_EQ(reader.string("s"), "");
                          EXPECT_EQ(reader.integer("i", 1, 3), 1);
                          EXPECT_EQ(reader.optional_integer("j", 1, std::numeric_limits<std::int64_t>::max()), 1);
                          EXPECT_FALSE(reader.boolean("b"));
                          EXPECT_EQ(reader.word("w", {"one", "two"}), "one");
                          reader.strings("l");
                          reader.object("o", [](Reader&) { ADD_FAILURE(); });
                          reader.string("missing");
                        }),
            "f.json:1: /s: expected a string, found 1\n"
            "f.json:2: /i: expected an integer from 1 to 3, found 9\n"
            "f.json:3: /j: expected an integer from 1 on, found 1.5\n"
            "f.json:4: /b: expected true or false, found \"yes\"\n"
            "f.json:5: /w: expected one of \"one\", \"two\", found \"three\"\n"
            "f.json:6: /l/1: expected a string, found 2\n"
            "f.json:7: /o: expected an object, found an array\n"
            "f.json:1: /missing: missing; expected a string\n"
            "f.json:8: /extra: unknown member");
}

TEST(Reader, offers_the_name_that_was_probably_meant)
{
  EXPECT_EQ(problems_of("{\"verison\": \"1\"}", [](Reader& reader) { reader.optional_string("version"); }),
            "f.json:1: /verison: unknown member; did you mean \"version\"?");
}

TEST(Reader, an_element_that_is_no_object_is_one_problem)
{
  EXPECT_EQ(problems_of("{\"a\": [3, \"x\", null, []]}",
                        [](Reader& reader) {
                          reader.each("a", [](Reader& element) {
                            element.string("x");
                            element.optional_string("y");
                            element.integer("z", 0, 1);
                          });
                        }),
            "f.json:1: /a/0: expected an object, found 3\n"
            "f.json:1: /a/1: expected an object, found \"x\"\n"
            "f.json:1: /a/2: expected an object, found null\n"
            "f.json:1: /a/3: expected an object, found an array");
}

TEST(Reader, a_wrong_type_where_a_word_is_parsed_is_one_problem)
{
  EXPECT_EQ(problems_of("{\"v\": 11, \"c\": 1, \"l\": [\"1.0\", \"x\", {\"a\": 1}]}",
                        [](Reader& reader) {
                          reader.parsed<base::Version>("v", "a version", base::Version::parse);
                          EXPECT_EQ(reader.choice<int>("c", {{"one", 1}, {"two", 2}}), 1);
                          EXPECT_EQ(reader.list<base::Version>("l", "a version", base::Version::parse).size(), 1u);
                        }),
            "f.json:1: /v: expected a string, found 11\n"
            "f.json:1: /c: expected a string, found 1\n"
            "f.json:1: /l/1: expected a version, found \"x\"\n"
            "f.json:1: /l/2: expected a version, found an object");
}

TEST(Reader, each_member_gives_names_and_values)
{
  std::string seen;
  EXPECT_EQ(problems_of("{\"m\": {\"a/b\": {\"x\": 1}, \"c\": {\"x\": 2, \"y\": 3}}}",
                        [&](Reader& reader) {
                          reader.each_member("m", [&](const std::string& name, Reader& inner) {
                            seen += name + std::to_string(inner.integer("x", 0, 1));
                          });
                        }),
            "f.json:1: /m/c/x: expected an integer from 0 to 1, found 2\n"
            "f.json:1: /m/c/y: unknown member");
  EXPECT_EQ(seen, "a/b1c0");
}

TEST(Reader, pointers_of_nested_values_are_whole)
{
  EXPECT_EQ(problems_of("{\"a~\": [{\"b/\": {\"c\": [[], 1]}}]}",
                        [](Reader& reader) {
                          reader.each("a~", [](Reader& a) {
                            a.object("b/", [](Reader& b) { b.each("c", [](Reader& c) { c.as_string(); }); });
                          });
                        }),
            "f.json:1: /a~0/0/b~1/c/0: expected a string, found an array\n"
            "f.json:1: /a~0/0/b~1/c/1: expected a string, found 1");
}

TEST(Reader, begins_at_the_pointer_it_was_given)
{
  std::vector<Problem> problems;
  const Value value = Object{{"x", Value(1)}};
  Reader reader(value, "plan.json", "/steps/3", problems);
  reader.string("x");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(to_text(problems[0]), "plan.json: /steps/3/x: expected a string, found 1");
}

TEST(Reader, finish_reports_once)
{
  EXPECT_EQ(problems_of("{\"x\": 1}",
                        [](Reader& reader) {
                          reader.finish();
                          reader.finish();
                        }),
            "f.json:1: /x: unknown member");
}

TEST(Describe, cuts_long_strings_between_characters_and_escapes_controls)
{
  EXPECT_EQ(describe(std::string(119, 'a') + "éé"), "\"" + std::string(119, 'a') + "\"…");
  EXPECT_EQ(describe("a\nb"), "\"a\\nb\"");
  EXPECT_EQ(describe(nullptr), "null");
  EXPECT_EQ(describe(Array{}), "an array");
}

} // namespace
} // namespace cudasetup::json
