#include "system/copy_tree.hpp"

#include "system/fd.hpp"
#include "unit/system/temp_dir.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>

namespace cudasetup::system {
namespace {

class CopyTreeTest : public ::testing::Test {
protected:
  int copy() { return copy_tree(m_folder.number(), "from", m_folder.number(), "to"); }
  struct stat status(const std::string& path)
  {
    struct stat status {};
    EXPECT_EQ(::lstat((m_dir.path() + path).c_str(), &status), 0) << path;
    return status;
  }

  test::TempDir m_dir;
  Fd m_folder{::open(m_dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

TEST_F(CopyTreeTest, copies_files_links_modes_and_times)
{
  m_dir.put("/from/sub/file", std::string(200000, 'x'));
  m_dir.put("/from/empty", "");
  std::filesystem::create_symlink("../nowhere", m_dir.path() + "/from/sub/link");
  ASSERT_EQ(::chmod((m_dir.path() + "/from/sub/file").c_str(), 0751), 0);
  ASSERT_EQ(::chmod((m_dir.path() + "/from/sub").c_str(), 0711), 0);
  const std::array<timespec, 2> times{timespec{1000000000, 7}, timespec{1100000000, 8}};
  for (const char* path : {"/from/sub/file", "/from/sub/link", "/from/sub", "/from"}) {
    ASSERT_EQ(::utimensat(AT_FDCWD, (m_dir.path() + path).c_str(), times.data(), AT_SYMLINK_NOFOLLOW), 0);
  }

  ASSERT_EQ(copy(), 0);
  EXPECT_EQ(m_dir.get("/to/sub/file"), std::string(200000, 'x'));
  EXPECT_EQ(m_dir.get("/to/empty"), "");
  EXPECT_EQ(std::filesystem::read_symlink(m_dir.path() + "/to/sub/link"), "../nowhere");
  EXPECT_EQ(m_dir.mode("/to/sub/file"), 0751u);
  EXPECT_EQ(m_dir.mode("/to/sub"), 0711u);
  for (const char* path : {"/to/sub/file", "/to/sub/link", "/to/sub", "/to"}) {
    EXPECT_EQ(status(path).st_mtim.tv_sec, 1100000000) << path;
    EXPECT_EQ(status(path).st_mtim.tv_nsec, 8) << path;
  }
  EXPECT_EQ(m_dir.get("/from/sub/file").size(), 200000u);
}

TEST_F(CopyTreeTest, does_not_write_into_what_is_there)
{
  m_dir.put("/from/file", "new");
  m_dir.put("/to/file", "old");
  EXPECT_EQ(copy(), EEXIST);
  EXPECT_EQ(m_dir.get("/to/file"), "old");
}

TEST_F(CopyTreeTest, refuses_what_cannot_be_copied)
{
  m_dir.put("/from/file", "");
  ASSERT_EQ(::mkfifo((m_dir.path() + "/from/pipe").c_str(), 0600), 0);
  EXPECT_EQ(copy(), ENOTSUP);
  EXPECT_EQ(copy_tree(m_folder.number(), "missing", m_folder.number(), "other"), ENOENT);
}

} // namespace
} // namespace cudasetup::system
