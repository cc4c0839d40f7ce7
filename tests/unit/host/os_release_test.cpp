#include "host/os_release.hpp"

#include "support/test_data.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(OsRelease, ReadsUbuntu)
{
  const OsRelease os = parse_os_release(test::read_data("host/ubuntu2204.os-release"));
  EXPECT_EQ(os.id, "ubuntu");
  EXPECT_EQ(os.id_like, "debian");
  EXPECT_EQ(os.version_id, "22.04");
  EXPECT_EQ(os.name, "Ubuntu 22.04.5 LTS");
  EXPECT_EQ(os.ubuntu_codename, "jammy");
}

TEST(OsRelease, ReadsADerivative)
{
  const OsRelease os = parse_os_release(test::read_data("host/mint22.os-release"));
  EXPECT_EQ(os.id, "linuxmint");
  EXPECT_EQ(os.id_like, "ubuntu debian");
  EXPECT_EQ(os.ubuntu_codename, "noble");
}

TEST(OsRelease, TakesEveryKindOfQuotesAndEscapes)
{
  EXPECT_EQ(parse_os_release("ID=bare").id, "bare");
  EXPECT_EQ(parse_os_release("ID='single'").id, "single");
  EXPECT_EQ(parse_os_release("ID='a\\b'").id, "a\\b");
  EXPECT_EQ(parse_os_release(R"(PRETTY_NAME="say \"hi\" for \$5 \\ \`")").name, "say \"hi\" for $5 \\ `");
  EXPECT_EQ(parse_os_release("PRETTY_NAME=\"it's\"").name, "it's");
  EXPECT_EQ(parse_os_release("ID=a\"b c\"'d'").id, "ab cd");
  EXPECT_EQ(parse_os_release("ID=ubuntu # not a value").id, "ubuntu");
}

TEST(OsRelease, LastOfDoubledNamesCounts)
{
  EXPECT_EQ(parse_os_release("ID=debian\nID=ubuntu\n").id, "ubuntu");
}

TEST(OsRelease, TakesWindowsLineEndsAndAMissingLastOne)
{
  EXPECT_EQ(parse_os_release("ID=ubuntu\r\nVERSION_ID=\"20.04\"").version_id, "20.04");
}

TEST(OsRelease, GivesAValueForAnyText)
{
  for (const std::string text :
       {"", "\n\n", "=", "ID", "ID=", "ID=\"", "ID='", "#ID=ubuntu", "export ID=x", "\xff\xfe=\x01"}) {
    EXPECT_EQ(parse_os_release(text), OsRelease{}) << text;
  }
  EXPECT_EQ(parse_os_release("ID=\"open").id, "open");
  EXPECT_EQ(parse_os_release("ID=\\").id, "\\");
  EXPECT_EQ(parse_os_release(std::string("ID=a\0b", 6)).id, std::string("a\0b", 3));
}

} // namespace
} // namespace cudasetup::host
