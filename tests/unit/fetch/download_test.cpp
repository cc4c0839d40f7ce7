#include "base/hash.hpp"
#include "fetch/download.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_events.hpp"
#include "support/fake_files.hpp"
#include "support/fake_interrupts.hpp"
#include "support/fake_network.hpp"

#include <gtest/gtest.h>

namespace cudasetup::fetch {
namespace {

using base::DigestKind;
using base::ErrorKind;
using test::FakeNetwork;

const std::string k_url = "https://download.pytorch.org/libtorch/cu110/x.zip";

class DownloadTest : public ::testing::Test {
protected:
  DownloadTest()
  {
    m_request.url = *base::Url::parse(k_url);
    m_request.to = "/cache/x.zip";
    m_request.what = "LibTorch";
    m_request.digest = base::digest_of(DigestKind::sha256, m_whole);
    m_request.bytes = m_whole.size();
  }

  base::Result<Downloaded> download()
  {
    return fetch::download({m_files, m_network, m_clock, m_events, m_interrupts}, m_request);
  }
  /// The first @p bytes bytes, as an interrupted run leaves them.
  void keep(std::size_t bytes, const std::string& validator = "\"v1\"", const std::string& url = k_url)
  {
    m_files.put("/cache/x.zip.part", m_whole.substr(0, bytes));
    m_files.put("/cache/x.zip.part.from", "cudasetup part 1\n" + url + "\n" + validator + "\n");
  }
  /// An answer that breaks after @p bytes bytes.
  test::FakeAnswer broken_after(std::size_t bytes, std::size_t from = 0)
  {
    test::FakeAnswer answer = FakeNetwork::file(m_whole, "\"v1\"", from);
    answer.body.resize(bytes - from);
    answer.error = base::make_error(ErrorKind::network, "the connection broke");
    return answer;
  }
  static test::FakeAnswer refused()
  {
    test::FakeAnswer answer = FakeNetwork::broken("cannot connect");
    answer.error->duration = base::Duration::lasting;
    return answer;
  }
  void expect_whole(const base::Result<Downloaded>& done)
  {
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->bytes, m_whole.size());
    EXPECT_EQ(done->sha256, base::digest_of(DigestKind::sha256, m_whole));
    EXPECT_EQ(m_files.read("/cache/x.zip"), m_whole);
    EXPECT_FALSE(m_files.exists("/cache/x.zip.part"));
    EXPECT_FALSE(m_files.exists("/cache/x.zip.part.from"));
    EXPECT_EQ(m_network.unused(), 0u);
  }

  std::string m_whole = [] {
    std::string bytes;
    for (int i = 0; i < 5000; ++i) {
      bytes += std::to_string(i * 7919);
    }
    return bytes;
  }();
  DownloadRequest m_request;
  test::FakeFiles m_files;
  test::FakeNetwork m_network;
  test::FakeClock m_clock;
  test::FakeEvents m_events;
  test::FakeInterrupts m_interrupts;
};

TEST_F(DownloadTest, puts_the_whole_file_in_its_place)
{
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());
  EXPECT_EQ(m_network.requests().at(0).from, 0u);
}

TEST_F(DownloadTest, takes_a_file_that_is_there_without_a_request)
{
  m_files.put("/cache/x.zip", m_whole);
  keep(10);
  expect_whole(download());
  EXPECT_TRUE(m_network.requests().empty());
}

TEST_F(DownloadTest, replaces_a_file_that_has_another_digest)
{
  m_files.put("/cache/x.zip", std::string(m_whole.size(), 'x'));
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());
}

TEST_F(DownloadTest, checks_an_md5_and_gives_the_sha256)
{
  m_request.digest = base::digest_of(DigestKind::md5, m_whole);
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());
  expect_whole(download());
}

TEST_F(DownloadTest, takes_what_comes_where_no_digest_is_known)
{
  m_request.digest.reset();
  m_request.bytes.reset();
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());
}

TEST_F(DownloadTest, goes_on_where_an_earlier_run_stopped)
{
  keep(1000);
  m_network.answer(FakeNetwork::file(m_whole, "\"v1\"", 1000));
  expect_whole(download());
  EXPECT_EQ(m_network.requests().at(0).from, 1000u);
  EXPECT_EQ(m_network.requests().at(0).validator, "\"v1\"");
  EXPECT_EQ(m_events.all<effects::Progress>().front().done, 1000u);
}

TEST_F(DownloadTest, begins_anew_when_the_server_sends_the_whole_file)
{
  keep(1000, "\"v0\"");
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());
}

TEST_F(DownloadTest, begins_anew_when_a_range_is_of_another_version)
{
  keep(1000, "\"v0\"");
  m_network.answer(FakeNetwork::file(m_whole, "\"v1\"", 1000)).answer(FakeNetwork::file(m_whole));
  expect_whole(download());
  EXPECT_EQ(m_network.requests().at(1).from, 0u);
}

TEST_F(DownloadTest, begins_anew_when_the_range_is_refused)
{
  m_request.bytes.reset();
  keep(1000);
  m_network.answer(FakeNetwork::status(416)).answer(FakeNetwork::file(m_whole));
  expect_whole(download());
}

TEST_F(DownloadTest, drops_a_part_that_it_cannot_trust)
{
  keep(1000, "\"v1\"", "https://elsewhere.example/x.zip");
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());

  m_request.digest.reset();
  keep(1000, "");
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());

  m_files.put("/cache/x.zip.part", m_whole + "more");
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());
  for (const auto& request : m_network.requests()) {
    EXPECT_EQ(request.from, 0u);
  }
}

TEST_F(DownloadTest, needs_no_request_for_a_part_that_is_whole)
{
  keep(m_whole.size());
  expect_whole(download());
  EXPECT_TRUE(m_network.requests().empty());
}

TEST_F(DownloadTest, goes_on_after_a_broken_connection)
{
  m_network.answer(broken_after(5000))
      .answer(broken_after(9000, 5000))
      .answer(FakeNetwork::file(m_whole, "\"v1\"", 9000));
  expect_whole(download());
  EXPECT_EQ(m_network.requests().at(2).from, 9000u);
  EXPECT_EQ(m_clock.slept(), std::chrono::seconds(1 + 2));
  EXPECT_EQ(
      m_events.notices(),
      "LibTorch: the connection broke; trying again in 1 s\nLibTorch: the connection broke; trying again in 2 s\n");
}

TEST_F(DownloadTest, goes_on_after_a_body_that_is_too_short)
{
  test::FakeAnswer cut = FakeNetwork::file(m_whole);
  cut.body.resize(4000);
  m_network.answer(cut).answer(FakeNetwork::file(m_whole, "\"v1\"", 4000));
  expect_whole(download());
  EXPECT_NE(m_events.notices().find("ended after 4000 of " + std::to_string(m_whole.size()) + " bytes"),
            std::string::npos);
}

TEST_F(DownloadTest, gives_up_after_five_tries)
{
  for (int i = 0; i < k_tries; ++i) {
    m_network.answer(FakeNetwork::broken());
  }
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::network);
  EXPECT_EQ(done.error().context.back(), "downloading LibTorch (tried 5 times)");
  EXPECT_EQ(m_clock.slept(), std::chrono::seconds(1 + 2 + 4 + 8));
  EXPECT_EQ(m_network.unused(), 0u);
}

TEST_F(DownloadTest, gives_up_at_once_where_nobody_ever_answered_and_nobody_will)
{
  m_network.answer(refused());
  EXPECT_EQ(download().error().kind, ErrorKind::network);
  EXPECT_EQ(m_network.requests().size(), 1u);
}

TEST_F(DownloadTest, waits_for_a_server_that_answered_and_then_refused)
{
  m_network.answer(broken_after(5000)).answer(refused()).answer(FakeNetwork::file(m_whole, "\"v1\"", 5000));
  expect_whole(download());
}

TEST_F(DownloadTest, a_server_that_contradicts_itself_is_a_fault_of_the_network)
{
  m_request.bytes.reset();
  m_request.digest.reset();
  for (int i = 0; i < k_tries; ++i) {
    test::FakeAnswer longer = FakeNetwork::file(m_whole);
    longer.body += "x";
    m_network.answer(longer);
  }
  const auto done = download();
  EXPECT_EQ(done.error().kind, ErrorKind::network);
  EXPECT_NE(done.error().message.find("bytes instead of " + std::to_string(m_whole.size())), std::string::npos);
}

TEST_F(DownloadTest, does_not_count_tries_that_brought_much)
{
  m_whole = std::string(8u << 20, 'w');
  m_request.digest = base::digest_of(DigestKind::sha256, m_whole);
  m_request.bytes = m_whole.size();
  m_network.piece_bytes = 1u << 20;
  for (std::size_t i = 0; i < 7; ++i) {
    m_network.answer(broken_after((i + 1) << 20, i << 20));
  }
  m_network.answer(FakeNetwork::file(m_whole, "\"v1\"", 7u << 20));
  expect_whole(download());
}

TEST_F(DownloadTest, tries_again_after_statuses_that_pass)
{
  for (const int status : {408, 425, 429, 500}) {
    m_network.answer(FakeNetwork::status(status));
  }
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());
}

TEST_F(DownloadTest, waits_as_long_as_the_server_asks_up_to_a_minute)
{
  for (const std::uint64_t seconds : {7u, 3600u}) {
    test::FakeAnswer busy = FakeNetwork::status(503);
    busy.head.retry_after = seconds;
    m_network.answer(busy);
  }
  m_network.answer(FakeNetwork::file(m_whole));
  expect_whole(download());
  EXPECT_EQ(m_clock.slept(), std::chrono::seconds(7 + 60));
}

TEST_F(DownloadTest, gives_up_at_once_when_the_file_does_not_exist)
{
  for (const int status : {403, 404, 410}) {
    m_network.answer(FakeNetwork::status(status));
    const auto done = download();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::network);
    EXPECT_NE(done.error().message.find("(HTTP " + std::to_string(status) + ")"), std::string::npos);
    ASSERT_FALSE(done.error().hints.empty());
    EXPECT_EQ(done.error().hints[0].command->argv, (std::vector<std::string>{"cudasetup", "list", "torch"}));
  }
  EXPECT_EQ(m_network.requests().size(), 3u);
}

TEST_F(DownloadTest, says_that_403_of_pytorch_means_no_such_build)
{
  m_network.answer(FakeNetwork::status(403));
  EXPECT_EQ(download().error().message, k_url + ": there is no such build (HTTP 403)");
}

TEST_F(DownloadTest, keeps_the_part_when_the_server_is_out_of_order)
{
  keep(1000);
  for (int i = 0; i < k_tries; ++i) {
    m_network.answer(FakeNetwork::status(502));
  }
  ASSERT_FALSE(download());
  EXPECT_EQ(m_files.read("/cache/x.zip.part"), m_whole.substr(0, 1000));
}

TEST_F(DownloadTest, refuses_a_wrong_digest_after_one_more_fetch)
{
  const std::string other(m_whole.size(), 'x');
  m_network.answer(FakeNetwork::file(other)).answer(FakeNetwork::file(other));
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::untrusted);
  EXPECT_EQ(done.error().details,
            (std::vector<std::string>{"expected " + m_request.digest->hex(),
                                      "found    " + base::digest_of(DigestKind::sha256, other).hex()}));
  EXPECT_FALSE(done.error().hints.empty());
  EXPECT_FALSE(m_files.exists("/cache/x.zip"));
  EXPECT_FALSE(m_files.exists("/cache/x.zip.part"));
  EXPECT_EQ(m_network.unused(), 0u);
}

TEST_F(DownloadTest, recovers_from_a_part_that_went_bad)
{
  keep(1000);
  m_files.put("/cache/x.zip.part", std::string(1000, 'x'));
  m_network.answer(FakeNetwork::file(m_whole, "\"v1\"", 1000)).answer(FakeNetwork::file(m_whole));
  expect_whole(download());
}

TEST_F(DownloadTest, refuses_another_length_before_fetching_it)
{
  m_network.answer(FakeNetwork::file(m_whole + "x"));
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::untrusted);
  EXPECT_NE(done.error().message.find(std::to_string(m_whole.size() + 1) + " bytes instead of"), std::string::npos);
  EXPECT_FALSE(m_files.exists("/cache/x.zip.part"));
}

TEST_F(DownloadTest, refuses_more_bytes_than_there_may_be)
{
  test::FakeAnswer endless = FakeNetwork::file(m_whole + "x");
  endless.head.total_bytes.reset();
  m_network.answer(endless);
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::untrusted);
  EXPECT_FALSE(m_files.exists("/cache/x.zip"));
}

TEST_F(DownloadTest, stops_when_interrupted_and_keeps_the_part)
{
  test::FakeAnswer answer = FakeNetwork::file(m_whole);
  int pieces = 0;
  answer.before_piece = [&] { m_interrupts.set(++pieces > 2 ? 1 : 0); };
  m_network.answer(answer);
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::interrupted);
  EXPECT_EQ(m_files.read("/cache/x.zip.part"), m_whole.substr(0, 2 * 4096));

  m_interrupts.set(0);
  m_network.answer(FakeNetwork::file(m_whole, "\"v1\"", 2 * 4096));
  expect_whole(download());
}

TEST_F(DownloadTest, makes_no_request_once_interrupted)
{
  m_interrupts.set(1);
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::interrupted);
  EXPECT_TRUE(m_network.requests().empty());
}

TEST_F(DownloadTest, does_not_retry_a_full_disk)
{
  m_files.fail(test::FileOperation::stream, "/cache/x.zip.part", base::make_error(ErrorKind::no_space, "full"));
  m_network.answer(FakeNetwork::file(m_whole));
  const auto done = download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::no_space);
}

TEST_F(DownloadTest, tells_progress_at_most_every_tenth_of_a_second)
{
  test::FakeAnswer answer = FakeNetwork::file(m_whole);
  answer.before_piece = [&] { m_clock.advance(std::chrono::milliseconds(40)); };
  m_network.piece_bytes = 1000;
  m_network.answer(answer);
  expect_whole(download());
  const auto progress = m_events.all<effects::Progress>();
  const std::size_t pieces = (m_whole.size() + 999) / 1000;
  EXPECT_EQ(progress.front().done, 0u);
  EXPECT_EQ(progress.back().done, m_whole.size());
  EXPECT_EQ(progress.back().total, m_whole.size());
  EXPECT_EQ(progress.size(), pieces / 3 + 2);
}

} // namespace
} // namespace cudasetup::fetch
