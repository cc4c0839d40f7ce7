#pragma once

#include "base/hash.hpp"
#include "fetch/download.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_events.hpp"
#include "support/fake_files.hpp"
#include "support/fake_interrupts.hpp"
#include "support/fake_server.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cudasetup::fetch {

inline std::string content(std::size_t bytes, std::uint32_t seed = 1)
{
  std::string all(bytes, '\0');
  for (char& byte : all) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<char>(seed >> 24);
  }
  return all;
}

/// 32 MB over connections of 1 MB/s each, unless a test says otherwise.
class ServerTest : public ::testing::Test {
protected:
  ServerTest()
  {
    m_server.files["/x.zip"].bytes = content(32'000'000);
    m_request.url = *base::Url::parse("https://download.pytorch.org/x.zip");
    m_request.to = "/cache/x.zip";
    m_request.what = "LibTorch";
    m_request.digest = base::digest_of(base::DigestKind::sha256, whole());
    m_request.bytes = whole().size();
  }

  const std::string& whole() const { return m_server.files.at("/x.zip").bytes; }
  base::Result<Downloaded> download()
  {
    const auto start = m_clock.steady();
    auto done = fetch::download({m_files, m_server, m_clock, m_events, m_interrupts}, m_request);
    m_took = m_clock.steady() - start;
    return done;
  }
  void expect_whole(const base::Result<Downloaded>& done)
  {
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->bytes, whole().size());
    EXPECT_EQ(done->sha256, base::digest_of(base::DigestKind::sha256, whole()));
    EXPECT_TRUE(m_files.read("/cache/x.zip") == whole());
    EXPECT_EQ(m_files.list("/cache"), std::vector<std::string>{"x.zip"});
    EXPECT_EQ(m_server.under_way(), 0u);
  }
  /// Interrupts once so many bytes were sent in all.
  void interrupt_after(std::uint64_t bytes)
  {
    m_server.after_step = [this, bytes] { m_interrupts.set(m_server.bytes_sent() >= bytes ? 1 : 0); };
  }

  DownloadRequest m_request;
  test::FakeFiles m_files;
  test::FakeClock m_clock;
  test::FakeServer m_server{m_clock};
  test::FakeEvents m_events;
  test::FakeInterrupts m_interrupts;
  std::chrono::steady_clock::duration m_took{0};
};

} // namespace cudasetup::fetch
