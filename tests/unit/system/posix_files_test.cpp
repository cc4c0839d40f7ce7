#include "system/posix_files.hpp"
#include "unit/system/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cudasetup::system {
namespace {

using effects::FollowLinks;
using effects::OpenMode;

class PosixFilesTest : public ::testing::Test {
protected:
  test::TempDir m_dir;
  PosixFiles m_files{m_dir.path()};
};

TEST_F(PosixFilesTest, writes_with_exactly_the_mode_asked_for)
{
  const mode_t before = ::umask(0077);
  EXPECT_TRUE(m_files.write("/a", "text", 0664));
  EXPECT_TRUE(m_files.append("/b", "text", 0640));
  EXPECT_TRUE(m_files.make_directories("/d/e", 0755));
  EXPECT_TRUE(m_files.open("/c", OpenMode::truncate, 0600).value()->close());
  ::umask(before);
  EXPECT_EQ(m_dir.mode("/a"), 0664u);
  EXPECT_EQ(m_dir.mode("/b"), 0640u);
  EXPECT_EQ(m_dir.mode("/c"), 0600u);
  EXPECT_EQ(m_dir.mode("/d"), 0755u);
  EXPECT_EQ(m_dir.mode("/d/e"), 0755u);
}

TEST_F(PosixFilesTest, replaces_a_file_as_a_whole_and_leaves_nothing_beside)
{
  m_dir.put("/etc/x.list", "a much longer text than the new one");
  EXPECT_TRUE(m_files.write("/etc/x.list", "new", 0644));
  EXPECT_EQ(m_dir.get("/etc/x.list"), "new");
  EXPECT_EQ(m_files.list("/etc"), std::vector<std::string>{"x.list"});
}

TEST_F(PosixFilesTest, replaces_a_link_not_what_it_points_to)
{
  m_dir.put("/target", "old");
  m_dir.put_link("/link", "target");
  EXPECT_TRUE(m_files.write("/link", "new", 0644));
  EXPECT_EQ(m_dir.get("/target"), "old");
  EXPECT_EQ(m_files.status("/link", FollowLinks::no)->type, effects::FileType::regular);
}

TEST_F(PosixFilesTest, takes_over_a_temporary_that_a_killed_run_left)
{
  m_dir.put("/.x.cudasetup-new", "half of someth");
  EXPECT_TRUE(m_files.write("/x", "new", 0644));
  EXPECT_EQ(m_dir.get("/x"), "new");
  EXPECT_FALSE(m_dir.exists("/.x.cudasetup-new"));
}

TEST_F(PosixFilesTest, does_not_write_through_what_lies_at_the_temporary_name)
{
  m_dir.put("/victim", "untouched");
  m_dir.put_link("/.x.cudasetup-new", "victim");
  EXPECT_TRUE(m_files.write("/x", "new", 0644));
  EXPECT_EQ(m_dir.get("/victim"), "untouched");
  ASSERT_EQ(::link((m_dir.path() + "/victim").c_str(), (m_dir.path() + "/.y.cudasetup-new").c_str()), 0);
  EXPECT_TRUE(m_files.write("/y", "new", 0644));
  EXPECT_EQ(m_dir.get("/victim"), "untouched");
  EXPECT_EQ(m_dir.get("/y"), "new");
}

TEST_F(PosixFilesTest, is_whole_whoever_writes_at_once)
{
  const std::vector<std::string> texts = {std::string(200000, 'a'), std::string(100, 'b'), std::string(70000, 'c')};
  std::vector<std::thread> threads;
  for (const std::string& text : texts) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(m_files.write("/x", text, 0644));
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    const auto seen = m_files.read("/x");
    EXPECT_TRUE(!seen || std::find(texts.begin(), texts.end(), *seen) != texts.end());
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(m_files.list("/"), std::vector<std::string>{"x"});
}

TEST_F(PosixFilesTest, cannot_replace_a_directory)
{
  m_dir.put("/d/x", "");
  const auto written = m_files.write("/d", "text", 0644);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, base::ErrorKind::refused);
  EXPECT_EQ(m_files.list("/"), std::vector<std::string>{"d"});
}

TEST_F(PosixFilesTest, appends)
{
  EXPECT_TRUE(m_files.append("/log", "one\n", 0644));
  EXPECT_TRUE(m_files.append("/log", "two\n", 0600));
  EXPECT_EQ(m_dir.get("/log"), "one\ntwo\n");
  EXPECT_EQ(m_dir.mode("/log"), 0644u);
}

TEST_F(PosixFilesTest, streams)
{
  m_dir.put("/x", "0123");
  const std::string with_hole("a\0b", 3);
  for (const auto& [mode, expected] :
       {std::pair<OpenMode, std::string>{OpenMode::keep, "a1b3"}, {OpenMode::truncate, with_hole}}) {
    auto writer = m_files.open("/x", mode, 0644);
    ASSERT_TRUE(writer);
    EXPECT_TRUE((*writer)->write_at(2, std::string_view("b")));
    EXPECT_TRUE((*writer)->write_at(0, std::string_view("a")));
    EXPECT_TRUE((*writer)->flush());
    EXPECT_TRUE((*writer)->close());
    EXPECT_EQ(m_dir.get("/x"), expected);
  }
  EXPECT_TRUE(m_files.open("/x", OpenMode::truncate, 0644).value()->close());
  EXPECT_EQ(m_dir.get("/x"), "");
}

TEST_F(PosixFilesTest, never_streams_through_a_link)
{
  m_dir.put("/target", "old");
  m_dir.put_link("/link", "target");
  m_dir.put_link("/dangling", "not-there");
  EXPECT_FALSE(m_files.open("/link", OpenMode::truncate, 0644));
  EXPECT_FALSE(m_files.open("/dangling", OpenMode::truncate, 0644));
  EXPECT_EQ(m_dir.get("/target"), "old");
  EXPECT_FALSE(m_dir.exists("/not-there"));
}

TEST_F(PosixFilesTest, reads_ranges)
{
  m_dir.put("/x", "0123456789");
  EXPECT_EQ(m_files.read_range("/x", 2, 3).value(), "234");
  EXPECT_EQ(m_files.read_range("/x", 8, 100).value(), "89");
  EXPECT_EQ(m_files.read_range("/x", 100, 1).value(), "");
  EXPECT_FALSE(m_files.read_range("/y", 0, 1));
  EXPECT_FALSE(m_files.read_range("/", 0, 1));
}

TEST_F(PosixFilesTest, makes_sized_files_small_and_large)
{
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{10}, std::size_t{9} << 20}) {
    const std::string path = "/f" + std::to_string(bytes);
    auto file = m_files.create_sized(path, bytes, 0755);
    ASSERT_TRUE(file);
    ASSERT_EQ((*file)->bytes().size(), bytes);
    std::fill((*file)->bytes().begin(), (*file)->bytes().end(), 'x');
    EXPECT_TRUE((*file)->close());
    file->reset();
    EXPECT_EQ(m_dir.get(path), std::string(bytes, 'x'));
    EXPECT_EQ(m_dir.mode(path), 0755u);
    EXPECT_FALSE(m_files.create_sized(path, bytes, 0755));
    const auto view = m_files.view(path);
    ASSERT_TRUE(view);
    EXPECT_EQ((*view)->bytes().size(), bytes);
    EXPECT_TRUE(std::all_of((*view)->bytes().begin(), (*view)->bytes().end(), [](char c) { return c == 'x'; }));
  }
  EXPECT_TRUE(m_files.sync("/f10"));
}

TEST_F(PosixFilesTest, removes_a_tree_and_not_what_its_links_point_to)
{
  m_dir.put("/keep/file", "kept");
  m_dir.put("/tree/a/b/c", "");
  m_dir.put_link("/tree/a/link", "../../keep");
  m_dir.put_link("/tree/absolute", "/keep");
  m_dir.put_link("/link", "keep");
  EXPECT_TRUE(m_files.remove("/tree"));
  EXPECT_TRUE(m_files.remove("/link"));
  EXPECT_EQ(m_files.list("/"), std::vector<std::string>{"keep"});
  EXPECT_EQ(m_dir.get("/keep/file"), "kept");
  EXPECT_TRUE(m_files.remove("/tree"));
  EXPECT_TRUE(m_files.remove("/keep/file/x"));
  EXPECT_FALSE(m_files.remove("/"));
}

TEST_F(PosixFilesTest, renames_and_links)
{
  m_dir.put("/a", "text");
  EXPECT_TRUE(m_files.rename("/a", "/b"));
  EXPECT_TRUE(m_files.make_link("/c", "b"));
  EXPECT_FALSE(m_files.make_link("/c", "b"));
  EXPECT_EQ(m_files.read("/c"), "text");
  EXPECT_EQ(m_files.link_target("/c"), "b");
  EXPECT_FALSE(m_files.link_target("/b"));
  EXPECT_TRUE(m_files.set_mode("/c", 0600));
  EXPECT_EQ(m_dir.mode("/b"), 0600u);
  EXPECT_FALSE(m_files.rename("/not-there", "/b"));
}

TEST_F(PosixFilesTest, keeps_directories_that_exist_as_they_are)
{
  EXPECT_TRUE(m_files.make_directories("/a/b", 0700));
  EXPECT_TRUE(m_files.make_directories("/a//b/./c/", 0755));
  EXPECT_EQ(m_dir.mode("/a/b"), 0700u);
  EXPECT_EQ(m_dir.mode("/a/b/c"), 0755u);
  m_dir.put("/file", "");
  const auto made = m_files.make_directories("/file/x", 0755);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("Not a directory"), std::string::npos);
}

TEST_F(PosixFilesTest, what_is_started_under_a_lock_holds_it_until_it_ends)
{
  m_dir.put("/lock", "");
  auto lock = m_files.lock("/lock").value();
  ASSERT_NE(lock, nullptr);
  EXPECT_EQ(m_files.lock("/lock").value(), nullptr);
  std::array<int, 2> until{};
  ASSERT_EQ(::pipe(until.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(until[0], STDIN_FILENO);
    ::close(until[1]);
    ::execl("/bin/cat", "cat", nullptr);
    ::_exit(127);
  }
  ::close(until[0]);
  lock.reset();
  // Only once it runs is all closed that a program does not inherit.
  std::string name;
  for (int i = 0; i < 500 && name != "cat"; ++i) {
    ::usleep(10'000);
    std::ifstream comm("/proc/" + std::to_string(child) + "/comm");
    std::getline(comm, name);
  }
  ASSERT_EQ(name, "cat");
  EXPECT_EQ(m_files.lock("/lock").value(), nullptr);
  ::close(until[1]);
  ::waitpid(child, nullptr, 0);
  EXPECT_NE(m_files.lock("/lock").value(), nullptr);
}

TEST_F(PosixFilesTest, tell_who_holds_a_record_lock)
{
  m_dir.put("/lock", "");
  EXPECT_FALSE(m_files.lock_owner("/lock"));
  EXPECT_FALSE(m_files.lock_owner("/no-such-lock"));
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const std::string path = m_dir.path() + "/lock";
  const pid_t other = ::fork();
  if (other == 0) {
    const int file = ::open(path.c_str(), O_RDWR);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    const char word = ::fcntl(file, F_SETLK, &lock) == 0 ? '+' : '-';
    static_cast<void>(::write(ready[1], &word, 1) + 0);
    ::pause();
    ::_exit(0);
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, '+');
  EXPECT_EQ(m_files.lock_owner("/lock"), other);
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  EXPECT_FALSE(m_files.lock_owner("/lock"));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(PosixFilesTest, locks_against_another_holder)
{
  auto held = m_files.lock("/lock");
  ASSERT_TRUE(held);
  ASSERT_NE(*held, nullptr);
  const auto second = m_files.lock("/lock");
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, nullptr);
  held->reset();
  EXPECT_NE(*m_files.lock("/lock"), nullptr);
  EXPECT_FALSE(m_files.lock("/no/such/folder"));
}

TEST_F(PosixFilesTest, tells_the_room_for_a_path_that_is_not_there_yet)
{
  const auto here = m_files.space("/");
  ASSERT_TRUE(here);
  EXPECT_GT(here->free_bytes, 0u);
  const auto later = m_files.space("/not/there/yet");
  ASSERT_TRUE(later);
  EXPECT_EQ(later->device, here->device);
  EXPECT_NE(PosixFiles("/").space("/proc")->device, here->device);
}

TEST_F(PosixFilesTest, says_who_may_write_where_we_may_not)
{
  if (::geteuid() == 0) {
    GTEST_SKIP() << "root may write everywhere";
  }
  const auto written = PosixFiles("/").write("/etc/cudasetup-test", "x", 0644);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, base::ErrorKind::needs_root);
  EXPECT_FALSE(written.error().hints.empty());
}

} // namespace
} // namespace cudasetup::system
