#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/hardware.hpp"
#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cudasetup::base {
namespace {

TEST(Digest, TakesOnlyTheRightLength)
{
  const std::string hex(64, 'A');
  EXPECT_EQ(Digest::sha256(hex)->hex(), std::string(64, 'a'));
  EXPECT_FALSE(Digest::sha256(std::string(63, 'a')));
  EXPECT_FALSE(Digest::sha256(std::string(64, 'g')));
  EXPECT_EQ(Digest::md5(std::string(32, '0'))->apt_text(), "MD5Sum:" + std::string(32, '0'));
}

TEST(Hasher, GivesTheKnownDigestsOfAbc)
{
  // FIPS 180-2 appendix B.1; RFC 1321 appendix A.5.
  EXPECT_EQ(digest_of(DigestKind::sha256, "abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Hasher hasher(DigestKind::md5);
  hasher.update("a");
  hasher.update("bc");
  EXPECT_EQ(hasher.finish().hex(), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(ComputeCapability, ReadsItsThreeSpellings)
{
  const ComputeCapability ada{8, 9};
  EXPECT_EQ(ComputeCapability::parse("8.9"), ada);
  EXPECT_EQ(ComputeCapability::parse_sm("sm_89"), ada);
  EXPECT_EQ(ComputeCapability::parse_sm("compute_120"), (ComputeCapability{12, 0}));
  EXPECT_EQ((ComputeCapability{12, 0}).sm(), "sm_120");
  for (const std::string_view text : {"sm_", "sm_9", "sm_90a", "89", "sm_0x", "sm_99999"}) {
    EXPECT_FALSE(ComputeCapability::parse_sm(text)) << text;
  }
}

TEST(PciId, ReadsVendorAndDevice)
{
  EXPECT_EQ(PciId::parse("10de:1eb8"), (PciId{k_nvidia_vendor, 0x1eb8}));
  EXPECT_EQ(PciId::parse("10DE:1EB8")->text(), "10de:1eb8");
  for (const std::string_view text : {"10de", "10de:", "10de:1eb", "10de:1eb88", "10de:xyzw", "0x10de:1eb8"}) {
    EXPECT_FALSE(PciId::parse(text)) << text;
  }
}

TEST(Arch, TakesBothSpellings)
{
  EXPECT_EQ(parse_arch("x86_64"), Arch::amd64);
  EXPECT_EQ(parse_arch("aarch64"), Arch::arm64);
  EXPECT_EQ(nvidia_directory(Arch::arm64), "sbsa");
  EXPECT_FALSE(parse_arch("riscv64"));
}

TEST(ErrorKind, HasOneStatusAndNameEach)
{
  std::set<int> statuses;
  std::set<std::string_view> names;
  for (const ErrorKind kind : all_error_kinds()) {
    statuses.insert(exit_status(kind));
    names.insert(name_of(kind));
  }
  EXPECT_EQ(statuses.size(), all_error_kinds().size());
  EXPECT_EQ(names.size(), all_error_kinds().size());
  EXPECT_EQ(statuses, (std::set<int>{1, 3, 4, 5, 10, 11, 20, 21, 30, 31, 40, 70, 75, 130}));
}

TEST(Error, GathersContextAndHints)
{
  const Error error = make_error(ErrorKind::network, "no route")
                          .while_doing("fetching x")
                          .while_doing("installing")
                          .with_hint("try again", Command{{"cudasetup", "resume"}});
  EXPECT_EQ(error.context, (std::vector<std::string>{"fetching x", "installing"}));
  ASSERT_EQ(error.hints.size(), 1U);
  EXPECT_EQ(to_shell(*error.hints[0].command), "cudasetup resume");
}

} // namespace
} // namespace cudasetup::base
