#include "support/fake_events.hpp"
#include "system/real_effects.hpp"
#include "unit/system/temp_dir.hpp"

#include <gtest/gtest.h>

namespace cudasetup::system {
namespace {

TEST(real_effects, join_this_machine_with_the_tree_to_work_in)
{
  const test::TempDir dir;
  dir.put("/etc/os-release", "ID=somewhere-else\n");
  test::FakeEvents events;
  RealEffects real(events, dir.path(), "cudasetup/9.9");
  const effects::Effects effects = real.effects();
  EXPECT_EQ(effects.target.read("/etc/os-release"), "ID=somewhere-else\n");
  EXPECT_NE(effects.files.read("/etc/os-release"), "ID=somewhere-else\n");
  EXPECT_EQ(effects.processes.run(base::Command{{"true"}}).value().status, 0);
  EXPECT_EQ(effects.interrupts.count(), 0);
  effects.events.emit(effects::Notice{"seen"});
  EXPECT_EQ(events.notices(), "seen\n");
}

TEST(real_effects, without_a_root_work_in_this_machine)
{
  test::FakeEvents events;
  for (const char* root : {"", "/"}) {
    RealEffects real(events, root, "cudasetup/9.9");
    const effects::Effects effects = real.effects();
    EXPECT_TRUE(effects.target.status("/etc/passwd", effects::FollowLinks::yes)) << root;
    EXPECT_EQ(effects.target.read("/etc/passwd"), effects.files.read("/etc/passwd")) << root;
  }
}

} // namespace
} // namespace cudasetup::system
