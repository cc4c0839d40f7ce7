#include "unit/apply/applied_machine.hpp"

#include "apply/simulate.hpp"
#include "apply/tools.hpp"
#include "base/hash.hpp"

namespace cudasetup::apply {

namespace {

using base::Command;
using base::ErrorKind;
using Argv = std::vector<std::string>;

using test::k_install;
using test::k_record;
using test::step;

class ApplyTest : public test::AppliedMachine {};

TEST_F(ApplyTest, an_empty_plan_does_nothing_at_all)
{
  m_plan.steps.clear();
  m_facts.is_root = false;
  m_machine.target.hold("/run/cudasetup.lock");
  const auto before = m_machine.target.nodes();
  const auto applied = run();
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->transaction, "");
  EXPECT_EQ(applied->steps, 0U);
  expect_untouched(before);
}

TEST_F(ApplyTest, runs_the_steps_in_order_and_records_them)
{
  const auto applied = run();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->transaction, "0001");
  EXPECT_EQ(applied->steps, 2U);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "after");
  EXPECT_EQ(m_machine.commands(), (std::vector<std::string>{"apt-config dump", "apt-get install --yes cuda"}));
  const journal::Transaction transaction = record();
  ASSERT_EQ(transaction.steps.size(), 2U);
  EXPECT_EQ(transaction.steps[0].id, "pin");
  EXPECT_EQ(transaction.steps[1].outcome, journal::Outcome::done);
  EXPECT_EQ(transaction.outcome, journal::Outcome::done);
}

TEST_F(ApplyTest, another_users_cache_of_downloads_is_refused)
{
  m_machine.target.put_node("/var/cache/cudasetup", {effects::FileType::directory, {}, 0700, 1000});
  const auto before = m_machine.target.nodes();
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::refused);
  EXPECT_EQ(applied.error().message,
            "/var/cache/cudasetup is another user's, who could change what root installs; nothing was changed");
  EXPECT_EQ(applied.error().hints.size(), 2U);
  expect_untouched(before);
}

TEST_F(ApplyTest, of_an_installation_only_the_packages_are_intended)
{
  const Argv install = {"apt-get", "install", "--yes", "-o", "Dpkg::Use-Pty=0", "cuda=11.1.1-1", "cmake"};
  m_machine.processes.answer(install, "");
  m_plan.steps = {step("install", {plan::Run{Command{install}}})};
  ASSERT_TRUE(run());
  EXPECT_EQ(record().intended, (std::set<std::string>{"cmake", "cuda"}));
}

TEST_F(ApplyTest, keeps_what_a_step_replaces)
{
  ASSERT_TRUE(run());
  const journal::Transaction transaction = record();
  ASSERT_EQ(transaction.originals.size(), 1U);
  EXPECT_EQ(transaction.originals[0].path, "/etc/pin");
  EXPECT_EQ(transaction.originals[0].before.status.mode, 0600U);
  EXPECT_EQ(m_machine.target.read(transaction.originals[0].saved), "before");
}

TEST_F(ApplyTest, a_tree_that_a_program_changes_is_copied_first_and_the_last_copy_of_ours_is_kept)
{
  const Argv venv = {"python3", "-m", "venv", "/opt/venv"};
  m_machine.target.put("/opt/venv/of-the-user", "1");
  m_machine.processes.answer_with(venv, [&](const Command&) {
    m_machine.target.put("/opt/venv/of-the-user", "changed");
    return effects::ProcessResult{};
  });
  m_machine.processes.answer_where([](const Argv& argv) { return argv[0] == "cp"; },
                                   [&](const Command& command) {
                                     m_machine.target.put(
                                         command.argv.back() + "/of-the-user",
                                         m_machine.target.read(command.argv[5] + "/of-the-user").value_or(""));
                                     return effects::ProcessResult{};
                                   });
  m_plan.steps = {step("python", {plan::Run{Command{venv}, plan::OnFailure::stop, {"/opt/venv"}}})};
  ASSERT_TRUE(run());
  EXPECT_EQ(m_machine.commands().front(), "cp -a --reflink=auto -T -- /opt/venv /opt/.cudasetup-0001-venv");
  EXPECT_EQ(m_machine.target.read("/opt/.cudasetup-0001-venv/of-the-user"), "1");
  EXPECT_EQ(record().originals.at(0).saved, "/opt/.cudasetup-0001-venv");
  for (const char* next : {"1", "2"}) {
    m_arguments = {"--python", next};
    ASSERT_TRUE(run());
  }
  EXPECT_EQ(m_machine.target.read("/opt/.cudasetup-0001-venv/of-the-user"), "1") << "it was never ours";
  EXPECT_FALSE(m_machine.target.exists("/opt/.cudasetup-0002-venv")) << "the next one's supersedes it";
  EXPECT_EQ(m_machine.target.read("/opt/.cudasetup-0003-venv/of-the-user"), "changed");
}

TEST_F(ApplyTest, records_what_became_of_files_packages_and_alternatives)
{
  m_machine.target.put("/var/lib/dpkg/status", "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\n");
  m_machine.target.put("/var/lib/dpkg/alternatives/cuda", "auto\n/usr/local/cuda\n")
      .put_link("/etc/alternatives/cuda", "/usr/local/cuda-10.2");
  m_machine.processes.answer_with(k_install, [this](const Command&) {
    m_machine.target.put("/var/lib/dpkg/status",
                         "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\n\n"
                         "Package: cuda\nStatus: install ok installed\nVersion: 11\nArchitecture: amd64\n");
    m_machine.target.put_link("/etc/alternatives/cuda", "/usr/local/cuda-11.1");
    return base::Result<effects::ProcessResult>(effects::ProcessResult{});
  });
  ASSERT_TRUE(run());
  const journal::Transaction transaction = record();
  EXPECT_TRUE(transaction.before.packages.contains("dpkg"));
  ASSERT_EQ(transaction.changed.packages.size(), 1U);
  EXPECT_EQ(transaction.changed.packages.at("cuda")->version, "11");
  EXPECT_EQ(transaction.changed.alternatives.at("cuda")->value, "/usr/local/cuda-11.1");
  EXPECT_EQ(transaction.results.at("/etc/pin").digest, base::digest_of(base::DigestKind::sha256, "after").hex());
}

TEST_F(ApplyTest, the_same_request_goes_on_with_a_transaction_that_did_not_end_well)
{
  m_machine.target.put("/var/lib/dpkg/status", "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\n");
  m_machine.processes.answer(k_install, "", 100, test::tool_text("unable-to-locate"));
  ASSERT_FALSE(run());
  m_machine.processes.answer(k_install, "Setting up cuda\n");
  m_plan.steps.erase(m_plan.steps.begin());
  const auto applied = run();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->transaction, "0001");
  const journal::Transaction transaction = record();
  EXPECT_TRUE(transaction.is_done());
  ASSERT_EQ(transaction.originals.size(), 1U) << "the original is from before the first try";
  EXPECT_EQ(m_machine.target.read(transaction.originals[0].saved), "before");
}

TEST_F(ApplyTest, notes_the_packages_that_dpkg_is_given_and_no_other_of_its_words)
{
  const Argv merge = {"dpkg", "--set-selections"};
  const Argv keyring = {"dpkg", "-i", "--force-confnew,confmiss", "/var/cache/cudasetup/cuda-keyring_1.1-1_all.deb"};
  m_machine.processes.answer(merge).answer(keyring);
  m_plan.steps = {step("merge", {plan::Run{Command{merge}}}), step("keyring", {plan::Run{Command{keyring}}})};
  ASSERT_TRUE(run());
  EXPECT_EQ(record().intended, std::set<std::string>{"cuda-keyring"});
}

TEST_F(ApplyTest, another_request_closes_a_transaction_that_was_cut_off_and_begins_its_own)
{
  m_machine.target.put("/var/lib/dpkg/status", "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\n");
  {
    journal::Journal cut_off = journal::Journal::begin(m_machine.target,
                                                       m_machine.clock,
                                                       {journal::Verb::install, {"--cuda", "10.2"}, "", json::Object{}})
                                   .value();
    ASSERT_TRUE(cut_off.state_before({{{"dpkg", {"ii", "1", journal::Mark::manual}}}, {}}));
  }
  const auto applied = run();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->transaction, "0002");
  EXPECT_EQ(record().outcome, journal::Outcome::interrupted);
}

TEST_F(ApplyTest, tells_of_every_step_as_it_begins_and_ends)
{
  ASSERT_TRUE(run());
  const auto started = m_machine.events.all<effects::StepStarted>();
  const auto ended = m_machine.events.all<effects::StepEnded>();
  ASSERT_EQ(started.size(), 2U);
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(started[1].number, 2U);
  EXPECT_EQ(started[1].count, 2U);
  EXPECT_EQ(started[1].title, "Do install");
  EXPECT_EQ(ended[1].outcome, effects::StepEnded::Outcome::done);
}

TEST_F(ApplyTest, without_root_nothing_is_touched)
{
  m_facts.is_root = false;
  const auto before = m_machine.target.nodes();
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::needs_root);
  EXPECT_FALSE(applied.error().hints.empty());
  expect_untouched(before);
}

TEST_F(ApplyTest, another_run_holds_the_machine)
{
  m_machine.target.hold("/run/cudasetup.lock");
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::busy);
  EXPECT_FALSE(applied.error().hints.empty());
  EXPECT_FALSE(m_machine.target.exists("/var/lib/cudasetup"));
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
}

TEST_F(ApplyTest, gives_the_lock_back)
{
  ASSERT_TRUE(run());
  EXPECT_NE(m_machine.target.lock("/run/cudasetup.lock").value(), nullptr);
}

TEST_F(ApplyTest, damaged_digests_stop_it_before_anything)
{
  m_machine.target.put("/var/lib/cudasetup/digests.json", "{");
  const auto applied = run("/srv/image");
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::document);
  EXPECT_EQ(base::to_shell(applied.error().hints.at(0).command.value()),
            "chroot /srv/image rm /var/lib/cudasetup/digests.json");
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
}

TEST_F(ApplyTest, asks_apt_before_the_first_change)
{
  simulates(test::tool_text("simulate-install"));
  ASSERT_TRUE(run());
  ASSERT_EQ(m_machine.processes.calls().size(), 5U);
  EXPECT_EQ(m_machine.processes.calls().back().argv, k_install);
}

TEST_F(ApplyTest, certificates_come_before_the_simulation_and_nothing_else_does)
{
  simulates(test::tool_text("simulate-foreign-removal"));
  const Argv certificates = {"apt-get", "install", "--yes", "ca-certificates"};
  m_machine.processes.answer(certificates, "Setting up ca-certificates\n");
  m_plan.steps.insert(m_plan.steps.begin(), step("certificates", {plan::Run{Command{certificates}}}));
  m_plan.simulation->after = "certificates";
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::packages);
  EXPECT_EQ(applied.error().context,
            (std::vector<std::string>{"asking apt what would happen",
                                      "trying out the rest; all that was changed is by \"Do certificates\""}));
  EXPECT_EQ(m_machine.processes.calls().at(1).argv, certificates);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
  EXPECT_EQ(record().steps.size(), 1U);
  EXPECT_EQ(record().outcome, journal::Outcome::failed);
}

TEST_F(ApplyTest, a_simulation_that_fails_leaves_everything_as_it_was)
{
  simulates(test::tool_text("simulate-foreign-removal"));
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::packages);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
  EXPECT_FALSE(m_machine.target.exists(k_record));
  EXPECT_FALSE(m_machine.target.exists(std::string(k_simulation_directory)));
  EXPECT_TRUE(m_machine.events.all<effects::StepStarted>().empty());
}

TEST_F(ApplyTest, fetches_for_the_simulation_what_a_step_will_need_and_only_once)
{
  simulates(test::tool_text("simulate-install"));
  const plan::Download keyring{base::Url::parse("https://developer.download.nvidia.com/cuda-keyring.deb").value(),
                               "/var/cache/cudasetup/cuda-keyring.deb",
                               base::digest_of(base::DigestKind::sha256, "keyring"),
                               std::nullopt,
                               std::nullopt};
  m_plan.steps.insert(m_plan.steps.begin(), {step("keyring", {keyring})});
  m_plan.simulation->key_package = keyring.to;
  m_machine.network.answer(test::FakeNetwork::file("keyring"));
  ASSERT_TRUE(run());
  EXPECT_EQ(m_machine.network.requests().size(), 1U);
}

TEST_F(ApplyTest, a_failing_step_is_named_and_recorded_and_the_rest_is_left)
{
  m_machine.processes.answer(k_install, "", 100, test::tool_text("unable-to-locate"));
  m_plan.steps.push_back(step("after", {plan::WriteFile{"/etc/after", "", 0644}}));
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::packages);
  EXPECT_EQ(applied.error().context.back(), "Do install");
  const auto& hints = applied.error().hints;
  ASSERT_GE(hints.size(), 2U);
  EXPECT_EQ(base::to_shell(hints[hints.size() - 2].command.value()), "sudo cudasetup resume");
  EXPECT_EQ(base::to_shell(hints.back().command.value()), "sudo cudasetup undo");
  const journal::Transaction transaction = record();
  ASSERT_EQ(transaction.steps.size(), 2U);
  EXPECT_EQ(transaction.steps[1].outcome, journal::Outcome::failed);
  EXPECT_EQ(transaction.steps[1].message, "the archives have no such package");
  EXPECT_EQ(transaction.outcome, journal::Outcome::failed);
  EXPECT_FALSE(m_machine.target.exists("/etc/after"));
  EXPECT_EQ(m_machine.events.all<effects::StepEnded>().back().outcome, effects::StepEnded::Outcome::failed);
}

TEST_F(ApplyTest, a_journal_that_cannot_be_written_any_more_does_not_hide_the_failure)
{
  m_machine.processes.answer_with(k_install, [this](const Command&) {
    m_machine.target.fail(
        test::FileOperation::append, k_record, base::make_error(ErrorKind::no_space, "the disk is full"));
    effects::ProcessResult result;
    result.status = 100;
    result.err = test::tool_text("no-space-dpkg");
    return base::Result<effects::ProcessResult>(result);
  });
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::no_space);
  EXPECT_EQ(applied.error().message, "a file system is full");
  EXPECT_NE(applied.error().details.back().find("the journal could not be written"), std::string::npos);
}

TEST_F(ApplyTest, without_a_journal_no_step_is_begun)
{
  m_machine.target.fail(
      test::FileOperation::append, k_record, base::make_error(ErrorKind::no_space, "the disk is full"));
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::no_space);
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
}

TEST_F(ApplyTest, stops_between_two_actions_when_asked_to)
{
  m_plan.steps = {step("both", {plan::Run{Command{k_install}}, plan::WriteFile{"/etc/pin", "after", 0644}})};
  m_machine.processes.answer_with(k_install, [this](const Command&) {
    m_machine.interrupts.set(1);
    return base::Result<effects::ProcessResult>(effects::ProcessResult{});
  });
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::interrupted);
  EXPECT_FALSE(applied.error().hints.empty());
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
  const journal::Transaction transaction = record();
  EXPECT_EQ(transaction.steps.at(0).outcome, journal::Outcome::interrupted);
  EXPECT_EQ(transaction.outcome, journal::Outcome::interrupted);
}

TEST_F(ApplyTest, finishes_a_step_that_may_not_be_interrupted_and_stops_after_it)
{
  m_plan.steps = {step("whole", {plan::Run{Command{k_install}}, plan::WriteFile{"/etc/pin", "after", 0644}}),
                  step("next", {plan::WriteFile{"/etc/next", "", 0644}})};
  m_plan.steps[0].interruptible = plan::Interruptible::no;
  m_machine.processes.answer_with(k_install, [this](const Command&) {
    m_machine.interrupts.set(1);
    return base::Result<effects::ProcessResult>(effects::ProcessResult{});
  });
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message, "stopped before the step \"Do next\", as asked");
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "after");
  EXPECT_FALSE(m_machine.target.exists("/etc/next"));
  EXPECT_EQ(record().steps.at(0).outcome, journal::Outcome::done);
}

TEST_F(ApplyTest, asked_to_stop_before_the_first_change_it_leaves_no_transaction)
{
  m_machine.interrupts.set(1);
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, ErrorKind::interrupted);
  EXPECT_FALSE(m_machine.target.exists(k_record));
  EXPECT_EQ(m_machine.target.node("/etc/pin")->bytes, "before");
}

} // namespace

} // namespace cudasetup::apply
