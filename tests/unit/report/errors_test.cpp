#include "report/errors.hpp"

#include <gtest/gtest.h>

namespace cudasetup::report {

namespace {

using base::Command;
using base::Error;
using base::ErrorKind;

Error sample()
{
  Error error = base::make_error(ErrorKind::no_space, "a file system is full");
  error.details = {"apt-get ended with status 100"};
  error.output_tail = "E: No space left on device\nE: more\n";
  error.log = "/var/log/cudasetup/terminal.log";
  return std::move(std::move(error).while_doing("running apt-get install").while_doing("Install the toolkit"))
      .with_hint("see which one", Command{{"df", "-h", "/my disk"}})
      .with_hint("then give the same command again");
}

TEST(ErrorText, says_what_failed_why_where_and_what_to_do)
{
  EXPECT_EQ(text_of(sample()),
            "error: a file system is full\n"
            "  apt-get ended with status 100\n"
            "  while: running apt-get install\n"
            "  while: Install the toolkit\n"
            "  | E: No space left on device\n"
            "  | E: more\n"
            "  log: /var/log/cudasetup/terminal.log\n"
            "hint: see which one: df -h '/my disk'\n"
            "hint: then give the same command again\n");
}

TEST(ErrorText, of_a_bare_error_is_one_line)
{
  EXPECT_EQ(text_of(base::make_error(ErrorKind::busy, "another run")), "error: another run\n");
}

TEST(ErrorText, lets_no_tool_write_to_the_terminal)
{
  Error error = base::make_error(ErrorKind::packages, "bad \x1b[31mred");
  error.output_tail = "\x07 bell \r\n";
  EXPECT_EQ(text_of(error).find_first_of("\x1b\x07\r"), std::string::npos);
}

TEST(ErrorJson, has_every_part)
{
  EXPECT_EQ(
      json::write(to_json(sample()), json::Layout::compact),
      R"({"schema":"cudasetup.error/1","kind":"no-space","status":31,"message":"a file system is full",)"
      R"("details":["apt-get ended with status 100"],"context":["running apt-get install","Install the toolkit"],)"
      R"("output_tail":"E: No space left on device\nE: more\n","log":"/var/log/cudasetup/terminal.log",)"
      R"("hints":[{"text":"see which one","command":"df -h '/my disk'"},)"
      R"({"text":"then give the same command again","command":null}]})");
}

TEST(ErrorJson, names_every_kind_with_its_status)
{
  for (const ErrorKind kind : base::all_error_kinds()) {
    const json::Value value = to_json(base::make_error(kind, "m"));
    EXPECT_EQ(*value.find("kind")->string(), base::name_of(kind));
    EXPECT_EQ(*value.find("status")->integer(), base::exit_status(kind));
    EXPECT_TRUE(value.find("log")->is_null());
  }
}

} // namespace

} // namespace cudasetup::report
