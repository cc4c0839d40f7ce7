#include "journal/seal.hpp"
#include "journal/transaction.hpp"

#include <gtest/gtest.h>

namespace cudasetup::journal {

namespace {

using base::ErrorKind;

const std::string k_header =
    R"({"schema":"cudasetup.journal/1","id":"0001","verb":"install","arguments":[],"plan":{"steps":[]},"at":"T"})";
const std::string k_started = R"({"event":"step-started","step":"pin","title":"Pin","at":"T"})";

/// Sealed lines, as a journal has them.
std::string journal_of(const std::vector<std::string>& records)
{
  std::string text;
  std::string seal;
  for (const std::string& record : records) {
    const std::string line = sealed(record, seal);
    seal = check_seal(line, seal).value();
    text += line + "\n";
  }
  return text;
}

/// The refusal of a journal with this text.
base::Error refusal(const std::string& text)
{
  auto read = read_transaction(text, "0001.jsonl");
  EXPECT_FALSE(read) << text;
  EXPECT_TRUE(read || !read.error().hints.empty()) << text;
  return read ? base::Error{} : std::move(read).error();
}

TEST(ReadTransaction, what_only_the_next_boot_loads_awaits_it_until_it_was_verified)
{
  const std::string boots = R"({"event":"awaits-boot","boot":"b1","at":"T"})";
  const std::string done = R"({"event":"ended","outcome":"done","at":"T"})";
  const auto verified = [](const std::string& verdict) {
    return R"({"event":"verified","verdict":")" + verdict + R"(","at":"T"})";
  };
  const auto read = [](const std::vector<std::string>& records) {
    return read_transaction(journal_of(records), "0001.jsonl").value();
  };
  EXPECT_FALSE(read({k_header, boots}).awaits_boot()) << "it is not complete";
  EXPECT_FALSE(read({k_header, done}).awaits_boot());
  EXPECT_TRUE(read({k_header, boots, done}).awaits_boot());
  EXPECT_EQ(read({k_header, boots, done}).boot, "b1");
  EXPECT_TRUE(read({k_header, boots, done, verified("failed")}).awaits_boot());
  EXPECT_FALSE(read({k_header, boots, done, verified("passed")}).awaits_boot());
  EXPECT_FALSE(read({k_header, boots, done, verified("cpu-only")}).awaits_boot());
}

TEST(ReadTransaction, a_last_line_that_was_cut_off_is_left_out)
{
  const auto read = read_transaction(journal_of({k_header, k_started}) + R"({"event":"step-en)", "0001.jsonl");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->torn);
  EXPECT_EQ(read->steps.size(), 1U);
}

TEST(ReadTransaction, a_record_that_only_lacks_the_end_of_its_line_counts_as_cut_off)
{
  const std::string text = journal_of({k_header, k_started});
  const auto read = read_transaction(text.substr(0, text.size() - 1), "0001.jsonl");
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
  const base::Error error =
      refusal(journal_of({R"({"schema":"cudasetup.journal/2","id":"0001","plan":{},"at":"T","more":1})"}));
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
  const base::Error error = refusal(journal_of({k_header}) + "{\"event\":\"step-sta\n" + k_started + "\n");
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
       R"({"event":"original","path":"/x","extent":"single","exists":true,"type":"regular","mode":99999,"owner":0,"group":0,"at":"T"})",
       R"({"event":"original","path":"/x","extent":"single","exists":true,"type":"socket","mode":0,"owner":0,"group":0,"at":"T"})",
       R"({"event":"original","path":"/x","extent":"all","exists":false,"at":"T"})",
       R"({"event":"result","path":"/x","exists":"yes","at":"T"})",
       R"({"event":"changed","packages":{"g++":{"state":"ii"}},"alternatives":{},"at":"T"})",
       R"({"event":"changed","packages":[],"alternatives":{},"at":"T"})"}) {
    EXPECT_EQ(refusal(journal_of({k_header, k_started, record})).kind, ErrorKind::document) << record;
  }
}

TEST(ReadTransaction, a_step_ends_once)
{
  const std::string ended = R"({"event":"step-ended","step":"pin","outcome":"done","seconds":1,"message":"","at":"T"})";
  ASSERT_TRUE(read_transaction(journal_of({k_header, k_started, ended}), "0001.jsonl"));
  EXPECT_EQ(refusal(journal_of({k_header, k_started, ended, ended})).kind, ErrorKind::document);
}

TEST(ReadTransaction, a_line_that_was_changed_taken_out_or_put_in_is_noticed)
{
  const std::string ended = R"({"event":"ended","outcome":"done","at":"T"})";
  const std::string whole = journal_of({k_header, k_started, ended});
  ASSERT_TRUE(read_transaction(whole, "0001.jsonl"));
  const std::size_t second = whole.find('\n') + 1;
  const std::size_t third = whole.find('\n', second) + 1;
  std::string changed = whole;
  changed.replace(changed.find("\"Pin\""), 5, "\"Pan\"");
  const std::string taken_out = whole.substr(0, second) + whole.substr(third);
  const std::string put_in = whole.substr(0, third) + whole.substr(second);
  for (const std::string& text : {changed, taken_out, put_in}) {
    const base::Error error = refusal(text);
    EXPECT_EQ(error.kind, ErrorKind::document);
    EXPECT_NE(error.message.find("was changed after it was written"), std::string::npos) << error.message;
  }
}

TEST(ReadTransaction, a_resumed_transaction_is_open_until_it_ends_again)
{
  const std::string failed = R"({"event":"ended","outcome":"failed","at":"T"})";
  const std::string resumed = R"({"event":"resumed","at":"T"})";
  EXPECT_EQ(read_transaction(journal_of({k_header, failed, resumed}), "f")->outcome, std::nullopt);
  const std::string done = R"({"event":"ended","outcome":"done","at":"T"})";
  EXPECT_TRUE(read_transaction(journal_of({k_header, failed, resumed, done}), "f")->is_done());
}

} // namespace

} // namespace cudasetup::journal
