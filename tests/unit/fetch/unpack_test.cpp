#include "fetch/unpack.hpp"
#include "support/fake_events.hpp"
#include "support/fake_files.hpp"
#include "support/fake_interrupts.hpp"
#include "unit/fetch/zip_writer.hpp"

#include <gtest/gtest.h>

namespace cudasetup::fetch {
namespace {

using test::ZipItem;
using test::ZipWriter;

class Unpack : public ::testing::Test {
protected:
  Unpack() { m_files.put_directory("/opt"); }

  base::Result<Unpacked> unpack(const std::string& zip, unsigned jobs = 0)
  {
    m_files.put("/cache/t.zip", zip);
    UnpackRequest request{
        "/cache/t.zip", "libtorch", "/opt/libtorch/1.7.1+cu110", "/opt/libtorch/.kept", "LibTorch 1.7.1+cu110"};
    request.jobs = jobs;
    return fetch::unpack(m_files, m_events, m_interrupts, request);
  }
  base::Result<Unpacked> unpack_to(const std::string& to)
  {
    return fetch::unpack(
        m_files, m_events, m_interrupts, UnpackRequest{"/cache/t.zip", "libtorch", to, "/opt/kept", "LibTorch"});
  }
  std::string content(const std::string& path)
  {
    return m_files.read("/opt/libtorch/1.7.1+cu110" + path).value_or("-");
  }
  /// A tree of LibTorch's, with one file more.
  void put_former(const std::string& path)
  {
    m_files.put(path + "/build-version", "1.6.0\n").put(path + "/share/cmake/Torch/TorchConfig.cmake", "");
    m_files.put(path + "/former", "old");
  }
  bool leaves_nothing()
  {
    return !m_files.exists("/opt/libtorch/1.7.1+cu110.cudasetup-new") &&
           !m_files.exists("/opt/libtorch/1.7.1+cu110.cudasetup-old");
  }
  /// The message of a refused zip, after which nothing may be left.
  std::string refusal(const std::string& zip)
  {
    const auto done = unpack(zip);
    EXPECT_TRUE(leaves_nothing());
    EXPECT_FALSE(m_files.exists("/opt/libtorch/1.7.1+cu110"));
    if (done) {
      return "accepted";
    }
    EXPECT_EQ(done.error().kind, base::ErrorKind::untrusted);
    EXPECT_FALSE(done.error().hints.empty());
    return done.error().message;
  }

  test::FakeFiles m_files;
  test::FakeEvents m_events;
  test::FakeInterrupts m_interrupts;
};

ZipWriter small_tree()
{
  return ZipWriter()
      .add({"libtorch/", "", 0040755, 0})
      .add({"libtorch/lib/", "", 0040700, 0})
      .add({"libtorch/lib/libc10.so", "shared object", 0100755})
      .add({"libtorch/lib/libc10.so.1", "libc10.so", 0120777, 0})
      .add({"libtorch/bin/tool", "tool", 0100700})
      .add({"libtorch/build-version", "1.7.1+cu110\n", 0100600, 0});
}

TEST_F(Unpack, makes_the_tree_without_its_top_folder)
{
  const auto done = unpack(small_tree().finish());
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->files, 3u);
  EXPECT_EQ(done->bytes, 13u + 4u + 12u);
  EXPECT_EQ(content("/lib/libc10.so"), "shared object");
  EXPECT_EQ(content("/build-version"), "1.7.1+cu110\n");
  EXPECT_EQ(m_files.link_target("/opt/libtorch/1.7.1+cu110/lib/libc10.so.1"), "libc10.so");
  EXPECT_TRUE(leaves_nothing());
}

TEST_F(Unpack, keeps_of_the_modes_only_who_may_execute)
{
  ASSERT_TRUE(unpack(small_tree().finish()));
  const std::string top = "/opt/libtorch/1.7.1+cu110";
  EXPECT_EQ(m_files.node(top + "/bin/tool")->mode, 0755u);
  EXPECT_EQ(m_files.node(top + "/build-version")->mode, 0644u);
  EXPECT_EQ(m_files.node(top + "/lib")->mode, 0755u);
}

TEST_F(Unpack, gives_the_same_tree_with_any_number_of_threads)
{
  ZipWriter zip;
  zip.add({"libtorch/build-version", "1.7.1\n"}).add({"libtorch/share/cmake/Torch/TorchConfig.cmake", "x"});
  for (int i = 0; i < 200; ++i) {
    zip.add({"libtorch/d" + std::to_string(i % 7) + "/f" + std::to_string(i), std::string(i * 50u, 'x')});
  }
  ASSERT_TRUE(unpack(zip.finish(), 1));
  const auto with_one = m_files.nodes();
  ASSERT_TRUE(unpack(zip.finish(), 8));
  ASSERT_TRUE(m_files.remove("/opt/libtorch/.kept"));
  EXPECT_EQ(with_one, m_files.nodes());
}

TEST_F(Unpack, replaces_another_tree_as_a_whole)
{
  put_former("/opt/libtorch/1.7.1+cu110");
  ASSERT_TRUE(unpack(small_tree().finish()));
  EXPECT_EQ(content("/former"), "-");
  EXPECT_EQ(content("/build-version"), "1.7.1+cu110\n");
  EXPECT_TRUE(leaves_nothing());
}

TEST_F(Unpack, takes_an_empty_directory)
{
  m_files.put_directory("/opt/libtorch/1.7.1+cu110");
  ASSERT_TRUE(unpack(small_tree().finish()));
  EXPECT_EQ(content("/build-version"), "1.7.1+cu110\n");
  EXPECT_TRUE(leaves_nothing());
}

TEST_F(Unpack, refuses_to_replace_what_is_not_libtorch)
{
  const std::string zip = small_tree().finish();
  m_files.put("/cache/t.zip", zip);
  m_files.put("/home/me/thesis", "precious").put("/srv/link/build-version", "1.6.0\n");
  m_files.put("/srv/half/build-version", "1.6.0\n").put("/srv/file", "precious");
  ASSERT_TRUE(m_files.make_link("/srv/to", "/srv/link"));
  const auto before = m_files.nodes();
  for (const char* to : {"/home/me", "/srv/half", "/srv/to", "/srv/file"}) {
    const auto done = unpack_to(to);
    ASSERT_FALSE(done) << to;
    EXPECT_EQ(done.error().kind, base::ErrorKind::refused) << to;
    ASSERT_FALSE(done.error().hints.empty());
    EXPECT_NE(done.error().hints[0].text.find("--libtorch-dir"), std::string::npos);
    EXPECT_EQ(m_files.nodes(), before) << to;
  }
}

TEST_F(Unpack, never_takes_a_folder_of_the_system)
{
  m_files.put("/cache/t.zip", small_tree().finish()).put_directory("/mnt");
  const auto before = m_files.nodes();
  for (const char* to : {"/", "//", "/usr", "/opt", "/mnt", "/new"}) {
    EXPECT_FALSE(unpack_to(to)) << to;
    EXPECT_EQ(m_files.nodes(), before) << to;
  }
}

TEST_F(Unpack, leaves_a_neighbour_alone_whatever_it_is_called)
{
  m_files.put("/opt/libtorch/1.7.1+cu110.new/mine", "precious").put("/opt/libtorch/1.7.1+cu110.old/mine", "precious");
  ASSERT_TRUE(unpack(small_tree().finish()));
  EXPECT_EQ(m_files.read("/opt/libtorch/1.7.1+cu110.new/mine"), "precious");
  EXPECT_EQ(m_files.read("/opt/libtorch/1.7.1+cu110.old/mine"), "precious");
}

TEST_F(Unpack, keeps_what_was_there_when_the_zip_is_bad)
{
  put_former("/opt/libtorch/1.7.1+cu110");
  ZipItem bad{"libtorch/x", "x"};
  bad.crc = 1;
  EXPECT_FALSE(unpack(small_tree().add(bad).finish()));
  EXPECT_EQ(content("/former"), "old");
  EXPECT_TRUE(leaves_nothing());
}

TEST_F(Unpack, puts_the_former_back_when_the_new_cannot_take_its_place)
{
  put_former("/opt/libtorch/1.7.1+cu110");
  m_files.fail(test::FileOperation::rename,
               "/opt/libtorch/1.7.1+cu110.cudasetup-new",
               base::make_error(base::ErrorKind::refused, "no"));
  EXPECT_FALSE(unpack(small_tree().finish()));
  EXPECT_EQ(content("/former"), "old");
  EXPECT_TRUE(leaves_nothing());
}

TEST_F(Unpack, the_former_is_kept_where_it_is_asked_for)
{
  put_former("/opt/libtorch/1.7.1+cu110");
  ASSERT_TRUE(unpack(small_tree().finish()));
  EXPECT_EQ(m_files.read("/opt/libtorch/.kept/former"), "old");
  EXPECT_EQ(content("/former"), "-");
  // What is replaced once more is not what was there first.
  put_former("/opt/libtorch/1.7.1+cu110");
  m_files.put("/opt/libtorch/1.7.1+cu110/second", "new");
  ASSERT_TRUE(unpack(small_tree().finish()));
  EXPECT_EQ(m_files.read("/opt/libtorch/.kept/former"), "old");
  EXPECT_EQ(content("/second"), "-");
  EXPECT_TRUE(leaves_nothing());
}

TEST_F(Unpack, recovers_from_being_cut_off_between_the_two_names)
{
  put_former("/opt/libtorch/.kept");
  ZipItem bad{"libtorch/x", "x"};
  bad.crc = 1;
  EXPECT_FALSE(unpack(ZipWriter().add(bad).finish()));
  EXPECT_EQ(content("/former"), "old");
}

TEST_F(Unpack, recovers_from_a_run_that_was_cut_off)
{
  m_files.put("/opt/libtorch/1.7.1+cu110.cudasetup-new/half", "x");
  put_former("/opt/libtorch/1.7.1+cu110.cudasetup-old");
  ZipItem bad{"libtorch/x", "x"};
  bad.crc = 1;
  EXPECT_FALSE(unpack(ZipWriter().add(bad).finish()));
  EXPECT_EQ(content("/former"), "old");
  ASSERT_TRUE(unpack(small_tree().finish()));
  EXPECT_EQ(content("/half"), "-");
  EXPECT_TRUE(leaves_nothing());
}

TEST_F(Unpack, refuses_entries_beside_the_top_folder)
{
  EXPECT_NE(refusal(small_tree().add({"other/x", "x"}).finish()).find("outside the folder libtorch"),
            std::string::npos);
  EXPECT_NE(refusal(small_tree().add({"libtorch2/x", "x"}).finish()).find("outside"), std::string::npos);
  EXPECT_NE(refusal(ZipWriter().add({"libtorch", "x"}).finish()).find("outside"), std::string::npos);
}

TEST_F(Unpack, refuses_links_that_leave_the_tree)
{
  for (const char* target : {"/etc/passwd", "../../x", "lib/../../../x", "../1.6.0"}) {
    const std::string why = refusal(small_tree().add({"libtorch/l", target, 0120777, 0}).finish());
    EXPECT_NE(why.find("link"), std::string::npos) << target << ": " << why;
  }
  EXPECT_NE(refusal(small_tree().add({"libtorch/l", std::string(5000, 'x'), 0120777, 8}).finish()).find("link"),
            std::string::npos);
}

TEST_F(Unpack, names_the_zip_and_the_next_command_before_it_is_unpacked_too)
{
  m_files.put("/cache/evil.zip", ZipWriter().add({"../x", "x"}).finish());
  const auto bytes = unpacked_bytes(m_files, "/cache/evil.zip");
  ASSERT_FALSE(bytes);
  EXPECT_NE(bytes.error().message.find("/cache/evil.zip is refused: "), std::string::npos) << bytes.error().message;
  ASSERT_EQ(bytes.error().hints.size(), 1U);
  EXPECT_EQ(base::to_shell(bytes.error().hints[0].command.value()), "rm /cache/evil.zip");
}

TEST_F(Unpack, names_the_zip_and_the_next_command_when_it_is_damaged)
{
  ZipItem bad{"libtorch/x", "x"};
  bad.crc = 1;
  const auto done = unpack(ZipWriter().add(bad).finish());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "/cache/t.zip is refused: the entry \"libtorch/x\" is damaged: its check sum is wrong");
  ASSERT_FALSE(done.error().hints.empty());
  EXPECT_EQ(done.error().hints[0].command->argv, (std::vector<std::string>{"rm", "/cache/t.zip"}));
}

TEST_F(Unpack, says_before_writing_that_there_is_no_room)
{
  m_files.put_space("/opt", {10, 1});
  const auto done = unpack(small_tree().finish());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, base::ErrorKind::no_space);
  EXPECT_FALSE(m_files.exists("/opt/libtorch"));
}

TEST_F(Unpack, passes_on_a_full_disk_and_leaves_nothing)
{
  m_files.fail(test::FileOperation::stream,
               "/opt/libtorch/1.7.1+cu110.cudasetup-new/bin/tool",
               base::make_error(base::ErrorKind::no_space, "full"));
  const auto done = unpack(small_tree().finish());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, base::ErrorKind::no_space);
  EXPECT_TRUE(leaves_nothing());
}

TEST_F(Unpack, stops_when_interrupted)
{
  m_interrupts.set(1);
  const auto done = unpack(small_tree().finish());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, base::ErrorKind::interrupted);
  EXPECT_TRUE(leaves_nothing());
  EXPECT_FALSE(m_files.exists("/opt/libtorch/1.7.1+cu110"));
}

TEST_F(Unpack, tells_how_far_it_is)
{
  ASSERT_TRUE(unpack(small_tree().finish()));
  const auto progress = m_events.all<effects::Progress>();
  ASSERT_GE(progress.size(), 2u);
  EXPECT_EQ(progress.front().done, 0u);
  EXPECT_EQ(progress.back().done, 29u);
  EXPECT_EQ(progress.back().total, 29u);
  EXPECT_EQ(progress.back().what, "unpacking LibTorch 1.7.1+cu110");
}

} // namespace
} // namespace cudasetup::fetch
