#include "host/apt_preferences.hpp"

#include "support/test_data.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(AptPreferences, ReadsNvidiasPinFile)
{
  const auto pins = parse_apt_preferences(test::read_data("host/preferences"), "/etc/apt/preferences");
  ASSERT_EQ(pins.size(), 6U);
  EXPECT_EQ(pins[0].package, "nsight-compute");
  EXPECT_EQ(pins[0].pin, "origin *ubuntu.com*");
  EXPECT_EQ(pins[0].priority, -1);
  EXPECT_EQ(pins[0].file, "/etc/apt/preferences");
  EXPECT_EQ(pins[2].package, "*");
  EXPECT_EQ(pins[2].pin, "release l=NVIDIA CUDA");
  EXPECT_EQ(pins[2].priority, 600);
}

TEST(AptPreferences, OnePinForEachNamedPackage)
{
  const auto pins = parse_apt_preferences("Package: a b\n c\nPin: version 1\nPin-Priority: 7\n", "f");
  ASSERT_EQ(pins.size(), 3U);
  EXPECT_EQ(pins[0].package, "a");
  EXPECT_EQ(pins[2].package, "c");
  EXPECT_EQ(pins[2].priority, 7);
}

TEST(AptPreferences, KnowsPinsThatTouchNvidia)
{
  EXPECT_TRUE(touches_nvidia({"f", "*", "release l=NVIDIA CUDA", 600}));
  EXPECT_TRUE(touches_nvidia({"f", "*", "origin developer.download.nvidia.com", 600}));
  EXPECT_TRUE(touches_nvidia({"f", "nvidia-driver-*", "release *", -1}));
  EXPECT_FALSE(touches_nvidia({"f", "firefox*", "release o=LP-PPA-mozillateam", 1001}));
  EXPECT_FALSE(touches_nvidia({"f", "*", "release a=jammy-backports", 100}));
}

TEST(AptPreferences, GivesAValueForAnyText)
{
  for (const char* text : {"",
                           "Package: x",
                           "Package: x\nPin: y\nPin-Priority: ",
                           "Pin: y\nPin-Priority: 5",
                           "Package: x\nPin: y\nPin-Priority: 99999999999",
                           "Package: x\nPin: y\nPin-Priority: 5 6"}) {
    EXPECT_TRUE(parse_apt_preferences(text, "f").empty()) << text;
  }
}

} // namespace
} // namespace cudasetup::host
