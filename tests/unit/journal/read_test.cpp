#include "journal/journal.hpp"

#include <gtest/gtest.h>

namespace cudasetup::journal {

namespace {

using base::ErrorKind;

const std::string k_header = R"({"schema":"cudasetup.journal/1","id":"0001","plan":{"steps":[]},"at":"T"})"
                             "\n";
const std::string k_started = R"({"event":"step-started","step":"pin","title":"Pin","at":"T"})"
                              "\n";

/// The refusal of a journal with this text.
base::Error refusal(const std::string& text)
{
  auto read = read_transaction(text, "0001.jsonl");
  EXPECT_FALSE(read) << text;
  EXPECT_TRUE(read || !read.error().hints.empty()) << text;
  return read ? base::Error{} : std::move(read).error();
}

TEST(ReadTransaction, a_last_line_that_was_cut_off_is_left_out)
{
  const auto read = read_transaction(k_header + k_started + R"({"event":"step-en)", "0001.jsonl");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->torn);
  EXPECT_EQ(read->steps.size(), 1U);
}

TEST(ReadTransaction, a_record_that_only_lacks_the_end_of_its_line_counts_as_cut_off)
{
  const auto read = read_transaction(k_header + k_started.substr(0, k_started.size() - 1), "0001.jsonl");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->torn);
  EXPECT_TRUE(read->steps.empty());
}

TEST(ReadTransaction, cut_off_in_its_first_line_it_tells_nothing)
{
  for (const std::string& text : {std::string(), std::string("{\"schema\":\"cud"), k_header.substr(0, 60)}) {
    EXPECT_EQ(refusal(text).kind, ErrorKind::document);
    EXPECT_NE(refusal(text).message.find("0001.jsonl"), std::string::npos);
  }
}

TEST(ReadTransaction, a_newer_format_is_refused_and_said_to_be_one)
{
  const base::Error error = refusal(R"({"schema":"cudasetup.journal/2","id":"0001","plan":{},"at":"T","more":1})"
                                    "\n");
  EXPECT_EQ(error.kind, ErrorKind::document);
  EXPECT_NE(error.message.find("newer cudasetup"), std::string::npos);
}

TEST(ReadTransaction, another_kind_of_document_is_refused)
{
  EXPECT_EQ(refusal("{\"schema\":\"cudasetup.plan/1\"}\n").kind, ErrorKind::document);
  EXPECT_EQ(refusal("[1]\n").kind, ErrorKind::document);
  EXPECT_EQ(refusal("not json\n").kind, ErrorKind::document);
}

TEST(ReadTransaction, a_damaged_line_in_the_middle_is_refused_with_its_number)
{
  const base::Error error = refusal(k_header + "{\"event\":\"step-sta\n" + k_started);
  EXPECT_EQ(error.kind, ErrorKind::document);
  EXPECT_NE(error.message.find("0001.jsonl line 2"), std::string::npos) << error.message;
}

TEST(ReadTransaction, records_that_nobody_wrote_so_are_refused)
{
  for (
      const std::string record :
      {R"({"event":"step-started","step":"pin","title":"Pin","at":"T","command":"rm"})",
       R"({"event":"step-started","step":"pin","at":"T"})",
       R"({"event":"reformat","at":"T"})",
       R"({"event":"ended","outcome":"perhaps","at":"T"})",
       R"({"event":"step-ended","step":"other","outcome":"done","seconds":1.0,"message":"","at":"T"})",
       R"({"event":"original","path":"/etc/x","existed":true,"type":"regular","mode":99999,"owner":0,"group":0,"at":"T"})",
       R"({"event":"original","path":"/etc/x","existed":true,"type":"socket","mode":0,"owner":0,"group":0,"at":"T"})",
       R"({"event":"original","path":"/etc/x","existed":"yes","at":"T"})"}) {
    EXPECT_EQ(refusal(k_header + k_started + record + "\n").kind, ErrorKind::document) << record;
  }
}

TEST(ReadTransaction, a_step_ends_once)
{
  const std::string ended = R"({"event":"step-ended","step":"pin","outcome":"done","seconds":1,"message":"","at":"T"})"
                            "\n";
  ASSERT_TRUE(read_transaction(k_header + k_started + ended, "0001.jsonl"));
  EXPECT_EQ(refusal(k_header + k_started + ended + ended).kind, ErrorKind::document);
}

} // namespace

} // namespace cudasetup::journal
