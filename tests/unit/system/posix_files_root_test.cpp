#include "system/posix_files.hpp"
#include "unit/system/temp_dir.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include <sys/stat.h>

namespace cudasetup::system {
namespace {

using effects::FollowLinks;

/// A tree with a secret beside it.
class PosixFilesRoot : public ::testing::Test {
protected:
  PosixFilesRoot()
  {
    m_dir.put("/secret", "outside");
    m_dir.put("/root/etc/os-release", "ID=ubuntu\n");
    m_dir.put("/root/usr/local/cuda-11.1/version.txt", "CUDA Version 11.1.105\n");
    m_dir.put_link("/root/etc/alternatives/cuda", "/usr/local/cuda-11.1");
    m_dir.put_link("/root/usr/local/cuda", "/etc/alternatives/cuda");
  }
  std::string outside() const { return m_dir.path(); }

  test::TempDir m_dir;
  PosixFiles m_files{m_dir.path() + "/root"};
};

TEST_F(PosixFilesRoot, follows_absolute_links_inside)
{
  EXPECT_EQ(m_files.read("/usr/local/cuda/version.txt"), "CUDA Version 11.1.105\n");
  EXPECT_EQ(m_files.resolve("/usr/local/cuda"), "/usr/local/cuda-11.1");
  EXPECT_EQ(m_files.resolve("/usr/local/cuda/version.txt"), "/usr/local/cuda-11.1/version.txt");
  EXPECT_EQ(m_files.link_target("/usr/local/cuda"), "/etc/alternatives/cuda");
  EXPECT_EQ(m_files.list("/usr/local/cuda"), std::vector<std::string>{"version.txt"});
  EXPECT_EQ(m_files.status("/usr/local/cuda", FollowLinks::no)->type, effects::FileType::link);
  EXPECT_EQ(m_files.status("/usr/local/cuda", FollowLinks::yes)->type, effects::FileType::directory);
}

TEST_F(PosixFilesRoot, never_leaves_the_tree_when_reading)
{
  m_dir.put_link("/root/up", "../../../../../../../../.." + outside() + "/secret");
  m_dir.put_link("/root/absolute", outside() + "/secret");
  m_dir.put_link("/root/folder", "..");
  for (const std::string path :
       {"/../secret", "/up", "/absolute", "/folder/secret", "/etc/../../secret", "/folder/../secret"}) {
    EXPECT_FALSE(m_files.read(path)) << path;
    EXPECT_FALSE(m_files.status(path, FollowLinks::yes)) << path;
    EXPECT_FALSE(m_files.resolve(path)) << path;
    EXPECT_FALSE(m_files.read_range(path, 0, 10)) << path;
    EXPECT_FALSE(m_files.view(path)) << path;
  }
  EXPECT_EQ(m_files.resolve("/.."), "/");
  EXPECT_EQ(m_files.resolve("/folder/folder/etc"), "/etc");
  EXPECT_EQ(m_files.list("/.."), (std::vector<std::string>{"absolute", "etc", "folder", "up", "usr"}));
}

TEST_F(PosixFilesRoot, never_leaves_the_tree_when_writing)
{
  m_dir.put_link("/root/out", outside());
  m_dir.put_link("/root/climb", "../..");
  EXPECT_FALSE(m_files.write("/out/secret", "changed", 0644));
  EXPECT_FALSE(m_files.append("/out/secret", "changed", 0644));
  EXPECT_FALSE(m_files.open("/out/secret", effects::OpenMode::truncate, 0644));
  EXPECT_TRUE(m_files.remove("/out/secret"));
  EXPECT_TRUE(m_files.remove("/climb/secret"));
  EXPECT_TRUE(m_files.write("/climb/secret", "inside", 0644));
  EXPECT_TRUE(m_files.make_directories("/climb/etc/new/folder", 0755));
  EXPECT_EQ(m_dir.get("/secret"), "outside");
  EXPECT_EQ(m_dir.get("/root/secret"), "inside");
  EXPECT_TRUE(m_dir.exists("/root/etc/new/folder"));
  EXPECT_FALSE(m_dir.exists("/new"));
}

TEST_F(PosixFilesRoot, gives_up_on_links_in_a_circle)
{
  m_dir.put_link("/root/a", "b");
  m_dir.put_link("/root/b", "a");
  EXPECT_FALSE(m_files.read("/a"));
  EXPECT_FALSE(m_files.resolve("/a/x"));
  const auto written = m_files.append("/a", "x", 0644);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, base::ErrorKind::refused);
}

TEST_F(PosixFilesRoot, takes_only_absolute_paths)
{
  EXPECT_FALSE(m_files.read("etc/os-release"));
  EXPECT_FALSE(m_files.read(""));
  EXPECT_FALSE(m_files.write("etc/x", "", 0644));
  EXPECT_FALSE(m_files.read(std::string("/etc/os-release\0x", 17)));
}

TEST_F(PosixFilesRoot, names_the_real_place_in_errors)
{
  const auto written = m_files.write("/nowhere/x", "", 0644);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "cannot write " + outside() + "/root/nowhere/x: No such file or directory");
}

TEST_F(PosixFilesRoot, sees_nothing_where_the_root_is_missing)
{
  PosixFiles files(outside() + "/no-such-root");
  EXPECT_FALSE(files.read("/etc/os-release"));
  EXPECT_TRUE(files.list("/").empty());
  EXPECT_FALSE(files.write("/x", "", 0644));
}

TEST_F(PosixFilesRoot, does_not_open_pipes_or_devices)
{
  ASSERT_EQ(::mkfifo((outside() + "/root/pipe").c_str(), 0644), 0);
  EXPECT_FALSE(m_files.read("/pipe"));
  EXPECT_FALSE(m_files.open("/pipe", effects::OpenMode::keep, 0644));
  EXPECT_EQ(m_files.status("/pipe", FollowLinks::yes)->type, effects::FileType::other);
  EXPECT_FALSE(PosixFiles("/").read("/dev/zero"));
}

TEST_F(PosixFilesRoot, reads_what_the_kernel_makes_up)
{
  // Files whose size is said to be 0.
  PosixFiles files("/");
  EXPECT_GT(files.read("/proc/self/status").value_or("").size(), 100u);
  EXPECT_GT(files.read_range("/proc/self/status", 0, 20).value_or("").size(), 10u);
}

} // namespace
} // namespace cudasetup::system
