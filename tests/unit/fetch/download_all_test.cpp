#include "unit/fetch/server_test.hpp"

#include <algorithm>

namespace cudasetup::fetch {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;

class ManyTest : public ServerTest {
protected:
  ManyTest()
  {
    for (std::uint32_t i = 1; i <= 12; ++i) {
      const std::string name = std::to_string(i) + ".deb";
      const std::string bytes = content(i * 200'000, i);
      m_server.files["/" + name] = {bytes};
      m_requests.push_back({*base::Url::parse("https://x.example/" + name),
                            "/archives/" + name,
                            base::digest_of(base::DigestKind::sha256, bytes),
                            bytes.size(),
                            name});
    }
  }
  auto download_all()
  {
    const auto start = m_clock.steady();
    auto done = fetch::download_all({m_files, m_server, m_clock, m_events, m_interrupts}, m_requests, "12 packages");
    m_took = m_clock.steady() - start;
    return done;
  }

  std::vector<DownloadRequest> m_requests;
};

TEST_F(ManyTest, come_at_the_same_time_the_largest_first)
{
  const auto done = download_all();
  ASSERT_TRUE(done) << done.error().message;
  for (std::size_t i = 0; i < m_requests.size(); ++i) {
    EXPECT_EQ(m_files.read(m_requests[i].to), m_server.files.at("/" + m_requests[i].what).bytes);
    EXPECT_EQ((*done)[i].sha256, m_requests[i].digest);
  }
  EXPECT_EQ(m_files.list("/archives").size(), 12u);
  EXPECT_EQ(m_server.requests().at(0).url.path(), "/12.deb");
  EXPECT_EQ(m_server.requests().at(1).url.path(), "/11.deb");
  EXPECT_GT(m_server.most_under_way(), 11u);
  EXPECT_LT(m_took, milliseconds(2600)) << "15.6 MB; the largest alone takes 2.4 s";
}

TEST_F(ManyTest, tell_their_progress_together)
{
  ASSERT_TRUE(download_all());
  const auto progress = m_events.all<effects::Progress>();
  ASSERT_FALSE(progress.empty());
  std::uint64_t before = 0;
  for (const effects::Progress& one : progress) {
    EXPECT_EQ(one.what, "12 packages");
    EXPECT_EQ(one.total, 15'600'000u);
    EXPECT_GE(one.done, before);
    before = one.done;
  }
  EXPECT_EQ(before, 15'600'000u);
}

TEST_F(ManyTest, arrive_also_where_one_cannot_be_had)
{
  m_server.files.erase("/12.deb");
  m_server.files.erase("/3.deb");
  const auto done = download_all();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::network);
  EXPECT_NE(done.error().message.find("/12.deb"), std::string::npos) << "the first";
  EXPECT_EQ(m_server.under_way(), 0u);
  EXPECT_EQ(m_files.list("/archives").size(), 10u);

  m_server.files["/12.deb"] = {content(2'400'000, 12)};
  m_server.files["/3.deb"] = {content(600'000, 3)};
  ASSERT_TRUE(download_all());
  EXPECT_LT(m_server.bytes_sent(), 15'600'000u * 102 / 100);
}

TEST_F(ManyTest, are_not_asked_of_a_server_that_never_answered)
{
  for (std::size_t i = 0; i < 11; ++i) {
    m_requests[i].url = *base::Url::parse("https://nowhere.example/x" + std::to_string(i));
    m_requests[i].patience = Patience::none;
  }
  m_server.silent_host = "nowhere.example";
  const auto done = download_all();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("cannot connect"), std::string::npos);
  const auto& requests = m_server.requests();
  EXPECT_EQ(std::count_if(requests.begin(),
                          requests.end(),
                          [](const auto& request) { return request.url.host() == "nowhere.example"; }),
            3)
      << "those that were asked for at the same time";
  EXPECT_EQ(m_files.list("/archives"), std::vector<std::string>{"12.deb"});
}

TEST_F(ManyTest, end_all_with_a_full_disk)
{
  m_files.fail(test::FileOperation::stream, "/archives/5.deb.part", base::make_error(ErrorKind::no_space, "full"));
  const auto done = download_all();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::no_space);
  EXPECT_FALSE(m_files.exists("/archives/12.deb"));
  EXPECT_TRUE(m_files.exists("/archives/12.deb.part"));
  EXPECT_EQ(m_server.under_way(), 0u);
}

TEST_F(ManyTest, go_on_after_an_interrupt)
{
  interrupt_after(9'000'000);
  ASSERT_FALSE(download_all());
  m_server.after_step = [] {};
  m_interrupts.set(0);
  ASSERT_TRUE(download_all());
  EXPECT_LT(m_server.bytes_sent(), 15'600'000u * 102 / 100);
}

TEST_F(ManyTest, wait_each_for_its_own_next_try)
{
  m_server.breaks = {{1, 100'000}};
  ASSERT_TRUE(download_all());
  EXPECT_EQ(m_events.notices(), "12.deb: the connection broke; trying again in 1 s\n");
  EXPECT_LT(m_took, milliseconds(3700));
}

TEST_F(ManyTest, a_server_that_nobody_needs_is_not_waited_for)
{
  for (DownloadRequest& request : m_requests) {
    request.patience = Patience::none;
  }
  m_server.breaks = {{1, 0}};
  m_server.answers_after = milliseconds(0);
  ASSERT_TRUE(download_all()) << "it answered";
}

TEST_F(ManyTest, are_none_at_all_without_a_request)
{
  m_requests.clear();
  const auto done = download_all();
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->empty());
  EXPECT_TRUE(m_server.requests().empty());
}

} // namespace
} // namespace cudasetup::fetch
