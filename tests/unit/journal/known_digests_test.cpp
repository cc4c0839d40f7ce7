#include "journal/known_digests.hpp"

#include "support/fake_files.hpp"

#include <gtest/gtest.h>

namespace cudasetup::journal {

namespace {

using base::ErrorKind;

const std::string k_file(k_digests_file);
const std::string k_pin = "https://developer.download.nvidia.com/cuda-ubuntu1804.pin";

base::Digest digest(char digit)
{
  return base::Digest::sha256(std::string(64, digit)).value();
}

TEST(KnownDigests, are_none_at_first)
{
  test::FakeFiles files;
  EXPECT_FALSE(KnownDigests::load(files)->find(k_pin));
}

TEST(KnownDigests, are_there_in_the_next_run)
{
  test::FakeFiles files;
  auto known = KnownDigests::load(files).value();
  ASSERT_TRUE(known.record(files, k_pin, digest('a')));
  ASSERT_TRUE(known.record(files, "https://example.com/b", digest('b')));
  EXPECT_EQ(known.find(k_pin), digest('a'));
  const auto later = KnownDigests::load(files).value();
  EXPECT_EQ(later.find(k_pin), digest('a'));
  EXPECT_EQ(later.find("https://example.com/b"), digest('b'));
  EXPECT_EQ(files.node(k_file)->mode, 0600U);
}

TEST(KnownDigests, are_recorded_once_and_never_changed)
{
  test::FakeFiles files;
  auto known = KnownDigests::load(files).value();
  ASSERT_TRUE(known.record(files, k_pin, digest('a')));
  const auto before = files.nodes();
  ASSERT_TRUE(known.record(files, k_pin, digest('b')));
  EXPECT_EQ(known.find(k_pin), digest('a'));
  EXPECT_EQ(files.nodes(), before);
}

TEST(KnownDigests, one_that_could_not_be_written_is_not_known)
{
  test::FakeFiles files;
  auto known = KnownDigests::load(files).value();
  files.fail(test::FileOperation::write, k_file, base::make_error(ErrorKind::no_space, "full"));
  EXPECT_EQ(known.record(files, k_pin, digest('a')).error().kind, ErrorKind::no_space);
  EXPECT_FALSE(known.find(k_pin));
  files.mend(test::FileOperation::write, k_file);
  ASSERT_TRUE(known.record(files, k_pin, digest('a')));
  EXPECT_EQ(KnownDigests::load(files)->find(k_pin), digest('a'));
}

TEST(KnownDigests, a_damaged_file_is_refused_not_overlooked)
{
  for (const std::string text : {"",
                                 "{",
                                 "[]",
                                 R"({"schema":"cudasetup.digests/2","sha256":{}})",
                                 R"({"schema":"cudasetup.digests/1"})",
                                 R"({"schema":"cudasetup.digests/1","sha256":{"https://x/":"abc"}})",
                                 R"({"schema":"cudasetup.digests/1","sha256":{"https://x/":1}})",
                                 R"({"schema":"cudasetup.digests/1","sha256":{},"trust":true})"}) {
    test::FakeFiles files;
    files.put(k_file, text);
    const auto known = KnownDigests::load(files);
    ASSERT_FALSE(known) << text;
    EXPECT_EQ(known.error().kind, ErrorKind::document);
    EXPECT_NE(known.error().message.find(k_file), std::string::npos) << known.error().message;
  }
}

} // namespace

} // namespace cudasetup::journal
