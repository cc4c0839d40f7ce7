#include "unit/apply/applied_machine.hpp"

#include <gmock/gmock.h>

namespace cudasetup::apply {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> k_import = {"mokutil", "--import", "/key"};

class NewPassword : public test::AppliedMachine {
protected:
  NewPassword()
  {
    plan::Run import{base::Command{k_import}};
    import.asks = plan::Asks::new_password;
    m_plan.steps = {test::step(std::string(plan::k_enrol_step), {import})};
    m_machine.processes.answer(k_import, "input password: \ninput password again: \n");
  }
  base::Result<Applied> run_with(const std::string& password)
  {
    ApplyOptions options{"", 0};
    options.new_password = password;
    return apply(m_machine.effects, m_plan, m_facts, options, [](const plan::Plan&) { return base::Result<void>{}; });
  }
};

TEST_F(NewPassword, is_given_twice_and_is_written_nowhere)
{
  ASSERT_TRUE(run_with("a secret one"));
  EXPECT_EQ(m_machine.processes.calls().back().argv, k_import);
  EXPECT_EQ(m_machine.processes.calls().back().input, "a secret one\na secret one\n");
  for (const auto& [path, node] : m_machine.target.nodes()) {
    EXPECT_THAT(node.bytes, Not(HasSubstr("a secret"))) << path;
  }
  EXPECT_EQ(record().outcome, journal::Outcome::done);
}

TEST_F(NewPassword, is_missed_before_the_program_is_run)
{
  const auto applied = run_with("");
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().kind, base::ErrorKind::needs_person);
  EXPECT_THAT(m_machine.commands(), Not(testing::Contains(HasSubstr("mokutil"))));
}

TEST_F(NewPassword, is_not_in_what_a_failure_says)
{
  m_machine.processes.answer(k_import, "input password: \n", 255, "Failed to write MokNew\n");
  const auto applied = run_with("a secret one");
  ASSERT_FALSE(applied);
  const base::Error& error = applied.error();
  std::string said = error.message + error.output_tail;
  for (const auto* lines : {&error.details, &error.context}) {
    for (const std::string& line : *lines) {
      said += line;
    }
  }
  EXPECT_THAT(said, HasSubstr("Failed to write MokNew"));
  EXPECT_THAT(said, Not(HasSubstr("a secret")));
}

} // namespace
} // namespace cudasetup::apply
