#include "base/hash.hpp"
#include "journal/known_digests.hpp"
#include "unit/apply/applied_machine.hpp"
#include "unit/fetch/zip_writer.hpp"

#include <thread>

namespace cudasetup::apply {

namespace {

using base::ErrorKind;
using test::FakeNetwork;
using test::k_install;
using test::k_record;

const std::string k_zip = "/var/cache/cudasetup/libtorch.zip";
const std::string k_to = "/opt/libtorch/1";
const std::string k_new = k_to + ".cudasetup-new";

/// A plan that installs with apt before it fetches and unpacks a zip.
class AheadTest : public test::AppliedMachine {
protected:
  AheadTest()
  {
    m_machine.target.put_directory("/opt");
    plan::Download download{base::Url::parse("https://download.pytorch.org/libtorch.zip").value(),
                            k_zip,
                            base::digest_of(base::DigestKind::sha256, m_bytes),
                            std::nullopt,
                            std::nullopt};
    m_plan.steps.push_back(test::step("fetch", {download}));
    m_plan.steps.push_back(test::step(
        "unpack", {plan::MakeDirectory{"/opt/libtorch"}, plan::Unpack{k_zip, "libtorch", k_to, plan::Former::none}}));
    m_plan.totals.parts = {{"LibTorch", k_zip, std::nullopt, std::nullopt}};
  }
  plan::Download& download() { return std::get<plan::Download>(m_plan.steps.at(2).actions.at(0)); }
  /// What is there while apt installs; it takes until @p path is there, some seconds at most.
  void look_during_install(const std::string& path, int exit_status = 0)
  {
    m_machine.processes.answer_where(
        [](const std::vector<std::string>& argv) { return argv == k_install; },
        [=, this](const base::Command&) {
          for (int i = 0; i < 500 && !m_seen; ++i) {
            m_seen = m_machine.target.read(path) == "1.7.1+cu110\n";
            std::this_thread::sleep_for(std::chrono::milliseconds(m_seen || exit_status == 100 ? 0 : 10));
          }
          m_record_then = m_machine.target.read(k_record).value_or("");
          m_in_place_then = m_machine.target.status(k_to, effects::FollowLinks::no).has_value();
          effects::ProcessResult result;
          result.status = exit_status;
          return base::Result<effects::ProcessResult>(result);
        });
  }
  void expect_nothing_unpacked()
  {
    EXPECT_FALSE(m_machine.target.exists(k_new));
    EXPECT_FALSE(m_machine.target.exists(k_to));
  }

  std::string m_bytes = test::ZipWriter()
                            .add({"libtorch/lib/libtorch.so", std::string(100'000, 'x'), 0100755})
                            .add({"libtorch/build-version", "1.7.1+cu110\n"})
                            .finish();
  bool m_seen = false;
  bool m_in_place_then = false;
  std::string m_record_then;
};

TEST_F(AheadTest, a_zip_is_fetched_and_unpacked_while_apt_installs_and_takes_its_place_at_its_step)
{
  m_machine.network.answer(FakeNetwork::file(m_bytes));
  look_during_install(k_new + "/build-version");
  const auto applied = run();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_TRUE(m_seen);
  EXPECT_FALSE(m_in_place_then);
  EXPECT_EQ(m_machine.target.read(k_to + "/build-version"), "1.7.1+cu110\n");
  EXPECT_FALSE(m_machine.target.exists(k_new));
  EXPECT_EQ(m_machine.network.requests().size(), 1U);
  EXPECT_EQ(applied->totals.download_bytes, m_bytes.size());
  // An undo must know of the tree before there is half of one.
  const auto then = journal::read_transaction(m_record_then, k_record);
  ASSERT_TRUE(then);
  ASSERT_EQ(then->originals.size(), 3U);
  EXPECT_EQ(then->originals.at(1).path, "/opt/libtorch");
  EXPECT_EQ(then->originals.at(2).path, k_to);
  EXPECT_EQ(then->originals.at(2).extent, journal::Extent::tree);
  EXPECT_FALSE(then->originals.at(2).before.exists);
  EXPECT_TRUE(record().results.contains(k_to));
}

TEST_F(AheadTest, what_cannot_be_had_is_known_before_the_first_change)
{
  m_machine.network.answer(FakeNetwork::status(404));
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::network);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
  EXPECT_FALSE(m_machine.target.exists(k_record));
  EXPECT_TRUE(m_machine.processes.calls().empty());
}

TEST_F(AheadTest, that_there_is_no_room_is_known_before_the_first_change)
{
  m_machine.network.answer(FakeNetwork::file(m_bytes));
  m_machine.target.put_space("/opt", {100'000, 1});
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::no_space);
  EXPECT_EQ(applied.error().details,
            std::vector<std::string>{"100 kB in /opt/libtorch/1: what is unpacked of "
                                     "libtorch.zip"});
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
  EXPECT_FALSE(m_machine.target.exists(k_record));
}

TEST_F(AheadTest, nothing_stays_unpacked_where_apt_fails)
{
  m_machine.network.answer(FakeNetwork::file(m_bytes));
  look_during_install(k_new + "/build-version", 1);
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_TRUE(m_seen);
  EXPECT_EQ(applied.error().context.back(), "Do install") << "it is apt's failure";
  expect_nothing_unpacked();
  EXPECT_EQ(record().outcome, journal::Outcome::failed);
}

TEST_F(AheadTest, a_digest_that_nobody_published_is_recorded_at_its_step)
{
  download().digest.reset();
  m_machine.network.answer(FakeNetwork::file(m_bytes));
  ASSERT_TRUE(run());
  const auto digests = journal::KnownDigests::load(m_machine.target);
  ASSERT_TRUE(digests);
  EXPECT_EQ(digests->find(download().url.text()), base::digest_of(base::DigestKind::sha256, m_bytes));
}

TEST_F(AheadTest, with_one_connection_everything_is_fetched_before_the_first_change)
{
  m_machine.effects.network.set_limits({1});
  m_machine.network.answer(FakeNetwork::file(m_bytes));
  look_during_install(k_new + "/build-version", 100);
  ASSERT_FALSE(run());
  EXPECT_FALSE(m_seen);
  EXPECT_EQ(m_machine.target.list("/var/cache/cudasetup"), std::vector<std::string>{"libtorch.zip"});
}

TEST_F(AheadTest, a_spoilt_zip_of_an_earlier_run_stops_nothing)
{
  m_machine.target.put(k_zip, "no zip");
  m_machine.network.answer(FakeNetwork::file(m_bytes));
  const auto applied = run();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(m_machine.target.read(k_to + "/build-version"), "1.7.1+cu110\n");
}

TEST_F(AheadTest, what_a_cut_off_run_unpacked_takes_no_room)
{
  m_machine.target.put(k_new + "/lib/libtorch.so", "half");
  m_machine.network.answer(FakeNetwork::status(404));
  ASSERT_FALSE(run());
  EXPECT_FALSE(m_machine.target.exists(k_new));
}

TEST_F(AheadTest, gives_the_network_back_as_it_was)
{
  m_machine.effects.network.set_limits({6, 1000});
  m_machine.network.answer(FakeNetwork::file(m_bytes));
  ASSERT_TRUE(run());
  EXPECT_EQ(m_machine.network.limits().connections, 6U);
  EXPECT_EQ(m_machine.network.limits().bytes_per_second, 1000U);
}

} // namespace

} // namespace cudasetup::apply
