#include "system/errno_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace cudasetup::system {
namespace {

TEST(errno_error, says_which_file_system_is_full_and_how_to_look)
{
  const base::Error error = errno_error(ENOSPC, "write", "/opt/libtorch/x");
  EXPECT_EQ(error.kind, base::ErrorKind::no_space);
  EXPECT_EQ(error.message, "cannot write /opt/libtorch/x: No space left on device");
  ASSERT_EQ(error.hints.size(), 1u);
  EXPECT_EQ(error.hints[0].command->argv, (std::vector<std::string>{"df", "-h", "/opt/libtorch"}));
}

TEST(errno_error, has_the_kind_of_the_cause_and_a_hint)
{
  EXPECT_EQ(errno_error(EDQUOT, "write", "/x").kind, base::ErrorKind::no_space);
  EXPECT_EQ(errno_error(EACCES, "write", "/x").kind, base::ErrorKind::needs_root);
  EXPECT_EQ(errno_error(EPERM, "write", "/x").kind, base::ErrorKind::needs_root);
  EXPECT_EQ(errno_error(EROFS, "write", "/x").kind, base::ErrorKind::refused);
  EXPECT_EQ(errno_error(EIO, "write", "/x").kind, base::ErrorKind::refused);
  for (const int number : {EDQUOT, EACCES, EPERM, EROFS, EIO}) {
    EXPECT_FALSE(errno_error(number, "write", "/x").hints.empty()) << number;
  }
}

} // namespace
} // namespace cudasetup::system
