#include "apply/stale.hpp"

#include "apply/apt_settings.hpp"
#include "apply/packages_ahead.hpp"
#include "base/hash.hpp"
#include "support/fake_machine.hpp"
#include "support/tool_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::apply {
namespace {

using base::ErrorKind;
using test::FakeNetwork;
using test::tool_text;
using Argv = std::vector<std::string>;
using ::testing::HasSubstr;

const Argv k_update = {"apt-get", "update", "-o", "APT::Update::Error-Mode=any"};
const Argv k_install = {"apt-get", "install", "--yes", "cuda-tools-11-1"};
const Argv k_ask = {
    "apt-get", "--print-uris", "-o", "Acquire::ForceHash=SHA256", "install", "--yes", "cuda-tools-11-1"};
// apt 2.6, Debian 12; what matters of it.
const std::string k_settings = "APT \"\";\nDir \"/\";\nDir::Cache \"var/cache/apt\";\n"
                               "Dir::Cache::archives \"archives/\";\nDir::Cache::pkgcache \"pkgcache.bin\";\n";
const std::string k_deb = "/var/cache/apt/archives/cuda-tools-11-1_11.1.1-1_amd64.deb";

class StaleTest : public testing::Test {
protected:
  StaleTest()
  {
    m_machine.processes.answer({"apt-config", "dump"}, k_settings);
    m_machine.target.put_directory("/var/cache/apt/archives");
  }
  /// apt's answers to a command, one after the other; the last stays.
  void answers(const Argv& argv, std::vector<std::pair<int, std::string>> all)
  {
    m_machine.processes.answer_with(argv, [this, argv, all](const base::Command&) {
      const std::size_t at = std::min(m_asked[argv]++, all.size() - 1);
      effects::ProcessResult result;
      result.status = all[at].first;
      result.out = all[at].second;
      return base::Result<effects::ProcessResult>(result);
    });
  }
  base::Result<void> run(const Argv& argv, plan::OnFailure on_failure = plan::OnFailure::stop)
  {
    plan::Run action{base::Command{argv}, on_failure};
    Workbench bench{m_machine.effects, m_tools, m_digests};
    return perform(bench, action);
  }
  static std::string uris(const std::string& bytes)
  {
    return "Reading package lists...\n'https://developer.download.nvidia.com/x/./cuda-tools-11-1_11.1.1-1_amd64.deb' "
           "cuda-tools-11-1_11.1.1-1_amd64.deb " +
           std::to_string(bytes.size()) + " SHA256:" + base::digest_of(base::DigestKind::sha256, bytes).hex() + "\n";
  }

  test::FakeMachine m_machine;
  Tools m_tools{m_machine.effects, "", 0};
  journal::KnownDigests m_digests;
  std::map<Argv, std::size_t> m_asked;
};

TEST_F(StaleTest, an_update_is_tried_again_while_the_archive_changes)
{
  answers(k_update, {{100, tool_text("hash-mismatch")}, {100, tool_text("size-mismatch")}, {0, "Hit:1 x\n"}});
  const auto start = m_machine.clock.steady();
  ASSERT_TRUE(run(k_update, plan::OnFailure::go_on_unread));
  EXPECT_EQ(m_asked[k_update], 3U);
  EXPECT_EQ(m_machine.clock.steady() - start, std::chrono::seconds(15));
}

TEST_F(StaleTest, an_update_is_not_tried_for_ever)
{
  answers(k_update, {{100, tool_text("hash-mismatch")}});
  const auto result = run(k_update);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::network);
  EXPECT_EQ(m_asked[k_update], 4U);
}

TEST_F(StaleTest, an_update_that_failed_otherwise_is_not_tried_again)
{
  answers(k_update, {{100, tool_text("no-pubkey")}});
  EXPECT_FALSE(run(k_update));
  EXPECT_EQ(m_asked[k_update], 1U);
}

TEST_F(StaleTest, a_wait_can_be_stopped)
{
  answers(k_update, {{100, tool_text("hash-mismatch")}});
  m_machine.interrupts.set(1);
  const auto result = run(k_update);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::interrupted);
}

TEST_F(StaleTest, packages_are_fetched_before_apt_installs_them)
{
  answers(k_install, {{0, "Setting up cuda-tools-11-1\n"}});
  answers(k_ask, {{0, uris("the package")}});
  m_machine.network.answer(FakeNetwork::file("the package"));
  ASSERT_TRUE(run(k_install));
  EXPECT_EQ(m_machine.target.read(k_deb), "the package");
  EXPECT_EQ(m_machine.processes.calls().back().argv, k_install);
  EXPECT_EQ(m_machine.target.list("/var/cache/apt/archives").size(), 1U);
  EXPECT_EQ(m_machine.events.notices(), "");
}

TEST_F(StaleTest, packages_come_to_where_apt_is_told_to_keep_them)
{
  m_machine.processes.answer({"apt-config", "dump"}, k_settings + "Dir::Cache::archives \"/srv/debs\";\n");
  m_machine.target.put_directory("/srv/debs");
  answers(k_install, {{0, ""}});
  answers(k_ask, {{0, uris("the package")}});
  m_machine.network.answer(FakeNetwork::file("the package"));
  ASSERT_TRUE(run(k_install));
  EXPECT_EQ(m_machine.target.read("/srv/debs/cuda-tools-11-1_11.1.1-1_amd64.deb"), "the package");
}

TEST_F(StaleTest, what_cannot_be_fetched_before_is_left_to_apt)
{
  answers(k_install, {{0, "Setting up cuda-tools-11-1\n"}});
  answers(k_ask, {{0, uris("the package")}});
  test::FakeAnswer half = FakeNetwork::file("the package");
  half.body.resize(3);
  half.error = base::make_error(ErrorKind::network, "the connection broke");
  m_machine.network.answer(half).answer(FakeNetwork::status(404));
  ASSERT_TRUE(run(k_install));
  EXPECT_THAT(m_machine.events.notices(), HasSubstr("apt fetches the packages itself: "));
  EXPECT_EQ(m_machine.target.list("/var/cache/apt/archives"), Argv{}) << "no part is left";
}

TEST_F(StaleTest, where_apt_has_a_proxy_all_is_left_to_it)
{
  for (const char* proxy : {"Acquire::http::Proxy \"http://10.0.0.1:3142\";\n",
                            "Acquire::https::Proxy::developer.download.nvidia.com \"DIRECT\";\n",
                            "Acquire::http::Proxy-Auto-Detect \"/usr/bin/auto-apt-proxy\";\n"}) {
    m_machine.processes.answer({"apt-config", "dump"}, k_settings + proxy);
    answers(k_install, {{0, ""}});
    ASSERT_TRUE(run(k_install)) << proxy;
    EXPECT_EQ(m_asked[k_ask], 0U);
  }
}

TEST_F(StaleTest, an_interrupt_while_packages_are_fetched_keeps_what_arrived)
{
  answers(k_install, {{0, ""}});
  answers(k_ask, {{0, uris("the package")}});
  test::FakeAnswer answer = FakeNetwork::file("the package");
  m_machine.network.piece_bytes = 4;
  int pieces = 0;
  answer.before_piece = [&] { m_machine.interrupts.set(++pieces > 1 ? 1 : 0); };
  m_machine.network.answer(answer);
  const auto result = run(k_install);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::interrupted);
  EXPECT_EQ(m_asked[k_install], 0U);
  EXPECT_EQ(m_machine.target.read(k_deb + ".part"), "the ");

  m_machine.interrupts.set(0);
  m_machine.network.answer(FakeNetwork::file("the package", "\"v1\"", 4));
  ASSERT_TRUE(run(k_install));
  EXPECT_EQ(m_machine.target.read(k_deb), "the package");
}

TEST_F(StaleTest, what_apt_cannot_say_before_it_says_when_it_installs)
{
  answers(k_ask, {{100, tool_text("unmet-dependencies")}});
  answers(k_install, {{100, tool_text("unmet-dependencies")}});
  EXPECT_EQ(run(k_install).error().kind, ErrorKind::packages);
  EXPECT_EQ(m_asked[k_install], 1U);
}

TEST_F(StaleTest, packages_that_apt_cannot_fetch_are_fetched_by_address_and_digest)
{
  // The server has it again when apt has given up.
  answers(k_install, {{100, tool_text("not-found-404")}, {0, "Setting up cuda-tools-11-1\n"}});
  answers(k_ask, {{0, uris("the package")}});
  m_machine.network.answer(FakeNetwork::status(404)).answer(FakeNetwork::file("the package"));
  ASSERT_TRUE(run(k_install));
  EXPECT_EQ(m_machine.target.read(k_deb), "the package");
  EXPECT_EQ(m_asked[k_install], 2U);
}

TEST_F(StaleTest, what_cannot_be_fetched_so_either_ends_with_both_words)
{
  answers(k_install, {{100, tool_text("not-found-404")}});
  answers(k_ask, {{0, uris("the package")}});
  m_machine.network.answer(FakeNetwork::status(404)).answer(FakeNetwork::status(404));
  const auto result = run(k_install);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::network);
  EXPECT_THAT(result.error().message, HasSubstr("no such file any more"));
  EXPECT_THAT(result.error().details.back(), HasSubstr("fetched by its address and digest: "));
  EXPECT_FALSE(result.error().hints.empty());
  EXPECT_EQ(m_machine.target.list("/var/cache/apt/archives"), Argv{});
}

TEST_F(StaleTest, another_file_than_the_index_describes_is_not_trusted)
{
  answers(k_install, {{100, tool_text("not-found-404")}});
  answers(k_ask, {{0, uris("the package")}});
  for (int i = 0; i < 4; ++i) {
    m_machine.network.answer(FakeNetwork::file("the passage"));
  }
  const auto result = run(k_install);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::untrusted);
  EXPECT_EQ(m_asked[k_install], 1U);
  EXPECT_EQ(m_machine.target.list("/var/cache/apt/archives"), Argv{});
}

TEST_F(StaleTest, other_failures_of_an_installation_are_what_they_are)
{
  answers(k_ask, {{0, "Building dependency tree...\n"}});
  answers(k_install, {{100, tool_text("unmet-dependencies")}});
  EXPECT_FALSE(run(k_install));
  EXPECT_EQ(m_asked[k_install], 1U);
}

TEST(AptSettings, name_the_archives_and_whether_a_proxy_is_used)
{
  EXPECT_EQ(parse_apt_settings(k_settings).archives, "/var/cache/apt/archives/");
  EXPECT_FALSE(parse_apt_settings(k_settings + "Acquire::http::Proxy \"\";\n").has_proxy);
  EXPECT_TRUE(parse_apt_settings("Acquire::HTTPS::Proxy \"https://p:1\";\n").has_proxy);
  EXPECT_TRUE(parse_apt_settings("Acquire::https::Dl-Limit \"500\";\n").has_limit);
  EXPECT_FALSE(parse_apt_settings(k_settings + "Acquire::http::Dl-Limit \"0\";\n").has_limit);
  EXPECT_EQ(parse_apt_settings("Dir \"/r\";\nDir::Cache \"c/\";\nDir::Cache::Archives \"a\";\n").archives, "/r/c/a/");
  for (const char* text :
       {"", "Dir::Cache::archives \"\";", "Dir::Cache::archives \"", " \"", "Dir::Cache::archives \";"}) {
    EXPECT_EQ(parse_apt_settings(text).archives, "") << text;
  }
}

TEST(PackageFiles, are_those_that_can_be_fetched_safely)
{
  const std::string hash = " 5 SHA256:" + std::string(64, 'a') + "\n";
  const auto files =
      parse_package_files("'https://x.example/a.deb' a_1%3a2_all.deb" + hash +
                          "'http://127.0.0.1:8/b.deb' b.deb 5 MD5Sum:" + std::string(32, 'b') +
                          " SHA256:" + std::string(64, 'a') + "\n" + "'http://archive.ubuntu.com/c.deb' c.deb" + hash +
                          "'file:/var/cuda-repo-x/d.deb' d.deb" + hash + "'https://x.example/e.deb' ../../etc/e.deb" +
                          hash + "'https://x.example/f.deb' f.deb 5 MD5Sum:" + std::string(32, 'b') +
                          "\n'https://x.example/g.deb' g.deb five SHA256:" + std::string(64, 'a') + "\n''\n'\n");
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "a_1%3a2_all.deb");
  EXPECT_EQ(files[0].bytes, 5U);
  EXPECT_EQ(files[1].url.host(), "127.0.0.1");
}

} // namespace
} // namespace cudasetup::apply
