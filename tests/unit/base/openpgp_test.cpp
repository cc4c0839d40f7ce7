#include "base/openpgp.hpp"

#include "support/sample_key.hpp"

#include <gtest/gtest.h>

namespace cudasetup::base {

namespace {

using Fingerprints = std::vector<std::string>;

/// The packet of the sample key, with the old header of length 0x33.
const std::string k_packet = std::string("\x98\x33\x04", 3) +
                             std::string("\x6b\x04\x0f\x4b\x16\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01\x01\x07\x40"
                                         "\xab\x0f\x2b\x74\xbe\x2a\xdf\x47\x29\x8d\xf9\x34\x3c\x4b\x6f\x88\xd1\xcf\x4f"
                                         "\x4c\xb0\x01\x6f\xcb\xa6\x33\x02\x1e\xff\x3e\xfd\xb2",
                                         50);

TEST(KeyFingerprints, are_those_that_gpg_tells)
{
  EXPECT_EQ(key_fingerprints(test::k_armored_key), Fingerprints{test::k_fingerprint});
  EXPECT_EQ(key_fingerprints(k_packet), Fingerprints{test::k_fingerprint});
}

TEST(KeyFingerprints, are_the_same_behind_every_header)
{
  const std::string body = k_packet.substr(2);
  EXPECT_EQ(key_fingerprints(std::string("\xc6\x33", 2) + body), Fingerprints{test::k_fingerprint});
  EXPECT_EQ(key_fingerprints(std::string("\xc6\xff\0\0\0\x33", 6) + body), Fingerprints{test::k_fingerprint});
  EXPECT_EQ(key_fingerprints(std::string("\x99\0\x33", 3) + body), Fingerprints{test::k_fingerprint});
}

TEST(KeyFingerprints, are_of_every_primary_key_and_of_no_subkey)
{
  std::string subkey = k_packet;
  subkey[0] = static_cast<char>(0xB8);
  EXPECT_EQ(key_fingerprints(k_packet + subkey + k_packet).size(), 2U);
}

TEST(KeyFingerprints, are_none_where_there_is_no_key)
{
  for (const std::string& text : {std::string(),
                                  std::string("KEY"),
                                  std::string("-----BEGIN PGP PUBLIC KEY BLOCK-----\n"),
                                  std::string("-----BEGIN CERTIFICATE-----\n\nmDMEawQP\n")}) {
    EXPECT_EQ(key_fingerprints(text), Fingerprints{});
  }
  for (std::size_t size = 0; size < k_packet.size(); ++size) {
    EXPECT_EQ(key_fingerprints(k_packet.substr(0, size)), Fingerprints{}) << size;
  }
}

TEST(PublicKeys, say_whether_sha1_alone_binds_them)
{
  const auto keys = public_keys(test::k_armored_key);
  EXPECT_EQ(keys, (std::vector<PublicKey>{{test::k_fingerprint, Binding::strong}}));
  EXPECT_EQ(public_keys(test::k_sha1_key), (std::vector<PublicKey>{{test::k_sha1_fingerprint, Binding::sha1}}));
  EXPECT_EQ(public_keys(k_packet), (std::vector<PublicKey>{{test::k_fingerprint, Binding::none}}));
}

TEST(PublicKeys, are_not_bound_by_the_signatures_of_others)
{
  // A certification of version 4 with SHA-1 and the issuer 0102030405060708, then the same by the key itself.
  const std::string others = std::string("\x88\x16\x04\x10\x16\x02\0\0\0\x0a\x09\x10\x01\x02\x03\x04\x05\x06\x07"
                                         "\x08\0\0\0\0",
                                         24);
  std::string own = others;
  own.replace(12, 8, "\x6c\x47\x41\xca\xec\xa1\x6c\x3b");
  EXPECT_EQ(public_keys(k_packet + others).front().binding, Binding::none);
  EXPECT_EQ(public_keys(k_packet + own).front().binding, Binding::sha1);
  for (std::size_t size = 1; size < own.size(); ++size) {
    EXPECT_EQ(public_keys(k_packet + own.substr(0, size)).front().binding, Binding::none) << size;
  }
}

} // namespace

} // namespace cudasetup::base
