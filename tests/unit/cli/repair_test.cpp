#include "unit/cli/run_fixture.hpp"

namespace cudasetup::cli::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RepairTest : public RunTest {
protected:
  /// A source of NVIDIA's whose directory is gone.
  void leave_a_dead_source()
  {
    m_machine.target.put("/etc/apt/sources.list.d/local.list", "deb file:/var/cuda-repo-x /\n");
    m_before = m_machine.target.nodes();
  }
  std::map<std::string, cudasetup::test::Node> m_before;
};

TEST_F(RepairTest, a_sound_machine_needs_nothing)
{
  EXPECT_THAT(out_of({"repair", "repo"}), HasSubstr("Nothing to do: nothing is wrong with apt's sources"));
  const json::Value document = document_of({"repair", "repo", "--json"});
  EXPECT_EQ(text_at(document, "schema"), "cudasetup.repair/1");
  EXPECT_TRUE(document.find("transaction")->is_null());
}

TEST_F(RepairTest, a_dry_run_prints_the_script_and_touches_nothing)
{
  leave_a_dead_source();
  const std::string script = out_of({"repair", "repo", "-n"});
  EXPECT_THAT(script, HasSubstr("#   - /etc/apt/sources.list.d/local.list: /var/cuda-repo-x is not there any more\n"));
  EXPECT_THAT(
      script,
      HasSubstr("\nmv -T /etc/apt/sources.list.d/local.list /etc/apt/sources.list.d/local.list.cudasetup.disabled\n"));
  EXPECT_EQ(script.find("Chosen"), std::string::npos);
  EXPECT_EQ(text_at(document_of({"repair", "repo", "-n", "--json"}), "schema"), "cudasetup.plan/1");
  expect_untouched(m_before);
}

TEST_F(RepairTest, a_user_is_told_the_command_with_sudo)
{
  leave_a_dead_source();
  EXPECT_EQ(run({"repair", "repo", "--yes"}), 5);
  EXPECT_THAT(m_err, HasSubstr("sudo cudasetup repair repo --yes"));
  expect_untouched(m_before);
}

TEST_F(RepairTest, without_a_terminal_and_without_yes_nothing_is_begun)
{
  leave_a_dead_source();
  m_is_root = true;
  EXPECT_EQ(run({"repair", "repo"}), 3);
  EXPECT_THAT(m_err, HasSubstr(" cudasetup repair repo --yes"));
  EXPECT_THAT(m_err, Not(HasSubstr("sudo"))) << "a container has none";
  m_environment = [](const std::string& name) {
    return name == "SUDO_USER" ? std::optional<std::string>("user") : std::nullopt;
  };
  EXPECT_EQ(run({"repair", "repo"}), 3);
  EXPECT_THAT(m_err, HasSubstr("sudo cudasetup repair repo --yes"));
  expect_untouched(m_before);
}

TEST_F(RepairTest, a_no_changes_nothing)
{
  leave_a_dead_source();
  m_is_root = true;
  m_input = Terminal::yes;
  EXPECT_EQ(run({"repair", "repo"}), 1);
  EXPECT_THAT(m_err, HasSubstr("not agreed to; nothing was changed"));
  expect_untouched(m_before);
}

TEST_F(RepairTest, it_is_a_transaction_of_its_own)
{
  leave_a_dead_source();
  m_is_root = true;
  const std::string file = "/etc/apt/sources.list.d/local.list";
  m_machine.processes.answer_with({"mv", "-T", file, file + ".cudasetup.disabled"}, [&](const base::Command&) {
    EXPECT_TRUE(m_machine.target.rename(file, file + ".cudasetup.disabled"));
    return base::Result<effects::ProcessResult>(effects::ProcessResult{});
  });
  m_machine.processes.answer({"apt-get", "update", "-o", "APT::Update::Error-Mode=any"}, "");
  EXPECT_THAT(out_of({"repair", "repo", "--yes"}), HasSubstr("To take it back: sudo cudasetup undo 0001\n"));
  EXPECT_THAT(out_of({"history"}), HasSubstr("repair repo"));
  EXPECT_THAT(out_of({"repair", "repo", "--yes"}), HasSubstr("Nothing to do"));
  EXPECT_THAT(out_of({"undo", "-n"}), HasSubstr("mv -fT " + file + ".cudasetup-undo " + file));
}

TEST_F(RepairTest, it_repairs_nothing_else)
{
  EXPECT_EQ(run({"repair", "house"}), 3);
  EXPECT_THAT(m_err, HasSubstr("it can repair repo alone"));
  EXPECT_EQ(run({"repair"}), 3);
}

} // namespace
} // namespace cudasetup::cli::test
