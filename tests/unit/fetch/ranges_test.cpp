#include "unit/fetch/server_test.hpp"

namespace cudasetup::fetch {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

using RangesTest = ServerTest;

TEST_F(RangesTest, a_server_that_slows_each_connection_gets_more_of_them)
{
  expect_whole(download());
  EXPECT_EQ(m_server.most_under_way(), 16u);
  EXPECT_LT(m_took, seconds(3)) << "two at the full rate, and finding it out";
  EXPECT_LT(m_server.bytes_sent(), whole().size() * 102 / 100);
  EXPECT_EQ(m_events.notices(), "");
}

TEST_F(RangesTest, a_server_that_is_as_fast_with_one_gets_no_more)
{
  m_server.connection_rate = [](std::size_t) { return 1e9; };
  m_server.link_rate = 8e6;
  std::size_t late = 0;
  m_server.after_step = [&] {
    if (m_server.bytes_sent() > 24'000'000) {
      late = std::max(late, m_server.under_way());
    }
  };
  expect_whole(download());
  EXPECT_LE(m_server.most_under_way(), 4u) << "the trial";
  EXPECT_EQ(late, 1u);
  EXPECT_LT(m_took, milliseconds(4300));
}

TEST_F(RangesTest, one_that_gives_no_ranges_gets_one)
{
  m_server.promises_ranges = false;
  expect_whole(download());
  EXPECT_EQ(m_server.requests().size(), 1u);
}

TEST_F(RangesTest, one_that_names_no_version_gets_one)
{
  m_server.files["/x.zip"].validator = "";
  expect_whole(download());
  EXPECT_EQ(m_server.requests().size(), 1u);
}

TEST_F(RangesTest, one_that_promises_ranges_and_gives_none_gets_one)
{
  m_server.gives_ranges = false;
  expect_whole(download());
  EXPECT_EQ(m_server.bytes_sent() / 1'000'000, 32u) << "the first connection went on";
  EXPECT_EQ(m_events.notices(), "");
}

TEST_F(RangesTest, takes_no_more_connections_than_it_may)
{
  m_server.set_limits({3, std::nullopt});
  expect_whole(download());
  EXPECT_EQ(m_server.most_under_way(), 3u);
}

TEST_F(RangesTest, a_server_that_refuses_further_connections_keeps_those_it_gave)
{
  m_server.most_connections = 3;
  expect_whole(download());
  EXPECT_LT(m_took, seconds(13));
  EXPECT_EQ(m_events.notices(), "");
}

TEST_F(RangesTest, a_connection_that_breaks_is_made_up_for_by_the_others)
{
  m_server.breaks = {{1, 3'000'000}, {5, 100'000}, {7, 0}};
  expect_whole(download());
  EXPECT_EQ(m_events.notices(), "");
  EXPECT_LT(m_server.bytes_sent(), whole().size() * 102 / 100);
}

TEST_F(RangesTest, the_last_bytes_do_not_wait_for_a_slow_connection)
{
  m_server.connection_rate = [](std::size_t number) { return number == 4 ? 5e4 : 1e6; };
  expect_whole(download());
  EXPECT_LT(m_took, seconds(8)) << "alone, the slow one would take 80 seconds for its first span";
}

TEST_F(RangesTest, goes_on_in_another_run_with_all_that_arrived)
{
  for (const std::uint64_t bytes : {10'000'000u, 20'000'000u, 29'000'000u}) {
    interrupt_after(bytes);
    const auto done = download();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::interrupted);
    EXPECT_EQ(m_server.under_way(), 0u);
    m_interrupts.set(0);
  }
  m_server.after_step = [] {};
  expect_whole(download());
  EXPECT_LT(m_server.bytes_sent(), whole().size() * 102 / 100);
}

TEST_F(RangesTest, a_run_that_is_killed_costs_a_second)
{
  test::FakeFiles killed;
  m_server.after_step = [&] {
    if (m_server.bytes_sent() < 24'000'000) {
      for (const char* path : {"/cache/x.zip.part", "/cache/x.zip.part.from"}) {
        if (const auto bytes = m_files.read(path)) {
          killed.put(path, *bytes);
        }
      }
    }
  };
  ASSERT_TRUE(download());
  const std::uint64_t before = m_server.bytes_sent();
  m_server.after_step = [] {};
  const auto done = fetch::download({killed, m_server, m_clock, m_events, m_interrupts}, m_request);
  ASSERT_TRUE(done);
  EXPECT_TRUE(killed.read("/cache/x.zip") == whole());
  EXPECT_LT(m_server.bytes_sent() - before, 8'000'000u + 16'500'000u);
}

TEST_F(RangesTest, a_record_that_does_not_fit_is_thrown_away_with_its_part)
{
  interrupt_after(20'000'000);
  ASSERT_FALSE(download());
  m_server.after_step = [] {};
  const std::string note = *m_files.read("/cache/x.zip.part.from");
  const std::string part = *m_files.read("/cache/x.zip.part");
  const std::string head = note.substr(0, note.find("32000000 "));
  ASSERT_LT(head.size(), note.size()) << note;
  for (const std::string spans :
       {"32000000 0-32000001", "31000000 0-30000000", "32000000 5-9 1-3", "32000000 0-x", "x"}) {
    m_interrupts.set(0);
    m_files.put("/cache/x.zip.part", part);
    m_files.put("/cache/x.zip.part.from", head + spans + "\n");
    const std::size_t before = m_server.requests().size();
    expect_whole(download());
    EXPECT_EQ(m_server.requests().at(before).from, 0u) << spans;
    EXPECT_TRUE(m_files.remove("/cache/x.zip"));
  }
}

TEST_F(RangesTest, begins_anew_where_the_file_changed_between_runs)
{
  interrupt_after(20'000'000);
  ASSERT_FALSE(download());
  m_interrupts.set(0);
  m_server.after_step = [] {};
  m_server.files["/x.zip"] = {content(32'000'000, 7), "\"v2\""};
  m_request.digest = base::digest_of(base::DigestKind::sha256, whole());
  expect_whole(download());
}

TEST_F(RangesTest, begins_anew_where_the_file_changes_under_way)
{
  m_request.digest.reset();
  m_request.bytes.reset();
  m_server.after_step = [this] {
    if (m_server.bytes_sent() >= 60'000 && whole().size() == 32'000'000) {
      m_server.files["/x.zip"] = {content(33'000'000, 7), "\"v2\""};
    }
  };
  const auto done = download();
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->bytes, 33'000'000u);
  EXPECT_NE(m_events.notices().find("the file changed on the server"), std::string::npos);
}

TEST_F(RangesTest, checks_an_md5_of_what_came_in_any_order)
{
  m_request.digest = base::digest_of(base::DigestKind::md5, whole());
  expect_whole(download());
  EXPECT_EQ(m_server.most_under_way(), 16u);
}

TEST_F(RangesTest, refuses_a_wrong_digest_after_one_more_fetch)
{
  m_request.digest = base::digest_of(base::DigestKind::sha256, "another");
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::untrusted);
  EXPECT_EQ(m_server.bytes_sent() / 1'000'000, 64u);
  EXPECT_EQ(m_files.list("/cache"), std::vector<std::string>{});
}

TEST_F(RangesTest, a_full_disk_ends_all_of_it)
{
  m_server.after_step = [this] {
    if (m_server.bytes_sent() > 12'000'000) {
      m_files.fail(test::FileOperation::stream, "/cache/x.zip.part", base::make_error(ErrorKind::no_space, "full"));
    }
  };
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::no_space);
  EXPECT_EQ(m_server.under_way(), 0u);
}

} // namespace
} // namespace cudasetup::fetch
