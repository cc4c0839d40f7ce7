#include "support/fake_interrupts.hpp"
#include "support/one_transfer.hpp"
#include "system/curl_network.hpp"
#include "unit/system/http_server.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

namespace cudasetup::system {
namespace {

using base::ErrorKind;
using test::HttpServer;

class CurlNetworkTest : public ::testing::Test {
protected:
  base::Result<effects::HttpHead> get(const std::string& url,
                                      std::uint64_t from = 0,
                                      const std::string& validator = {},
                                      std::optional<std::uint64_t> to = {})
  {
    m_heads.clear();
    m_body.clear();
    effects::HttpSink sink;
    sink.on_head = [this](const effects::HttpHead& head) {
      m_heads.push_back(head);
      return m_head_answer;
    };
    sink.on_data = [this](std::span<const char> bytes) -> base::Result<void> {
      m_body.append(bytes.data(), bytes.size());
      return m_data_answer;
    };
    return test::get(m_network, {*base::Url::parse(url), from, validator, to}, sink);
  }
  static std::string answer(const std::string& status, const std::string& headers, const std::string& body = {})
  {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" +
           headers + "\r\n" + body;
  }

  test::FakeInterrupts m_interrupts;
  CurlNetwork m_network{NetworkOptions{"cudasetup/9.9", {"/no/such/bundle"}, 2, 2}, m_interrupts};
  std::vector<effects::HttpHead> m_heads;
  std::string m_body;
  base::Result<void> m_head_answer{};
  base::Result<void> m_data_answer{};
};

TEST_F(CurlNetworkTest, gives_head_then_body)
{
  const std::string body(300000, 'b');
  const HttpServer server(
      [&](const std::string&) { return answer("200 OK", "ETag: \"v1\"\r\nLast-Modified: yesterday\r\n", body); });
  const auto head = get(server.url("/a?b=c"));
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->total_bytes, body.size());
  EXPECT_EQ(head->validator, "\"v1\"");
  EXPECT_FALSE(head->retry_after);
  EXPECT_EQ(m_heads.size(), 1u);
  EXPECT_EQ(m_body, body);
  const std::string request = server.requests().at(0);
  EXPECT_EQ(request.substr(0, request.find('\r')), "GET /a?b=c HTTP/1.1");
  EXPECT_NE(request.find("User-Agent: cudasetup/9.9\r\n"), std::string::npos);
  EXPECT_EQ(request.find("Range"), std::string::npos);
  EXPECT_EQ(request.find("Accept-Encoding"), std::string::npos);
}

TEST_F(CurlNetworkTest, asks_for_a_range_of_that_version)
{
  const HttpServer server([](const std::string&) {
    return answer(
        "206 Partial Content", "Content-Range: bytes 5-9/10\r\nLast-Modified: then\r\nETag: W/\"weak\"\r\n", "56789");
  });
  const auto head = get(server.url(), 5, "\"v1\"");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->status, 206);
  EXPECT_EQ(head->total_bytes, 10u);
  EXPECT_EQ(head->validator, "then");
  EXPECT_EQ(m_body, "56789");
  EXPECT_NE(server.requests().at(0).find("Range: bytes=5-\r\nIf-Range: \"v1\"\r\n"), std::string::npos);
}

TEST_F(CurlNetworkTest, asks_for_a_part)
{
  const HttpServer server([](const std::string&) {
    return answer("206 Partial Content", "Content-Range: bytes 0-3/10\r\nETag: \"v1\"\r\n", "0123");
  });
  const auto head = get(server.url(), 0, "\"v1\"", 4);
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->total_bytes, 10u);
  EXPECT_EQ(head->ranges, effects::Ranges::given);
  EXPECT_EQ(m_body, "0123");
  EXPECT_NE(server.requests().at(0).find("Range: bytes=0-3\r\nIf-Range: \"v1\"\r\n"), std::string::npos);
}

TEST_F(CurlNetworkTest, tells_whether_parts_are_given)
{
  for (const std::string said : {"bytes", "none", ""}) {
    const HttpServer server([&](const std::string&) {
      return answer("200 OK", said.empty() ? "" : "Accept-Ranges: " + said + "\r\n", "x");
    });
    const auto head = get(server.url());
    ASSERT_TRUE(head);
    EXPECT_EQ(head->ranges == effects::Ranges::given, said == "bytes") << said;
  }
}

TEST_F(CurlNetworkTest, has_several_requests_under_way)
{
  const HttpServer server([](const std::string& request) {
    return request.find("GET /slow ") != std::string::npos
               ? std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") + HttpServer::k_stay
               : answer("200 OK", "", "here");
  });
  std::string slow;
  effects::HttpSink sink;
  sink.on_data = [&](std::span<const char> bytes) -> base::Result<void> {
    slow.append(bytes.data(), bytes.size());
    return {};
  };
  const auto first = m_network.start({*base::Url::parse(server.url("/slow"))}, sink);
  while (slow.empty()) {
    EXPECT_TRUE(m_network.wait(std::chrono::milliseconds(50)).empty());
  }
  ASSERT_TRUE(get(server.url("/other"))) << "the first is not in its way";
  EXPECT_EQ(m_body, "here");
  EXPECT_EQ(slow, "abc");

  m_network.stop(first);
  EXPECT_TRUE(m_network.wait(std::chrono::milliseconds(50)).empty());
}

TEST_F(CurlNetworkTest, tells_of_a_request_that_cannot_be_made_without_waiting)
{
  const auto id = m_network.start({*base::Url::parse("http://192.0.2.1/x")}, {});
  const auto ended = m_network.wait(std::chrono::seconds(60));
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].id, id);
  EXPECT_FALSE(ended[0].head);
}

TEST_F(CurlNetworkTest, takes_no_more_of_the_network_than_it_may)
{
  const HttpServer server([](const std::string&) { return answer("200 OK", "", std::string(1'500'000, 'x')); });
  m_network.set_limits({16, 1'000'000});
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(get(server.url()));
  const auto limited = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(m_body.size(), 1'500'000u);
  EXPECT_GT(limited, std::chrono::milliseconds(1300));
  EXPECT_LT(limited, std::chrono::milliseconds(2500));
}

TEST_F(CurlNetworkTest, several_threads_keep_the_limit_together)
{
  const HttpServer one([](const std::string&) { return answer("200 OK", "", std::string(750'000, 'x')); });
  const HttpServer other([](const std::string&) { return answer("200 OK", "", std::string(750'000, 'y')); });
  m_network.set_limits({16, 1'000'000});
  std::size_t bytes = 0;
  const auto start = std::chrono::steady_clock::now();
  {
    const std::jthread beside([&] {
      bool is_over = false;
      effects::HttpSink sink;
      sink.on_data = [&](std::span<const char> piece) -> base::Result<void> {
        bytes += piece.size();
        return {};
      };
      m_network.start({*base::Url::parse(other.url())}, sink);
      while (!is_over) {
        is_over = !m_network.wait(std::chrono::milliseconds(100)).empty();
      }
    });
    EXPECT_TRUE(get(one.url()));
  }
  EXPECT_EQ(m_body.size(), 750'000u);
  EXPECT_EQ(bytes, 750'000u);
  EXPECT_GT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1200));
}

TEST_F(CurlNetworkTest, takes_a_whole_answer_to_a_range)
{
  const HttpServer server([](const std::string&) { return answer("200 OK", "", "0123456789"); });
  const auto head = get(server.url(), 5, "\"v1\"");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(m_body, "0123456789");
}

TEST_F(CurlNetworkTest, refuses_another_range_than_it_asked_for)
{
  const HttpServer server(
      [](const std::string&) { return answer("206 Partial Content", "Content-Range: bytes 4-8/10\r\n", "45678"); });
  const auto head = get(server.url(), 5, "\"v1\"");
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, ErrorKind::network);
  EXPECT_TRUE(m_heads.empty());
  EXPECT_TRUE(m_body.empty());
}

TEST_F(CurlNetworkTest, tells_other_statuses_without_their_body)
{
  const HttpServer server(
      [](const std::string&) { return answer("503 Busy", "Retry-After: 17\r\n", std::string(500000, 'x')); });
  const auto head = get(server.url());
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->status, 503);
  EXPECT_EQ(head->retry_after, 17u);
  EXPECT_EQ(m_heads.size(), 1u);
  EXPECT_TRUE(m_body.empty());
}

TEST_F(CurlNetworkTest, passes_on_no_body_that_a_proxy_has_changed)
{
  const test::HttpServer server(
      [](const std::string&) { return answer("203 Non-Authoritative Information", "", "other bytes"); });
  const auto head = get(server.url());
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->status, 203);
  EXPECT_EQ(m_body, "");
}

TEST_F(CurlNetworkTest, tells_the_head_of_an_empty_file)
{
  const HttpServer server([](const std::string&) { return answer("200 OK", ""); });
  ASSERT_TRUE(get(server.url()));
  ASSERT_EQ(m_heads.size(), 1u);
  EXPECT_EQ(m_heads[0].total_bytes, 0u);
}

TEST_F(CurlNetworkTest, follows_redirects_on_this_machine)
{
  const HttpServer server([](const std::string& request) {
    return request.find("GET /from ") != std::string::npos
               ? answer("302 Found", "Location: /to?x=1\r\nETag: \"other\"\r\n", "moved")
               : answer("200 OK", "", "here");
  });
  const auto head = get(server.url("/from"), 0);
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(m_body, "here");
  EXPECT_EQ(head->validator, "");
  EXPECT_EQ(m_heads.size(), 1u);
  EXPECT_NE(server.requests().at(1).find("GET /to?x=1 "), std::string::npos);
}

TEST_F(CurlNetworkTest, follows_five_redirects_and_no_more)
{
  for (const int redirects : {5, 6}) {
    int left = redirects;
    const HttpServer server([&](const std::string&) {
      return left-- > 0 ? answer("301 Moved", "Location: /next\r\n") : answer("200 OK", "", "end");
    });
    const auto head = get(server.url());
    EXPECT_EQ(head.has_value(), redirects == 5);
    if (!head) {
      EXPECT_NE(head.error().message.find("redirects more than 5 times"), std::string::npos);
    }
  }
}

TEST_F(CurlNetworkTest, never_follows_to_http_elsewhere)
{
  const HttpServer server([](const std::string&) { return answer("302 Found", "Location: http://192.0.2.1/x\r\n"); });
  const auto head = get(server.url());
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().message, "refused to fetch http://192.0.2.1/x: it is not encrypted");
  EXPECT_TRUE(m_heads.empty());
}

TEST_F(CurlNetworkTest, refuses_redirects_to_what_is_no_web_address)
{
  for (const char* to : {"file:///etc/passwd", "ftp://127.0.0.1/x", "https://user:word@example.com/"}) {
    const HttpServer server(
        [&](const std::string&) { return answer("302 Found", "Location: " + std::string(to) + "\r\n"); });
    const auto head = get(server.url());
    ASSERT_FALSE(head) << to;
    EXPECT_NE(head.error().message.find("redirects to a bad address"), std::string::npos) << to;
  }
}

TEST_F(CurlNetworkTest, fetches_nothing_in_the_clear_from_elsewhere)
{
  const auto head = get("http://192.0.2.1/x");
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, ErrorKind::network);
  EXPECT_NE(head.error().message.find("not encrypted"), std::string::npos);
  EXPECT_FALSE(head.error().hints.empty());
}

TEST_F(CurlNetworkTest, says_what_to_install_where_no_authorities_are)
{
  const auto head = get("https://127.0.0.1:1/x");
  ASSERT_FALSE(head);
  ASSERT_FALSE(head.error().hints.empty());
  EXPECT_EQ(head.error().hints[0].command->argv, (std::vector<std::string>{"apt-get", "install", "ca-certificates"}));
  EXPECT_EQ(head.error().duration, base::Duration::lasting);
}

TEST_F(CurlNetworkTest, goes_to_this_machine_without_the_proxy)
{
  ::setenv("http_proxy", "http://192.0.2.1:3128", 1);
  const HttpServer server([](const std::string&) { return answer("200 OK", "", "direct"); });
  const auto head = get(server.url());
  ::unsetenv("http_proxy");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(m_body, "direct");
}

TEST_F(CurlNetworkTest, says_in_words_why_there_was_no_answer)
{
  std::string closed_port;
  {
    const HttpServer server([](const std::string&) { return std::string(); });
    const auto broken = get(server.url());
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().kind, ErrorKind::network);
    EXPECT_NE(broken.error().message.find("the connection to 127.0.0.1 broke"), std::string::npos);
    closed_port = server.url();
  }
  const auto refused = get(closed_port);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("cannot connect to 127.0.0.1"), std::string::npos);
  EXPECT_EQ(refused.error().duration, base::Duration::lasting);
  EXPECT_FALSE(refused.error().hints.empty());
}

TEST_F(CurlNetworkTest, notices_a_body_that_is_cut_off)
{
  const HttpServer server(
      [](const std::string&) { return std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"); });
  const auto head = get(server.url());
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, ErrorKind::network);
  EXPECT_EQ(m_body, "abc");
}

TEST_F(CurlNetworkTest, gives_up_a_server_that_says_no_more)
{
  const HttpServer server([](const std::string&) {
    return std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") + HttpServer::k_stay;
  });
  const auto head = get(server.url());
  ASSERT_FALSE(head);
  EXPECT_NE(head.error().message.find("took too long"), std::string::npos);
}

TEST_F(CurlNetworkTest, passes_on_the_error_of_the_receiver)
{
  const HttpServer server([](const std::string&) { return answer("200 OK", "", "body"); });
  m_data_answer = base::fail(ErrorKind::no_space, "full");
  EXPECT_EQ(get(server.url()).error().kind, ErrorKind::no_space);
  m_head_answer = base::fail(ErrorKind::untrusted, "no");
  EXPECT_EQ(get(server.url()).error().kind, ErrorKind::untrusted);
  EXPECT_TRUE(m_body.empty());
}

TEST_F(CurlNetworkTest, stops_when_interrupted_while_nothing_comes)
{
  const HttpServer server([this](const std::string&) {
    m_interrupts.set(1);
    return std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") + HttpServer::k_stay;
  });
  const auto head = get(server.url());
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, ErrorKind::interrupted);
}

} // namespace
} // namespace cudasetup::system
