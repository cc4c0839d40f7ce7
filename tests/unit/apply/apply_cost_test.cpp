#include "apply/space.hpp"
#include "unit/apply/applied_machine.hpp"

namespace cudasetup::apply {

namespace {

using base::Command;
using base::ErrorKind;
using test::k_install;
using test::k_record;
using test::step;
using Argv = std::vector<std::string>;

/// What is found out before the first change: cost, room, who else is at work, what cannot be read.
class ApplyCostTest : public test::AppliedMachine {};

TEST_F(ApplyCostTest, too_little_room_for_the_downloads_is_known_before)
{
  plan::Download download{base::Url::parse("https://developer.download.nvidia.com/cuda.deb").value(),
                          "/var/cache/cudasetup/cuda.deb",
                          std::nullopt,
                          std::nullopt,
                          3'000'000'000};
  m_plan.steps.insert(m_plan.steps.begin(), step("fetch", {download}));
  m_machine.target.put_space("/", {10'000'000'000'000, 1}).put_space("/var", {5'000'000'000, 2});
  plan::Simulation simulation;
  simulation.local_installer = download.to;
  m_plan.simulation = simulation;
  const auto applied = run("/srv/image");
  ASSERT_FALSE(applied);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
  EXPECT_TRUE(m_machine.processes.calls().empty());
  EXPECT_TRUE(m_machine.network.requests().empty());
  EXPECT_FALSE(m_asked_about) << "nobody is asked about what cannot be";
  EXPECT_EQ(applied.error().kind, ErrorKind::no_space);
  EXPECT_EQ(applied.error().message,
            "the file system of /var/cache/cudasetup and /var needs 6 GB, and 5 GB are free there; nothing was changed")
      << "fetched and unpacked";
  EXPECT_EQ(base::to_shell(applied.error().hints.at(0).command.value()), "df -h /srv/image/var");
  EXPECT_EQ(base::to_shell(applied.error().hints.at(1).command.value()), "chroot /srv/image apt-get clean");
}

TEST_F(ApplyCostTest, a_zip_of_an_earlier_run_says_nothing_before_it_is_compared)
{
  plan::Plan plan;
  plan::Step unpack;
  unpack.actions = {plan::Unpack{"/var/cache/cudasetup/t.zip", "libtorch", "/opt/libtorch/1"}};
  plan.steps = {unpack};
  m_machine.target.put("/var/cache/cudasetup/t.zip", "no zip at all");
  EXPECT_TRUE(needs_of(plan, m_machine.target, std::nullopt, Zips::not_compared).value().empty());
  EXPECT_EQ(needs_of(plan, m_machine.target, std::nullopt, Zips::compared).error().kind, ErrorKind::untrusted);
}

TEST_F(ApplyCostTest, too_little_room_for_the_packages_is_known_before_anybody_is_asked)
{
  simulates(test::tool_text("simulate-install"));
  m_machine.target.put_space("/", {10'000'000'000, 1}).put_space("/usr", {4'999'999, 2});
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::no_space);
  EXPECT_EQ(applied.error().message,
            "the file system of /usr needs 5 MB, and 5 MB are free there; nothing was changed");
  EXPECT_EQ(applied.error().details, std::vector<std::string>{"5 MB in /usr: packages that apt installs"});
  EXPECT_FALSE(m_asked_about);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
  m_machine.target.put_space("/usr/local", {1, 3});
  EXPECT_TRUE(run()) << "the toolkit's files go there";
}

TEST_F(ApplyCostTest, what_apt_would_remove_is_known_before_anybody_agrees)
{
  simulates(test::tool_text("simulate-own-removal"));
  m_plan.simulation->packages = {"cuda-toolkit-11-0"};
  ASSERT_TRUE(run());
  ASSERT_TRUE(m_asked_about);
  EXPECT_EQ(m_asked_about->removes, std::vector<std::string>{"cuda-toolkit-10-2"});
}

TEST_F(ApplyCostTest, asks_once_what_it_costs_is_known_and_before_any_change)
{
  simulates(test::tool_text("simulate-install"));
  m_refusal = base::make_error(ErrorKind::refused, "not agreed to");
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "not agreed to");
  EXPECT_EQ(m_asked_about.value().download_bytes, 3'000'000U);
  EXPECT_EQ(m_asked_about.value().disk_bytes, 5'000'000U);
  EXPECT_EQ(m_commands_before_asking, 3U);
  EXPECT_EQ(m_machine.processes.calls().size(), 3U);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
  EXPECT_FALSE(m_machine.target.exists(k_record));
}

TEST_F(ApplyCostTest, asks_before_a_local_installer_is_fetched)
{
  simulates(test::tool_text("simulate-install"));
  const plan::Download installer{base::Url::parse("https://developer.download.nvidia.com/cuda-repo.deb").value(),
                                 "/var/cache/cudasetup/cuda-repo.deb",
                                 std::nullopt,
                                 std::nullopt,
                                 std::nullopt};
  m_plan.steps.insert(m_plan.steps.begin(), step("fetch", {installer}));
  m_plan.simulation->local_installer = installer.to;
  m_refusal = base::make_error(ErrorKind::refused, "not agreed to");
  ASSERT_FALSE(run());
  EXPECT_EQ(m_asked_about.value().download_bytes, std::nullopt) << "unknown, not nothing";
  EXPECT_TRUE(m_machine.network.requests().empty());
  EXPECT_TRUE(m_machine.processes.calls().empty());
}

TEST_F(ApplyCostTest, an_archive_nobody_needs_does_not_stop_a_step_and_is_named_where_it_mattered)
{
  const Argv update = {"apt-get", "update"};
  m_machine.processes.answer(update, test::tool_text("connection-refused"), 100);
  m_plan.steps.insert(m_plan.steps.begin(),
                      step("update", {plan::Run{Command{update}, plan::OnFailure::go_on_unread}}));
  ASSERT_TRUE(run());
  EXPECT_EQ(m_machine.events.all<effects::Notice>().at(0).text, "not all of it was read: http://127.0.0.1:8/repo");
  m_machine.processes.answer(k_install, "", 100, test::tool_text("unable-to-locate"));
  const auto failed = run();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().details.back(), "before that, this archive could not be read: http://127.0.0.1:8/repo");
}

TEST_F(ApplyCostTest, an_update_that_fails_for_no_archive_in_particular_stops_it)
{
  const Argv update = {"apt-get", "update"};
  m_machine.processes.answer(update, test::tool_text("signed-by-conflict"), 100);
  m_plan.steps.insert(m_plan.steps.begin(),
                      step("update", {plan::Run{Command{update}, plan::OnFailure::go_on_unread}}));
  const auto failed = run();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::packages);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
}

TEST_F(ApplyCostTest, a_command_that_may_fail_is_named_with_its_last_words)
{
  const Argv load = {"modprobe", "-a", "nvidia"};
  m_machine.processes.answer(load, "", 1, "trying\nmodprobe: ERROR: could not insert 'nvidia': No such device\n");
  m_plan.steps.insert(m_plan.steps.begin(), step("load-driver", {plan::Run{Command{load}, plan::OnFailure::go_on}}));
  ASSERT_TRUE(run());
  EXPECT_EQ(
      m_machine.events.all<effects::Notice>().at(0).text,
      "modprobe ended with status 1 (modprobe: ERROR: could not insert 'nvidia': No such device); it goes on, and "
      "what comes next shows whether it mattered");
}

TEST_F(ApplyCostTest, waits_for_another_run_and_says_which)
{
  ASSERT_TRUE(wait_for_turn(m_machine.effects, {"", 5})) << "there is none";
  EXPECT_FALSE(m_machine.target.exists("/run/cudasetup.lock"));
  m_machine.target.put("/run/cudasetup.lock", "");
  ASSERT_TRUE(wait_for_turn(m_machine.effects, {"", 5}));
  m_machine.target.hold("/run/cudasetup.lock");
  m_machine.files.put("/proc/self/comm", "me\n")
      .put("/proc/71/comm", "dpkg\n")
      .put_link("/proc/71/fd/5", "/run/cudasetup.lock");
  const auto waited = wait_for_turn(m_machine.effects, {"", 5});
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().kind, ErrorKind::busy);
  EXPECT_EQ(waited.error().message, "process 71 (dpkg) is changing this machine");
  EXPECT_EQ(base::to_shell(waited.error().hints.at(0).command.value()), "ps -fp 71");
  EXPECT_EQ(m_machine.clock.slept(), std::chrono::seconds(5));
  ASSERT_EQ(m_machine.events.all<effects::Notice>().size(), 1U);
  EXPECT_EQ(m_machine.events.all<effects::Notice>()[0].text,
            "waiting for process 71 (dpkg), which is changing this machine");
  m_machine.files.put("/proc/9/comm", "cudasetup\n").put_link("/proc/9/fd/3", "/run/cudasetup.lock");
  EXPECT_EQ(wait_for_turn(m_machine.effects, {"", 0}).error().message, "process 9 (cudasetup) is changing this machine")
      << "before what it started";
}

TEST_F(ApplyCostTest, a_driver_needs_room_for_one_more_initramfs)
{
  plan::Plan plan;
  plan.steps = {step("apt-install-toolkit", {plan::Run{Command{k_install}}})};
  m_machine.target.put("/boot/initrd.img-6.8.0-41-generic", std::string(3000, 'x'));
  m_machine.target.put("/boot/initrd.img-6.8.0-40-generic", std::string(2000, 'x'));
  m_machine.target.put("/boot/vmlinuz-6.8.0-41-generic", std::string(9000, 'x'));
  EXPECT_TRUE(needs_of(plan, m_machine.target, std::nullopt, Zips::not_compared).value().empty());
  plan.steps = {step("apt-install-driver", {plan::Run{Command{k_install}}})};
  const std::vector<Need> expected = {{"/boot", 3000, "a new initramfs beside the old one"}};
  EXPECT_EQ(needs_of(plan, m_machine.target, std::nullopt, Zips::not_compared).value(), expected);
}

} // namespace

} // namespace cudasetup::apply
