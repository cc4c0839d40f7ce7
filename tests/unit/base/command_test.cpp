#include "base/command.hpp"

#include <gtest/gtest.h>

namespace cudasetup::base {
namespace {

TEST(Quote, LeavesPlainWordsBareAndQuotesTheRest)
{
  EXPECT_EQ(quote("cuda-toolkit-11-1=11.1.1-1"), "cuda-toolkit-11-1=11.1.1-1");
  EXPECT_EQ(quote(""), "''");
  EXPECT_EQ(quote("a b"), "'a b'");
  EXPECT_EQ(quote("it's"), "'it'\\''s'");
  EXPECT_EQ(quote("$(reboot);*~"), "'$(reboot);*~'");
}

TEST(ToShell, PrintsEnvironmentArgumentsAndInput)
{
  const Command command{{"sh", "x y.run", "--silent"}, {{"TMPDIR", "/var/a b"}}};
  EXPECT_EQ(to_shell(command), "TMPDIR='/var/a b' sh 'x y.run' --silent");
  const Command write{{"install", "/dev/stdin", "/etc/x"}, {}, "one\nEOF\n"};
  EXPECT_EQ(to_shell(write), "install /dev/stdin /etc/x <<'EOF_'\none\nEOF\nEOF_");
}

TEST(ToShell, NeverMakesTheFirstWordAnAssignment)
{
  EXPECT_EQ(to_shell(Command{{"A=b", "c"}}), "'A=b' c");
}

TEST(InRoot, RunsInsideTheTree)
{
  const Command command{{"ldconfig"}, {{"A", "b c"}}};
  EXPECT_EQ(in_root(command, ""), command);
  EXPECT_EQ(in_root(command, "/"), command);
  EXPECT_EQ(to_shell(in_root(command, "/srv/image")), "chroot /srv/image env 'A=b c' ldconfig");
}

} // namespace
} // namespace cudasetup::base
