#include "apply/uninstall_plan.hpp"
#include "unit/apply/undo_plan_fixture.hpp"

#include <gmock/gmock.h>

namespace cudasetup::apply {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class UndoKey : public UndoPlanTest {
protected:
  UndoKey()
  {
    path({"/var/lib/shim-signed/mok/MOK.der", Extent::tree, {}, ""}, file("1"), file("1"));
    path({"/var/lib/shim-signed/mok/MOK.priv", Extent::tree, {}, ""}, file("2"), file("2"));
    m_input.key.was_given = true;
  }
};

const std::vector<std::string> k_files_go = {"rm -f -- /var/lib/shim-signed/mok/MOK.priv",
                                             "rm -f -- /var/lib/shim-signed/mok/MOK.der"};

TEST_F(UndoKey, takes_back_the_request_while_mokutil_is_there)
{
  package("mokutil", std::nullopt, k_there, k_there);
  m_input.key.is_pending = true;
  const Lines lines = commands();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.front(), "mokutil --revoke-import");
  EXPECT_THAT(lines, testing::IsSupersetOf(k_files_go));
  EXPECT_THAT(m_plan.stays, IsEmpty());
}

TEST_F(UndoKey, removes_a_key_that_nobody_enrolled)
{
  EXPECT_EQ(commands(), k_files_go);
  EXPECT_THAT(m_plan.stays, IsEmpty());
}

TEST_F(UndoKey, leaves_a_key_that_the_firmware_knows_and_says_so)
{
  m_input.key.is_enrolled = true;
  EXPECT_THAT(commands(), IsEmpty());
  ASSERT_EQ(m_plan.stays.size(), 1U);
  EXPECT_THAT(m_plan.stays[0].text, HasSubstr("mokutil --delete /var/lib/shim-signed/mok/MOK.der"));
  EXPECT_THAT(m_plan.left, IsEmpty()) << "it is nobody's doing that has to be agreed to";
  EXPECT_THAT(m_plan.lost, IsEmpty());
}

TEST_F(UndoKey, leaves_requests_of_others)
{
  m_input.key = {false, true, false};
  EXPECT_EQ(commands(), k_files_go);
}

TEST(UninstallKey, leaves_a_key_that_modules_may_be_signed_with)
{
  UninstallInput input;
  input.standing.emplace_back().id = "0001";
  input.standing.back().outcome = journal::Outcome::done;
  for (const char* path : {"/var/lib/shim-signed/mok/MOK.der", "/etc/profile.d/cudasetup.sh"}) {
    input.standing.back().originals.push_back({path, Extent::single, {}, ""});
    input.standing.back().results[path] = file("1");
    input.paths_now[path] = file("1");
  }
  const plan::UninstallPlan plan = plan_uninstall(input);
  std::string lines;
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      for (const base::Command& command : plan::commands_for(action, "")) {
        lines += base::to_shell(command) + "\n";
      }
    }
  }
  EXPECT_THAT(lines, testing::StartsWith("rm -rf -- /etc/profile.d/cudasetup.sh\n"));
  EXPECT_THAT(lines, testing::Not(HasSubstr("MOK")));
  ASSERT_EQ(plan.left.size(), 1U);
  EXPECT_THAT(plan.left[0].text, HasSubstr("the firmware may know it"));
}

} // namespace
} // namespace cudasetup::apply
