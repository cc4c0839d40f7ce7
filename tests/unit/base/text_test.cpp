#include "base/text.hpp"

#include <gtest/gtest.h>

namespace cudasetup::base {
namespace {

using Pieces = std::vector<std::string_view>;

TEST(Text, SplitsLinesAndWords)
{
  EXPECT_EQ(split("a,,b", ','), (Pieces{"a", "", "b"}));
  EXPECT_EQ(lines("one\r\ntwo\n\nfour"), (Pieces{"one", "two", "", "four"}));
  EXPECT_EQ(lines(""), Pieces{});
  EXPECT_EQ(words("  a \t b\n"), (Pieces{"a", "b"}));
  EXPECT_EQ(trim(" \t x y \n"), "x y");
}

TEST(Text, NeutralisesWhatATerminalWouldAct)
{
  EXPECT_EQ(printable("a\x1b[31mred\nb\tc"), "a?[31mred\nb\tc");
  EXPECT_EQ(printable("caf\xc3\xa9 \xe2\x9c\x93"), "caf\xc3\xa9 \xe2\x9c\x93");
  EXPECT_EQ(printable("\xff\xc3"), "??");
  // U+009B is a control sequence introducer in one character.
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "??31m");
  EXPECT_EQ(printable("\xc0\xaf"), "??");
}

TEST(Text, KeepsTheEndOfALongOutput)
{
  EXPECT_EQ(tail("1\n2\n3\n", 2), "2\n3\n");
  EXPECT_EQ(tail("1", 5), "1\n");
}

TEST(Text, NamesSizesForPeople)
{
  EXPECT_EQ(human_bytes(17), "17 bytes");
  EXPECT_EQ(human_bytes(12'345), "12 kB");
  EXPECT_EQ(human_bytes(1'234'567), "1.2 MB");
  EXPECT_EQ(human_bytes(2'000'000'000), "2 GB");
  EXPECT_EQ(human_bytes(5'382'238'770), "5.4 GB");
}

TEST(Text, SuggestsOnlyWhatIsNear)
{
  EXPECT_EQ(nearest("instal", {"install", "plan"}), "install");
  EXPECT_EQ(nearest("11.15", {"11.1", "11.5", "12.4"}), "11.1");
  EXPECT_FALSE(nearest("frobnicate", {"install", "plan"}));
}

TEST(Text, ReadsWholeNumbersOnly)
{
  EXPECT_EQ(parse_number("42"), 42U);
  for (const std::string_view text : {"", "4 2", "-1", "0x10", "99999999999999999999999"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
}

} // namespace
} // namespace cudasetup::base
