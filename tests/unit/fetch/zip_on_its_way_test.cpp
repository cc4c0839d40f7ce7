#include "fetch/zip_on_its_way.hpp"

#include "unit/fetch/server_test.hpp"
#include "unit/fetch/zip_writer.hpp"

#include <thread>

namespace cudasetup::fetch {
namespace {

using base::ErrorKind;
using test::FileOperation;
using test::ZipItem;
using test::ZipWriter;

constexpr std::uint64_t k_mebibyte = 1024u * 1024;
const std::string k_to = "/opt/libtorch/1.7.1+cu110";
const std::string k_new = k_to + ".cudasetup-new";

/// A zip of 5 MB over a connection of 1 MB/s; half of it is one library, neither at its beginning nor at its end.
class ZipOnItsWayTest : public ServerTest {
protected:
  ZipOnItsWayTest()
  {
    m_files.put_directory("/opt");
    m_server.set_limits({1});
    serve(zip(1));
  }
  static std::string zip(std::uint32_t seed)
  {
    ZipWriter zip;
    zip.add({"libtorch/", "", 0040755, 0})
        .add({"libtorch/build-version", "1.7.1+cu110\n", 0100644, 0})
        .add({"libtorch/lib/first.so", content(1'300'000, seed), 0100755, 0})
        .add({"libtorch/lib/libtorch.so", content(2'500'000, seed + 1), 0100755, 0})
        .add({"libtorch/lib/last.so", content(1'200'000, seed + 2), 0100755, 0})
        .add({"libtorch/lib/link.so", "libtorch.so", 0120777, 0});
    return zip.finish();
  }
  void serve(const std::string& bytes)
  {
    m_server.files["/x.zip"].bytes = bytes;
    m_request.bytes = bytes.size();
    m_request.digest = base::digest_of(base::DigestKind::sha256, bytes);
  }
  std::unique_ptr<ZipOnItsWay> begin()
  {
    return std::make_unique<ZipOnItsWay>(Tools{m_files, m_server, m_clock, m_events, m_interrupts}, m_request);
  }
  std::unique_ptr<ZipOnItsWay> begin_with_unpacking()
  {
    auto begun = begin();
    begun->unpack(m_unpack);
    return begun;
  }
  base::Result<Unpacked> finish(ZipOnItsWay& begun)
  {
    CUDASETUP_TRY(begun.wait_for_download());
    return begun.put_in_place(m_unpack);
  }
  /// Holds the download up at so many bytes until a file of the new tree has that size, for some seconds at most.
  void hold_for(std::uint64_t bytes, const std::string& path, std::uint64_t size)
  {
    m_server.after_step = [=, this] {
      for (; m_patience > 0 && !m_held && m_server.bytes_sent() >= bytes; --m_patience) {
        const auto status = m_files.status(path, effects::FollowLinks::no);
        m_held = status && status->bytes == size;
        std::this_thread::sleep_for(std::chrono::milliseconds(m_held ? 0 : 10));
      }
    };
  }
  void expect_tree(std::uint32_t seed)
  {
    EXPECT_EQ(m_files.read(k_to + "/build-version"), "1.7.1+cu110\n");
    EXPECT_TRUE(m_files.read(k_to + "/lib/first.so") == content(1'300'000, seed));
    EXPECT_TRUE(m_files.read(k_to + "/lib/libtorch.so") == content(2'500'000, seed + 1));
    EXPECT_TRUE(m_files.read(k_to + "/lib/last.so") == content(1'200'000, seed + 2));
    EXPECT_EQ(m_files.link_target(k_to + "/lib/link.so"), "libtorch.so");
    EXPECT_FALSE(m_files.exists(k_new));
  }
  void expect_no_tree()
  {
    EXPECT_FALSE(m_files.exists(k_new));
    EXPECT_FALSE(m_files.exists(k_to));
  }

  UnpackRequest m_unpack{"/cache/x.zip", "libtorch", k_to, "/opt/libtorch/.kept", "LibTorch"};
  bool m_held = false;
  int m_patience = 500; ///< in steps of 10 ms
};

TEST_F(ZipOnItsWayTest, asks_for_the_directory_first_and_for_the_largest_next)
{
  const auto begun = begin();
  ASSERT_TRUE(begun->wait_for_download());
  const auto& requests = m_server.requests();
  const std::size_t largest = whole().find("libtorch/lib/libtorch.so") - 30;
  ASSERT_GE(requests.size(), 4u);
  EXPECT_EQ(requests[0].from, 0u);
  EXPECT_EQ(requests[0].to, k_mebibyte);
  EXPECT_EQ(requests[1].from, whole().size() - k_mebibyte);
  EXPECT_EQ(requests[2].from, largest);
  EXPECT_EQ(requests[2].to, largest + 30 + std::string_view("libtorch/lib/libtorch.so").size() + 2'500'000);
  EXPECT_EQ(requests[3].from, k_mebibyte);
  EXPECT_EQ(m_server.bytes_sent(), whole().size());
}

TEST_F(ZipOnItsWayTest, unpacks_what_is_there_while_the_rest_arrives)
{
  hold_for(4'800'000, k_new + "/lib/libtorch.so", 2'500'000);
  const auto begun = begin_with_unpacking();
  const auto done = finish(*begun);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(m_held) << "it was not unpacked before the rest had come";
  EXPECT_EQ(done->files, 4u);
  EXPECT_EQ(done->bytes, 5'000'012u);
  expect_tree(1);
  EXPECT_EQ(m_files.list("/cache"), std::vector<std::string>{"x.zip"});
}

TEST_F(ZipOnItsWayTest, tells_its_size_long_before_it_is_whole)
{
  std::optional<ZipOnItsWay::Size> size;
  const auto begun = begin();
  if (const auto told = begun->size()) {
    size = *told;
  }
  ASSERT_TRUE(size);
  EXPECT_EQ(size->total, whole().size());
  EXPECT_EQ(size->unpacked, 5'000'023u) << "with what the link says";
  EXPECT_TRUE(begun->wait_for_download());
}

TEST_F(ZipOnItsWayTest, puts_nothing_in_place_before_it_is_told_to)
{
  {
    const auto begun = begin_with_unpacking();
    ASSERT_TRUE(begun->wait_for_download());
    EXPECT_FALSE(m_files.exists(k_to));
  }
  expect_no_tree();
  EXPECT_EQ(m_files.list("/cache"), std::vector<std::string>{"x.zip"});
}

TEST_F(ZipOnItsWayTest, removes_everything_where_the_digest_is_wrong)
{
  m_request.digest = base::digest_of(base::DigestKind::sha256, "another file");
  const auto begun = begin_with_unpacking();
  const auto done = begun->wait_for_download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::untrusted);
  EXPECT_NE(done.error().message.find("has a wrong digest: not used"), std::string::npos);
  static_cast<void>(begun->put_in_place(m_unpack));
  expect_no_tree();
  EXPECT_TRUE(m_files.list("/cache").empty());
}

TEST_F(ZipOnItsWayTest, takes_nothing_of_what_came_with_a_wrong_digest_when_the_second_try_is_right)
{
  const std::string right = whole();
  const std::string wrong = zip(7);
  m_server.files["/x.zip"].bytes = wrong;
  m_server.after_step = [&] {
    if (m_server.bytes_sent() >= wrong.size()) {
      m_server.files["/x.zip"].bytes = right;
    }
  };
  const auto begun = begin_with_unpacking();
  const auto done = finish(*begun);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_NE(m_events.notices().find("wrong digest; fetching it once more"), std::string::npos);
  expect_tree(1);
}

TEST_F(ZipOnItsWayTest, takes_nothing_of_a_version_that_the_server_replaced)
{
  m_request.digest.reset();
  m_server.after_step = [&] {
    if (m_server.bytes_sent() >= 3'000'000 && m_server.files["/x.zip"].validator != "\"v2\"") {
      m_server.files["/x.zip"] = {zip(7), "\"v2\""};
    }
  };
  const auto begun = begin_with_unpacking();
  const auto done = finish(*begun);
  ASSERT_TRUE(done) << done.error().message;
  expect_tree(7);
}

TEST_F(ZipOnItsWayTest, unpacks_the_whole_where_the_server_gives_no_ranges)
{
  m_server.gives_ranges = false;
  m_server.promises_ranges = false;
  const auto begun = begin_with_unpacking();
  const auto size = begun->size();
  ASSERT_TRUE(size);
  EXPECT_EQ(size->to_come, 0u) << "the directory comes last";
  const auto done = finish(*begun);
  ASSERT_TRUE(done) << done.error().message;
  expect_tree(1);
  EXPECT_EQ(m_server.requests().size(), 1u);
}

TEST_F(ZipOnItsWayTest, an_interrupt_ends_both_and_keeps_the_part)
{
  interrupt_after(4'000'000);
  {
    const auto begun = begin_with_unpacking();
    const auto done = finish(*begun);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::interrupted);
  }
  expect_no_tree();
  EXPECT_EQ(m_files.list("/cache"), (std::vector<std::string>{"x.zip.part", "x.zip.part.from"}));
  EXPECT_EQ(m_server.under_way(), 0u);

  // Another run goes on, and what is there counts at once.
  m_server.after_step = [] {};
  m_interrupts.set(0);
  const std::uint64_t before = m_server.bytes_sent();
  hold_for(before + 700'000, k_new + "/lib/libtorch.so", 2'500'000);
  const auto again = begin_with_unpacking();
  const auto done = finish(*again);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_LT(m_server.bytes_sent(), before + 1'100'000);
  EXPECT_TRUE(m_held);
  expect_tree(1);
}

TEST_F(ZipOnItsWayTest, ends_when_nobody_wants_it_any_more)
{
  begin_with_unpacking().reset();
  expect_no_tree();
  EXPECT_EQ(m_server.under_way(), 0u);
  EXPECT_FALSE(m_files.exists("/cache/x.zip"));
}

TEST_F(ZipOnItsWayTest, a_full_disk_ends_the_download_too)
{
  m_files.fail(FileOperation::stream, k_new + "/lib/libtorch.so", base::make_error(ErrorKind::no_space, "full"));
  // Until it is known that there is no room, the download waits: it cannot be over before.
  m_server.after_step = [this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(m_server.bytes_sent() > 4'700'000 ? 100 : 0));
  };
  const auto begun = begin_with_unpacking();
  const auto done = begun->wait_for_download();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::no_space);
  expect_no_tree();
  EXPECT_EQ(m_files.list("/cache"), (std::vector<std::string>{"x.zip.part", "x.zip.part.from"}));
}

TEST_F(ZipOnItsWayTest, a_zip_that_is_refused_is_told_as_when_it_is_unpacked_alone)
{
  ZipItem bad{"libtorch/lib/x", content(1000), 0100644, 0};
  bad.crc = 1;
  serve(ZipWriter().add({"libtorch/lib/big", content(2'000'000), 0100644, 0}).add(bad).finish());
  const auto begun = begin_with_unpacking();
  ASSERT_TRUE(begun->wait_for_download()) << "it is the file that was meant";
  const auto done = begun->put_in_place(m_unpack);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "/cache/x.zip is refused: the entry \"libtorch/lib/x\" is damaged: its check sum is wrong");
  expect_no_tree();
}

TEST_F(ZipOnItsWayTest, takes_a_whole_file_that_is_there_without_a_request)
{
  m_files.put("/cache/x.zip", whole());
  const auto begun = begin_with_unpacking();
  const auto done = finish(*begun);
  ASSERT_TRUE(done) << done.error().message;
  expect_tree(1);
  EXPECT_TRUE(m_server.requests().empty());
}

TEST_F(ZipOnItsWayTest, replaces_a_former_tree_only_when_it_is_told_to)
{
  m_files.put(k_to + "/build-version", "1.6.0\n").put(k_to + "/share/cmake/Torch/TorchConfig.cmake", "");
  const auto begun = begin_with_unpacking();
  ASSERT_TRUE(begun->wait_for_download());
  EXPECT_EQ(m_files.read(k_to + "/build-version"), "1.6.0\n");
  ASSERT_TRUE(begun->put_in_place(m_unpack));
  expect_tree(1);
  EXPECT_EQ(m_files.read("/opt/libtorch/.kept/build-version"), "1.6.0\n");
}

TEST_F(ZipOnItsWayTest, several_connections_begin_with_the_largest_too)
{
  serve(ZipWriter()
            .add({"libtorch/a", content(3'000'000, 1), 0100644, 0})
            .add({"libtorch/b", content(16'000'000, 2), 0100644, 0})
            .add({"libtorch/c", content(9'000'000, 3), 0100644, 0})
            .finish());
  m_server.set_limits({16});
  m_server.connection_rate = [](std::size_t id) { return id <= 2 ? 1e8 : 2e5; };
  const auto begun = begin_with_unpacking();
  ASSERT_TRUE(finish(*begun));
  EXPECT_GT(m_server.most_under_way(), 4u);
  EXPECT_EQ(m_server.requests().at(2).from, whole().find("libtorch/b") - 30);
  EXPECT_LT(m_server.requests().size(), 60u);
}

/// What a zip gives while only these bytes of it are told to be there.
class ArrivingZipTest : public ::testing::Test {
protected:
  void tell(std::initializer_list<Span> spans, unsigned edition = 1)
  {
    Spans all;
    for (const Span& span : spans) {
      all.add(span);
    }
    m_files.put("/x.part", m_bytes);
    m_zip.has({"/x.part", all, m_bytes.size(), edition});
  }

  test::FakeFiles m_files;
  std::string m_bytes = ZipWriter()
                            .add({"libtorch/a", content(1'100'000, 1), 0100644, 0})
                            .add({"libtorch/b", content(1'200'000, 2), 0100644, 0})
                            .add({"libtorch/c", content(1'300'000, 3), 0100644, 0})
                            .finish();
  std::uint64_t m_b = m_bytes.find("libtorch/b") - 30;
  std::uint64_t m_c = m_bytes.find("libtorch/c") - 30;
  std::uint64_t m_tail = m_bytes.size() - k_mebibyte;
  ArrivingZip m_zip{m_files, ZipLimits{k_most_unpacked_bytes}};
};

TEST_F(ArrivingZipTest, gives_an_entry_once_its_last_byte_is_there)
{
  tell({{0, m_b - 1}, {m_b, m_c}, {m_tail, m_bytes.size()}});
  const auto first = m_zip.next();
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->name, "libtorch/b");
  tell({{0, m_c}, {m_tail, m_bytes.size()}});
  const auto second = m_zip.next();
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->name, "libtorch/a");
  m_zip.ends();
  EXPECT_FALSE(m_zip.next()) << "the last one never came";
}

TEST_F(ArrivingZipTest, wants_the_directory_and_then_the_largest)
{
  EXPECT_EQ(m_zip.wanted_first(m_bytes.size()), (std::vector<Span>{{m_tail, m_bytes.size()}}));
  tell({{m_tail, m_bytes.size()}});
  const auto wanted = m_zip.wanted_first(m_bytes.size());
  ASSERT_EQ(wanted.size(), 5u);
  EXPECT_EQ(wanted[2].from, m_c);
  EXPECT_EQ(wanted[3], (Span{m_b, m_c}));
  EXPECT_EQ(wanted[4], (Span{0, m_b}));
}

TEST_F(ArrivingZipTest, gives_nothing_more_of_a_file_that_was_begun_anew)
{
  tell({{0, m_bytes.size()}});
  ASSERT_TRUE(m_zip.next());
  tell({{0, m_bytes.size()}}, 2);
  EXPECT_FALSE(m_zip.next());
  EXPECT_TRUE(m_zip.is_void());
}

} // namespace
} // namespace cudasetup::fetch
