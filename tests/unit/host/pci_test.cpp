#include "host/pci.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(Pci, ReadsNumbersAndClasses)
{
  EXPECT_EQ(parse_pci_number("0x10de\n"), 0x10de);
  EXPECT_EQ(parse_pci_class("0x030200\n"), 0x030200U);
  for (const char* text : {"", "10de", "0x", "0x10", "0x10deff", "0x10dg", "0x+1de", "0x-001"}) {
    EXPECT_FALSE(parse_pci_number(text)) << text;
  }
  EXPECT_FALSE(parse_pci_class("0x0300"));
}

TEST(Pci, TellsGpusFromTheirSoundAndSwitches)
{
  EXPECT_TRUE(is_display_class(0x030000));
  EXPECT_TRUE(is_display_class(0x030200));
  EXPECT_TRUE(is_display_class(0x038000));
  EXPECT_FALSE(is_display_class(0x030100));
  EXPECT_FALSE(is_display_class(0x040300));
  EXPECT_FALSE(is_display_class(0x0c0330));
  EXPECT_FALSE(is_display_class(0x068000));
}

} // namespace
} // namespace cudasetup::host
