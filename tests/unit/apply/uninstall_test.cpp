#include "apply/uninstall.hpp"

#include "apply/system_state.hpp"
#include "apply/uninstall_plan.hpp"

#include "base/text.hpp"
#include "journal/journal.hpp"
#include "support/fake_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using base::Command;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using Argv = std::vector<std::string>;

const Argv k_purge = {"apt-get", "purge", "--yes", "cuda-nvcc-12-4"};

class UninstallTest : public testing::Test {
protected:
  UninstallTest()
  {
    m_machine.target.put("/var/lib/dpkg/status", status(true)).put("/opt/t/file", "1");
    m_plan.packages = {"cuda-nvcc-12-4"};
    plan::Step step;
    step.id = "uninstall-packages";
    step.title = "Remove 1 package";
    step.actions = {plan::Run{Command{k_purge}}, plan::Remove{{"/opt/t"}, plan::Trace::kept}};
    m_plan.steps = {step};
    simulates("Purg cuda-nvcc-12-4 [12.4.131-1]\n");
    m_machine.processes.answer({"apt-cache", "madison", "cuda-nvcc-12-4"},
                               "cuda-nvcc-12-4 | 12.4.131-1 | https://x Packages\n");
    m_machine.processes.answer({"apt-get", "--print-uris", "download", "cuda-nvcc-12-4=12.4.131-1"},
                               "'https://x/n.deb' n.deb 5000 SHA256:0\n");
    m_machine.processes.answer_where([](const Argv& argv) { return argv[0] == "env"; },
                                     [this](const Command& command) {
                                       m_machine.target.put(command.argv[2] + "/cuda-nvcc-12-4_12.4.131-1_amd64.deb",
                                                            "deb");
                                       return effects::ProcessResult{};
                                     });
    m_machine.processes.answer_with(k_purge, [this](const Command&) {
      m_machine.target.put("/var/lib/dpkg/status", status(false));
      return effects::ProcessResult{};
    });
  }
  static std::string status(bool with)
  {
    return std::string("Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n") +
           (with ? "Package: cuda-nvcc-12-4\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4.131-1\n"
                 : "");
  }
  void simulates(const std::string& out)
  {
    m_machine.processes.answer({"apt-get", "--simulate", "purge", "cuda-nvcc-12-4"}, out);
  }
  base::Result<Applied> run(plan::Trace trace = plan::Trace::kept)
  {
    const journal::SystemState seen = m_seen.value_or(read_system_state(m_machine.target));
    return uninstall(m_machine.effects, m_plan, seen, trace, {"", 0, {"--cuda", "12.4"}}, [this](const auto& known) {
      m_lost = known.lost;
      m_commands_before_asking = m_machine.processes.calls().size();
      return m_refusal ? base::Result<void>(base::fail(*m_refusal)) : base::Result<void>{};
    });
  }
  journal::Transaction record() { return journal::load_transaction(m_machine.target, "0001").value(); }

  test::FakeMachine m_machine;
  plan::UninstallPlan m_plan;
  std::vector<resolve::Reason> m_lost;
  std::size_t m_commands_before_asking = 0;
  std::optional<base::Error> m_refusal;
  std::optional<journal::SystemState> m_seen; ///< what the plan was made for; without: what is there
};

TEST_F(UninstallTest, keeps_installers_and_trees_before_it_removes_them)
{
  const auto applied = run();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->transaction, "0001");
  EXPECT_TRUE(m_lost.empty());
  EXPECT_EQ(m_commands_before_asking, 3U) << "asks, and has fetched nothing yet";
  const journal::Transaction transaction = record();
  EXPECT_EQ(transaction.verb, journal::Verb::uninstall);
  EXPECT_EQ(transaction.intended, std::set<std::string>{"cuda-nvcc-12-4"});
  ASSERT_EQ(transaction.kept.size(), 1U);
  EXPECT_EQ(m_machine.target.read(transaction.kept[0].file), "deb");
  EXPECT_TRUE(transaction.changed.packages.contains("cuda-nvcc-12-4"));
  EXPECT_FALSE(m_machine.target.exists("/opt/t"));
  EXPECT_EQ(m_machine.target.read("/opt/.cudasetup-0001-t/file"), "1");
}

TEST_F(UninstallTest, refuses_where_others_were_at_work_since_the_plan_was_made)
{
  m_seen = read_system_state(m_machine.target);
  m_machine.target.put("/var/lib/dpkg/status", status(false));
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, base::ErrorKind::busy);
  EXPECT_TRUE(m_machine.processes.calls().empty());
  EXPECT_TRUE(m_machine.target.exists("/opt/t"));
}

TEST_F(UninstallTest, one_that_was_cut_off_leaves_what_somebody_held_since)
{
  m_machine.processes.answer_with(k_purge, [](const Command&) {
    effects::ProcessResult result;
    result.status = 100;
    return result;
  });
  ASSERT_FALSE(run());
  const auto intended = [this] {
    return look_for_uninstall(m_machine.target, {}, {}, {"--cuda", "12.4"}).value().intended;
  };
  EXPECT_EQ(intended(), std::set<std::string>{"cuda-nvcc-12-4"});
  m_machine.target.put("/var/lib/dpkg/status",
                       base::replace_all(status(true), "12-4\nStatus: install", "12-4\nStatus: hold"));
  EXPECT_EQ(intended(), std::set<std::string>{});
}

TEST_F(UninstallTest, one_that_was_cut_off_leaves_what_somebody_asked_for_but_not_what_apt_unmarked)
{
  const std::string mark = "Package: cuda-nvcc-12-4\nArchitecture: amd64\nAuto-Installed: 1\n\n";
  const std::string other = "Package: libx\nArchitecture: amd64\nAuto-Installed: 1\n\n";
  m_machine.target.put("/var/lib/dpkg/status",
                       status(true) +
                           "\nPackage: libx\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n");
  m_machine.target.put("/var/lib/apt/extended_states", mark + other);
  m_plan.packages = {"cuda-nvcc-12-4", "libx"};
  m_machine.processes.answer_with(k_purge, [](const Command&) {
    effects::ProcessResult result;
    result.status = 100;
    return result;
  });
  m_machine.processes.answer({"apt-get", "--simulate", "purge", "cuda-nvcc-12-4", "libx"}, "");
  m_machine.processes.answer({"apt-cache", "madison", "cuda-nvcc-12-4", "libx"}, "");
  ASSERT_FALSE(run());
  const auto intended = [this](const std::string& marks) {
    m_machine.target.put("/var/lib/apt/extended_states", marks);
    return look_for_uninstall(m_machine.target, {}, {}, {"--cuda", "12.4"}).value().intended;
  };
  const std::set<std::string> both = {"cuda-nvcc-12-4", "libx"};
  EXPECT_EQ(intended(mark + other), both);
  EXPECT_EQ(intended(other), std::set<std::string>{"libx"}) << "somebody asked for the other";
  EXPECT_EQ(intended(""), both) << "apt forgets the marks of all that it is about to remove";
}

TEST_F(UninstallTest, goes_on_where_apt_has_not_heard_yet_that_a_package_is_gone)
{
  simulates("Purg cuda-nvcc-12-4 [12.4.131-1]\nRemv cuda-toolkit-12-4 [12.4.1-1]\n");
  EXPECT_TRUE(run());
}

TEST_F(UninstallTest, refuses_when_apt_would_change_anything_else)
{
  m_machine.target.put("/var/lib/dpkg/status",
                       status(true) +
                           "\nPackage: of-the-user\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n");
  for (const char* more : {"Remv of-the-user [1]\n", "Inst another (1 Debian [amd64])\n"}) {
    simulates("Purg cuda-nvcc-12-4 [12.4.131-1]\n" + std::string(more));
    const auto applied = run();
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().kind, base::ErrorKind::packages);
    EXPECT_THAT(applied.error().message, HasSubstr("nothing was changed"));
    EXPECT_FALSE(applied.error().hints.empty());
  }
  EXPECT_FALSE(m_machine.target.exists("/var/lib/cudasetup"));
  EXPECT_TRUE(m_machine.target.exists("/opt/t"));
}

TEST_F(UninstallTest, says_before_it_asks_what_undo_cannot_bring_back)
{
  m_machine.processes.answer({"apt-cache", "madison", "cuda-nvcc-12-4"},
                             "cuda-nvcc-12-4 | 12.4.99-1 | https://x Packages\n");
  ASSERT_TRUE(run());
  ASSERT_EQ(m_lost.size(), 1U);
  EXPECT_EQ(m_lost[0].about, "cuda-nvcc-12-4");
  EXPECT_THAT(m_lost[0].text, HasSubstr("12.4.131-1"));
  EXPECT_TRUE(record().kept.empty());
}

TEST_F(UninstallTest, keeps_nothing_where_that_is_asked)
{
  m_plan.steps[0].actions[1] = plan::Remove{{"/opt/t"}, plan::Trace::noted};
  ASSERT_TRUE(run(plan::Trace::noted));
  EXPECT_EQ(m_lost.size(), 1U);
  EXPECT_TRUE(record().kept.empty());
  EXPECT_EQ(m_machine.target.nodes().count("/opt/.cudasetup-0001-t"), 0U);
  ASSERT_EQ(record().originals.size(), 1U) << "undo can say that it is lost";
  EXPECT_EQ(record().originals[0].saved, "");
}

TEST_F(UninstallTest, a_no_changes_nothing)
{
  m_refusal = base::make_error(base::ErrorKind::refused, "no");
  EXPECT_FALSE(run());
  EXPECT_FALSE(m_machine.target.exists("/var/lib/cudasetup"));
  EXPECT_TRUE(m_machine.target.exists("/opt/t"));
}

TEST_F(UninstallTest, says_first_that_the_installers_have_no_room)
{
  m_machine.target.put_space("/var", {4999, 1});
  const auto applied = run();
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, base::ErrorKind::no_space);
  EXPECT_FALSE(m_machine.target.exists("/var/lib/cudasetup"));
}

TEST_F(UninstallTest, the_same_request_goes_on_with_one_that_was_cut_off)
{
  m_machine.processes.answer(k_purge, "", 100, "E: no\n");
  ASSERT_FALSE(run());
  m_machine.processes.answer(k_purge);
  const auto applied = run();
  ASSERT_TRUE(applied) << applied.error().message;
  EXPECT_EQ(applied->transaction, "0001");
  EXPECT_EQ(record().kept.size(), 2U) << "noted again, and fetched once";
  std::size_t downloads = 0;
  for (const Command& command : m_machine.processes.calls()) {
    downloads += command.argv[0] == "env" ? 1 : 0;
  }
  EXPECT_EQ(downloads, 1U);
}

} // namespace

} // namespace cudasetup::apply
