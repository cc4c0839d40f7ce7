#include "base/version.hpp"

#include <gtest/gtest.h>

namespace cudasetup::base {
namespace {

Version version(std::string_view text)
{
  return Version::parse(text).value();
}

TEST(Version, ReadsDottedNumbersAndKeepsTheirSpelling)
{
  EXPECT_EQ(version("455.32.00").text(), "455.32.00");
  EXPECT_EQ(version("455.32.00").part(1), 32U);
  EXPECT_EQ(version("11").part(4), 0U);
  EXPECT_EQ(version("11").part(400), 0U);
  EXPECT_EQ(version("999999999.0").parts().front(), 999999999U);
  EXPECT_EQ(version("1.2.3.4.5.6").parts().size(), 6U);
  EXPECT_TRUE(Version{}.parts().empty());
}

TEST(Version, RefusesWhatIsNoDottedNumber)
{
  for (const std::string_view text :
       {"", ".", "11.", ".1", "11..1", "v11", "11.1a", "11,1", " 11", "1.2.3.4.5.6.7", "1234567890", "-1", "+1"}) {
    EXPECT_FALSE(Version::parse(text)) << text;
  }
}

TEST(Version, ComparesByNumberNotByText)
{
  EXPECT_LT(version("11.2"), version("11.10"));
  EXPECT_EQ(version("11.1"), version("11.1.0"));
  EXPECT_LT(version("450.80.02"), version("455.32"));
  EXPECT_GT(version("13.0.2"), version("12.9.1"));
}

TEST(Version, KnowsWhatItBeginsWith)
{
  EXPECT_TRUE(version("11.1.1").begins_with(version("11")));
  EXPECT_TRUE(version("11.1.1").begins_with(version("11.1")));
  EXPECT_FALSE(version("11.10.1").begins_with(version("11.1")));
  EXPECT_FALSE(version("11").begins_with(version("11.1")));
  EXPECT_EQ(version("11.1.1").prefix(2), "11.1");
}

TEST(DebianVersion, OrdersAsDpkgDoes)
{
  // The pairs are from deb-version(7) and from driver packages of both archives.
  const std::vector<std::pair<std::string_view, std::string_view>> ascending = {
      {"11.1.0-1", "11.1.1-1"},
      {"495.29.05-0ubuntu1", "495.44-0ubuntu0.18.04.1"},
      {"1.0~rc1-1", "1.0-1"},
      {"1.0-1", "1:0.1-1"},
      {"1.0", "1.0-1"},
      {"1.0-1", "1.0a-1"},
      {"2021.3.3.2-b99c4d6", "2021.3.4.0-a0000000"},
      {"1.2", "1.10"},
      {"1.0a", "1.0+"},
  };
  for (const auto& [less, more] : ascending) {
    EXPECT_EQ(compare_debian_versions(less, more), std::strong_ordering::less) << less << " " << more;
    EXPECT_EQ(compare_debian_versions(more, less), std::strong_ordering::greater) << less << " " << more;
  }
  EXPECT_EQ(compare_debian_versions("1.0-0", "1.0"), std::strong_ordering::equal);
  EXPECT_EQ(compare_debian_versions("0:1.01-1", "1.1-1"), std::strong_ordering::equal);
}

} // namespace
} // namespace cudasetup::base
