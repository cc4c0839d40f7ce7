#include "journal/journal.hpp"

#include "base/text.hpp"
#include "journal/seal.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_files.hpp"

#include <gtest/gtest.h>

namespace cudasetup::journal {

namespace {

using base::ErrorKind;
using test::FileOperation;

const std::string k_record = "/var/lib/cudasetup/transactions/0001.jsonl";

class JournalTest : public testing::Test {
protected:
  JournalTest()
  {
    m_step.id = "nvidia-pin";
    m_step.title = "Put NVIDIA's packages first";
  }
  Journal begin()
  {
    return Journal::begin(m_files,
                          m_clock,
                          Header{Verb::install,
                                 {"--cuda", "11.1"},
                                 "",
                                 json::Object{{"schema", "cudasetup.plan/1"}, {"steps", json::Array{}}}})
        .value();
  }
  std::string text(const std::string& path = k_record) { return m_files.read(path).value_or(""); }
  Transaction transaction()
  {
    const auto read = read_transaction(text(), k_record);
    EXPECT_TRUE(read) << read.error().message;
    return read.value_or(Transaction{});
  }

  test::FakeFiles m_files;
  test::FakeClock m_clock;
  plan::Step m_step;
};

TEST_F(JournalTest, begins_with_a_header_that_holds_version_number_and_plan)
{
  const Journal journal = begin();
  EXPECT_EQ(journal.id(), "0001");
  EXPECT_EQ(journal.path(), k_record);
  const std::string record = R"({"schema":"cudasetup.journal/1","id":"0001","verb":"install",)"
                             R"("arguments":["--cuda","11.1"],"plan":{"schema":"cudasetup.plan/1","steps":[]},)"
                             R"("at":"2019-12-20T00:00:00Z"})";
  EXPECT_EQ(text(), sealed(record, "") + "\n");
  EXPECT_EQ(transaction().arguments, (std::vector<std::string>{"--cuda", "11.1"}));
}

TEST_F(JournalTest, is_for_root_alone)
{
  begin();
  EXPECT_EQ(m_files.node(k_record)->mode, 0600U);
  EXPECT_EQ(m_files.node("/var/lib/cudasetup")->mode, 0700U);
  EXPECT_EQ(m_files.node("/var/lib/cudasetup/transactions")->mode, 0700U);
}

TEST_F(JournalTest, only_ever_appends)
{
  Journal journal = begin();
  ASSERT_TRUE(journal.step_started(m_step));
  ASSERT_TRUE(journal.step_ended(m_step, Outcome::done, 1.5, ""));
  ASSERT_TRUE(journal.ended(Outcome::done));
  for (const std::string& change : m_files.changes()) {
    EXPECT_TRUE(change.starts_with("append ") || change.starts_with("make_directories ")) << change;
  }
  EXPECT_EQ(base::lines(text()).size(), 4U);
}

TEST_F(JournalTest, adds_a_line_to_the_history_that_everybody_may_read)
{
  for (const Outcome outcome : {Outcome::failed, Outcome::done}) {
    Journal journal = begin();
    ASSERT_TRUE(journal.step_started(m_step));
    ASSERT_TRUE(journal.step_ended(m_step, outcome, 1, ""));
    ASSERT_TRUE(journal.ended(outcome));
  }
  const std::string path(k_history_log);
  EXPECT_EQ(text(path),
            R"({"at":"2019-12-20T00:00:00Z","id":"0001","outcome":"failed","steps":0})"
            "\n"
            R"({"at":"2019-12-20T00:00:00Z","id":"0002","outcome":"done","steps":1})"
            "\n");
  EXPECT_EQ(m_files.node(path)->mode, 0644U);
}

TEST_F(JournalTest, ends_also_where_the_history_cannot_be_written)
{
  m_files.fail(FileOperation::append, std::string(k_history_log), base::make_error(ErrorKind::no_space, "full"));
  Journal journal = begin();
  ASSERT_TRUE(journal.ended(Outcome::done));
  EXPECT_EQ(transaction().outcome, Outcome::done);
}

TEST_F(JournalTest, tells_afterwards_what_was_done)
{
  Journal journal = begin();
  ASSERT_TRUE(journal.step_started(m_step));
  m_clock.advance(std::chrono::milliseconds(2500));
  ASSERT_TRUE(journal.step_ended(m_step, Outcome::failed, 2.5, "no \"space\"\nis left"));
  ASSERT_TRUE(journal.ended(Outcome::failed));
  const Transaction read = transaction();
  EXPECT_EQ(read.id, "0001");
  EXPECT_EQ(read.started, "2019-12-20T00:00:00Z");
  ASSERT_NE(read.plan.find("schema"), nullptr);
  EXPECT_EQ(*read.plan.find("schema")->string(), "cudasetup.plan/1");
  ASSERT_EQ(read.steps.size(), 1U);
  EXPECT_EQ(read.steps[0].id, m_step.id);
  EXPECT_EQ(read.steps[0].title, m_step.title);
  EXPECT_EQ(read.steps[0].outcome, Outcome::failed);
  EXPECT_DOUBLE_EQ(read.steps[0].seconds, 2.5);
  EXPECT_EQ(read.steps[0].message, "no \"space\"\nis left");
  EXPECT_EQ(read.outcome, Outcome::failed);
  EXPECT_FALSE(read.torn);
}

TEST_F(JournalTest, every_outcome_is_read_as_it_was_written)
{
  for (const Outcome outcome : {Outcome::done, Outcome::skipped, Outcome::failed, Outcome::interrupted}) {
    Journal journal = begin();
    ASSERT_TRUE(journal.ended(outcome));
    EXPECT_EQ(read_transaction(text(journal.path()), journal.path())->outcome, outcome);
  }
}

TEST_F(JournalTest, a_transaction_that_never_ended_has_no_outcome)
{
  Journal journal = begin();
  ASSERT_TRUE(journal.step_started(m_step));
  const Transaction read = transaction();
  EXPECT_FALSE(read.outcome);
  EXPECT_FALSE(read.steps.at(0).outcome);
}

TEST_F(JournalTest, keeps_a_files_content_mode_and_owner)
{
  m_files.put_node("/etc/pin", test::Node{effects::FileType::regular, "Pin: old\n", 0640, 7, 8});
  Journal journal = begin();
  ASSERT_TRUE(journal.keep_original("/etc/pin", Extent::single));
  ASSERT_TRUE(m_files.write("/etc/pin", "Pin: new\n", 0644));
  const Original original = transaction().originals.at(0);
  EXPECT_EQ(original.path, "/etc/pin");
  EXPECT_TRUE(original.before.exists);
  EXPECT_EQ(original.before.status.type, effects::FileType::regular);
  EXPECT_EQ(original.before.status.mode, 0640U);
  EXPECT_EQ(original.before.status.owner, 7U);
  EXPECT_EQ(original.before.status.group, 8U);
  EXPECT_EQ(text(original.saved), "Pin: old\n");
  EXPECT_EQ(m_files.node(original.saved)->mode, 0600U) << "the original may be secret";
}

TEST_F(JournalTest, keeps_the_originals_of_several_files_apart)
{
  m_files.put("/etc/a", "A").put("/etc/b", "B");
  Journal journal = begin();
  ASSERT_TRUE(journal.keep_original("/etc/a", Extent::single));
  ASSERT_TRUE(journal.keep_original("/etc/b", Extent::single));
  const Transaction read = transaction();
  EXPECT_EQ(text(read.originals.at(0).saved), "A");
  EXPECT_EQ(text(read.originals.at(1).saved), "B");
}

TEST_F(JournalTest, keeps_where_a_link_pointed_that_a_directory_was_there_and_that_nothing_was)
{
  m_files.put_link("/opt/current", "1.7.1+cu110").put_directory("/opt/dir", 0711);
  Journal journal = begin();
  ASSERT_TRUE(journal.keep_original("/opt/current", Extent::single));
  ASSERT_TRUE(journal.keep_original("/opt/dir", Extent::single));
  ASSERT_TRUE(journal.keep_original("/opt/nothing", Extent::single));
  const Transaction read = transaction();
  EXPECT_EQ(read.originals.at(0).before.status.type, effects::FileType::link);
  EXPECT_EQ(read.originals.at(0).before.link_target, "1.7.1+cu110");
  EXPECT_EQ(read.originals.at(1).before.status.type, effects::FileType::directory);
  EXPECT_EQ(read.originals.at(1).before.status.mode, 0711U);
  EXPECT_TRUE(read.originals.at(2).path == "/opt/nothing" && !read.originals.at(2).before.exists);
}

TEST_F(JournalTest, refuses_to_go_on_where_an_original_cannot_be_kept)
{
  m_files.put("/etc/secret", "S").put("/etc/pin", "P").deny("/etc/secret");
  Journal journal = begin();
  EXPECT_EQ(journal.keep_original("/etc/secret", Extent::single).error().kind, ErrorKind::needs_root);
  m_files.fail(FileOperation::write,
               "/var/lib/cudasetup/transactions/0001.originals/0001",
               base::make_error(ErrorKind::no_space, "full"));
  EXPECT_EQ(journal.keep_original("/etc/pin", Extent::single).error().kind, ErrorKind::no_space);
}

TEST_F(JournalTest, an_original_is_what_was_there_before_the_first_change)
{
  m_files.put("/etc/pin", "old");
  Journal journal = begin();
  ASSERT_TRUE(journal.keep_original("/etc/pin", Extent::single));
  ASSERT_TRUE(m_files.write("/etc/pin", "new", 0644));
  ASSERT_TRUE(journal.keep_original("/etc/pin", Extent::single));
  const Transaction read = transaction();
  ASSERT_EQ(read.originals.size(), 1U);
  EXPECT_EQ(text(read.originals[0].saved), "old");
}

TEST_F(JournalTest, tells_what_a_path_became_and_leaves_out_paths_without_original)
{
  Journal journal = begin();
  ASSERT_TRUE(journal.keep_original("/etc/pin", Extent::single));
  m_files.put("/etc/pin", "new", 0600).put("/etc/other", "x");
  ASSERT_TRUE(journal.results({"/etc/pin", "/etc/other"}));
  const std::size_t lines = base::lines(text()).size();
  ASSERT_TRUE(journal.results({"/etc/pin"}));
  EXPECT_EQ(base::lines(text()).size(), lines) << "what is known is not said again";
  const Transaction read = transaction();
  ASSERT_EQ(read.results.size(), 1U);
  EXPECT_TRUE(read.results.at("/etc/pin") == look_at(m_files, "/etc/pin", Extent::single).value());
  m_files.put("/etc/pin", "edited", 0600);
  EXPECT_FALSE(read.results.at("/etc/pin") == look_at(m_files, "/etc/pin", Extent::single).value());
}

TEST_F(JournalTest, a_tree_is_known_by_all_that_is_in_it)
{
  m_files.put("/opt/t/lib/a.so", "A").put_link("/opt/t/lib/b.so", "a.so");
  const PathState before = look_at(m_files, "/opt/t", Extent::tree).value();
  m_files.put("/opt/t/lib/__pycache__/a.pyc", "compiled");
  EXPECT_TRUE(before == look_at(m_files, "/opt/t", Extent::tree).value()) << "Python compiles by itself";
  m_files.put("/opt/t/mine.txt", "of the user");
  EXPECT_FALSE(before == look_at(m_files, "/opt/t", Extent::tree).value());

  test::Node file = *m_files.node("/opt/t/lib/a.so");
  const PathState now = look_at(m_files, "/opt/t", Extent::tree).value();
  file.modified_ns = 1;
  m_files.put_node("/opt/t/lib/a.so", file);
  EXPECT_FALSE(now == look_at(m_files, "/opt/t", Extent::tree).value()) << "as many bytes, but written since";
  file.modified_ns = 0;
  file.owner = 1000;
  m_files.put_node("/opt/t/lib/a.so", file);
  EXPECT_FALSE(now == look_at(m_files, "/opt/t", Extent::tree).value()) << "another's";
}

TEST_F(JournalTest, tells_packages_and_alternatives_before_and_what_became_of_them)
{
  const SystemState before{{{"g++", {"ii", "4:10", Mark::automatic}}}, {{"cuda", {"manual", "/usr/local/cuda-10.2"}}}};
  SystemState after = before;
  after.packages.erase("g++");
  after.packages["cuda-toolkit-11-1"] = {"hi", "11.1.1-1", Mark::manual};
  Journal journal = begin();
  ASSERT_TRUE(journal.state_before(before));
  ASSERT_TRUE(journal.intends({"cuda-toolkit-11-1", "g++"}));
  ASSERT_TRUE(journal.kept({"g++", "4:10", "/var/lib/cudasetup/g++.deb"}));
  ASSERT_TRUE(journal.changed(changes_between(before, after)));
  ASSERT_TRUE(journal.changed(changes_between(after, after)));
  const Transaction read = transaction();
  EXPECT_EQ(read.before, before);
  EXPECT_EQ(read.intended, (std::set<std::string>{"cuda-toolkit-11-1", "g++"}));
  ASSERT_EQ(read.kept.size(), 1U);
  EXPECT_EQ(read.kept[0].file, "/var/lib/cudasetup/g++.deb");
  EXPECT_EQ(read.changed.packages.at("g++"), std::nullopt);
  EXPECT_TRUE(read.changed.packages.at("cuda-toolkit-11-1")->is_held());
  EXPECT_TRUE(read.changed.alternatives.empty());
}

TEST_F(JournalTest, goes_on_with_a_transaction_that_was_cut_off)
{
  m_files.put("/etc/pin", "old");
  {
    Journal journal = begin();
    ASSERT_TRUE(journal.keep_original("/etc/pin", Extent::single));
    ASSERT_TRUE(journal.step_started(m_step));
  }
  ASSERT_TRUE(m_files.append(k_record, R"({"event":"step-en)", 0600));
  const Transaction torn = transaction();
  EXPECT_TRUE(torn.torn);
  Journal journal = Journal::reopen(m_files, m_clock, torn).value();
  ASSERT_TRUE(journal.keep_original("/etc/pin", Extent::single));
  m_files.put("/etc/other", "O");
  ASSERT_TRUE(journal.keep_original("/etc/other", Extent::single));
  ASSERT_TRUE(journal.ended(Outcome::done));
  const Transaction whole = transaction();
  EXPECT_EQ(whole.id, "0001");
  EXPECT_FALSE(whole.torn);
  EXPECT_TRUE(whole.is_done());
  ASSERT_EQ(whole.originals.size(), 2U);
  EXPECT_EQ(text(whole.originals[0].saved), "old");
  EXPECT_EQ(text(whole.originals[1].saved), "O");
}

TEST_F(JournalTest, a_state_directory_that_is_not_roots_alone_is_refused)
{
  using Node = test::Node;
  const Header header{Verb::install, {}, "", json::Object{}};
  for (const Node& node : {Node{effects::FileType::directory, {}, 0777},
                           Node{effects::FileType::directory, {}, 0700, 1000, 0},
                           Node{effects::FileType::link, "/home/mallory", 0777}}) {
    test::FakeFiles files;
    files.put_directory("/home/mallory").put_node("/var/lib/cudasetup", node);
    const auto journal = Journal::begin(files, m_clock, header);
    ASSERT_FALSE(journal);
    EXPECT_EQ(journal.error().message, "/var/lib/cudasetup is not a directory of root's alone; nothing was changed");
    EXPECT_FALSE(journal.error().hints.empty());
    EXPECT_FALSE(files.exists(k_record));
  }
}

TEST_F(JournalTest, says_which_journal_could_not_be_written)
{
  Journal journal = begin();
  m_files.fail(FileOperation::append, k_record, base::make_error(ErrorKind::no_space, "full"));
  const auto started = journal.step_started(m_step);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::no_space);
  EXPECT_EQ(started.error().context.back(), "writing the journal " + k_record);
}

TEST_F(JournalTest, numbers_go_on_after_the_last_one_that_is_kept)
{
  m_files.put("/var/lib/cudasetup/transactions/0009.jsonl", "x\n")
      .put("/var/lib/cudasetup/transactions/10000.jsonl", "x\n")
      .put("/var/lib/cudasetup/transactions/notes.txt", "x")
      .put("/var/lib/cudasetup/transactions/last.jsonl", "x");
  EXPECT_EQ(transaction_ids(m_files), (std::vector<std::string>{"0009", "10000"}));
  // One that was cut off in its first line tells of nothing, but has its number.
  m_files.put("/var/lib/cudasetup/transactions/10001.jsonl", "{\"schema\":");
  EXPECT_EQ(transaction_ids(m_files), (std::vector<std::string>{"0009", "10000"}));
  EXPECT_EQ(begin().id(), "10002");
}

TEST_F(JournalTest, there_are_no_transactions_at_first)
{
  EXPECT_TRUE(transaction_ids(m_files).empty());
}

} // namespace

} // namespace cudasetup::journal
