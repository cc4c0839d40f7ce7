#include "base/text.hpp"
#include "support/fake_interrupts.hpp"
#include "support/one_transfer.hpp"
#include "system/curl_network.hpp"
#include "system/posix_processes.hpp"
#include "unit/system/http_server.hpp"
#include "unit/system/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace cudasetup::system {
namespace {

/// A TLS server of the openssl program with a certificate that nobody has signed, for one name or address; it ends by
/// itself after @p connections.
class TlsServer {
public:
  TlsServer(const std::string& name, int connections)
  {
    const auto made = m_processes.run(base::Command{{"openssl",
                                                     "req",
                                                     "-x509",
                                                     "-newkey",
                                                     "rsa:2048",
                                                     "-nodes",
                                                     "-days",
                                                     "2",
                                                     "-subj",
                                                     "/CN=test",
                                                     "-addext",
                                                     "subjectAltName=" + name,
                                                     "-keyout",
                                                     key(),
                                                     "-out",
                                                     certificate()}});
    EXPECT_EQ(made.value().status, 0) << made.value().err;
    m_thread = std::thread([this, connections] {
      effects::ProcessOptions options;
      options.time_limit = std::chrono::seconds(20);
      options.on_output = [this](effects::Stream, std::string_view text) { listen_for_port(text); };
      // With -www any path is answered with 200.
      m_processes.run(base::Command{{"openssl",
                                     "s_server",
                                     "-accept",
                                     "127.0.0.1:0",
                                     "-cert",
                                     certificate(),
                                     "-key",
                                     key(),
                                     "-www",
                                     "-naccept",
                                     std::to_string(connections)}},
                      options);
      if (m_port == 0) {
        m_port = -1; // It did not come up; the requests will say so.
      }
    });
    while (m_port == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer(TlsServer&&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  TlsServer& operator=(TlsServer&&) = delete;
  ~TlsServer() { m_thread.join(); }

  std::string certificate() const { return m_dir.path() + "/certificate.pem"; }
  base::Url url() const { return base::Url::parse("https://127.0.0.1:" + std::to_string(m_port) + "/").value(); }

private:
  std::string key() const { return m_dir.path() + "/key.pem"; }
  void listen_for_port(std::string_view text)
  {
    m_said += text;
    const std::string prefix = "ACCEPT 127.0.0.1:";
    const std::size_t at = m_said.find(prefix);
    const std::size_t end = at == std::string::npos ? at : m_said.find('\n', at);
    if (m_port == 0 && end != std::string::npos) {
      m_port = std::stoi(m_said.substr(at + prefix.size(), end - at - prefix.size()));
    }
  }

  test::TempDir m_dir;
  test::FakeInterrupts m_interrupts;
  PosixProcesses m_processes{"/root", {}, m_interrupts};
  std::string m_said;
  std::atomic<int> m_port{0};
  std::thread m_thread;
};

class CurlTls : public ::testing::Test {
protected:
  void SetUp() override
  {
    if (find_program("openssl", k_child_path).empty()) {
      GTEST_SKIP() << "no openssl program";
    }
  }
  base::Result<effects::HttpHead> get(const base::Url& url, const std::string& bundle)
  {
    CurlNetwork network({"cudasetup/9.9", {bundle}}, m_interrupts);
    m_told = 0;
    effects::HttpSink sink;
    sink.on_head = [this](const effects::HttpHead&) -> base::Result<void> {
      ++m_told;
      return {};
    };
    return test::get(network, {url}, sink);
  }

  test::FakeInterrupts m_interrupts;
  int m_told = 0;
};

TEST_F(CurlTls, talks_only_to_a_server_whose_certificate_it_knows)
{
  const TlsServer stranger("IP:127.0.0.1", 1);
  const TlsServer known("IP:127.0.0.1", 1);
  const auto refused = get(stranger.url(), known.certificate());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::ErrorKind::network);
  EXPECT_NE(refused.error().message.find("the certificate of 127.0.0.1 was refused"), std::string::npos);
  EXPECT_EQ(m_told, 0);
  const auto taken = get(known.url(), known.certificate());
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->status, 200);
}

TEST_F(CurlTls, refuses_a_certificate_for_another_name)
{
  const TlsServer server("DNS:other.example", 1);
  const auto refused = get(server.url(), server.certificate());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("the certificate of 127.0.0.1 was refused"), std::string::npos);
  EXPECT_EQ(m_told, 0);
}

TEST_F(CurlTls, says_that_a_server_speaks_no_tls)
{
  const TlsServer certificate_only("IP:127.0.0.1", 1);
  const test::HttpServer server([](const std::string&) { return std::string("HTTP/1.1 400 No\r\n\r\n"); });
  const auto url = base::Url::parse(base::replace_all(server.url(), "http:", "https:"));
  const auto head = get(*url, certificate_only.certificate());
  ASSERT_FALSE(head);
  EXPECT_NE(head.error().message.find("the TLS connection to 127.0.0.1 failed"), std::string::npos);
  EXPECT_TRUE(get(certificate_only.url(), certificate_only.certificate()));
}

} // namespace
} // namespace cudasetup::system
