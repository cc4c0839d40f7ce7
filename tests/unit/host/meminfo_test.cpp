#include "host/meminfo.hpp"

#include "support/test_data.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(Meminfo, ReadsTheTotalInBytes)
{
  EXPECT_EQ(parse_memory(test::read_data("host/meminfo")), 16262116ULL * 1024);
}

TEST(Meminfo, AnythingElseIsUnknown)
{
  for (const char* text : {"",
                           "MemTotal:",
                           "MemTotal: x kB",
                           "MemTotal: 5 MB",
                           "MemTotal: 99999999999999999999 kB",
                           "MemTotal: 18446744073709551615 kB",
                           "MemFree: 5 kB"}) {
    EXPECT_FALSE(parse_memory(text)) << text;
  }
}

} // namespace
} // namespace cudasetup::host
