#include "host/tool_version.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

std::string text_of(const std::optional<base::Version>& version)
{
  return version ? version->text() : "unknown";
}

TEST(UpstreamVersion, LeavesEpochAndRevision)
{
  EXPECT_EQ(text_of(upstream_version("4:12.2.0-3")), "12.2.0");
  EXPECT_EQ(text_of(upstream_version("2.35-0ubuntu3.8")), "2.35");
  EXPECT_EQ(text_of(upstream_version("1.21.1ubuntu2.3")), "1.21.1");
  EXPECT_EQ(text_of(upstream_version("3.11.2-1+b1")), "3.11.2");
  EXPECT_EQ(text_of(upstream_version("2.4.12")), "2.4.12");
  EXPECT_EQ(text_of(upstream_version("3.30.0~rc1-1")), "3.30.0");
  EXPECT_EQ(text_of(upstream_version("11.8.0-1")), "11.8.0");
  for (const char* text : {"", ":", "4:", "snapshot", "~1", "-1"}) {
    EXPECT_EQ(text_of(upstream_version(text)), "unknown") << text;
  }
}

TEST(ToolVersion, ReadsWhatToolsPrint)
{
  EXPECT_EQ(text_of(parse_tool_version("11.4.0\n")), "11.4.0");
  EXPECT_EQ(text_of(parse_tool_version("9\n")), "9");
  EXPECT_EQ(text_of(parse_tool_version("cmake version 3.25.1\n\nCMake suite maintained by Kitware (kitware.com)\n")),
            "3.25.1");
  EXPECT_EQ(text_of(parse_tool_version("cmake version 3.31.0-rc2\n")), "3.31.0");
  EXPECT_EQ(text_of(parse_tool_version("Python 3.10.12\n")), "3.10.12");
  EXPECT_EQ(text_of(parse_tool_version("Python 3.13.0rc1+\n")), "3.13.0");
  EXPECT_EQ(text_of(parse_tool_version("gcc-11 (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0\n")), "11.4.0");
  for (const char* text : {"", "\n", "no number", "version .", "\xff 1"}) {
    EXPECT_EQ(text_of(parse_tool_version(text)), "unknown") << text;
  }
}

TEST(GlibcFileName, ReadsOldNames)
{
  EXPECT_EQ(text_of(parse_glibc_file_name("libc-2.27.so")), "2.27");
  for (const char* name : {"libc.so.6", "libc-.so", "libc-x.so", "", "libc-2.27"}) {
    EXPECT_EQ(text_of(parse_glibc_file_name(name)), "unknown") << name;
  }
}

TEST(PackageOfProgram, KnowsDistributionPrograms)
{
  EXPECT_EQ(package_of_program("/usr/bin/x86_64-linux-gnu-gcc-11"), "gcc-11");
  EXPECT_EQ(package_of_program("/usr/bin/aarch64-linux-gnu-gcc-13"), "gcc-13");
  EXPECT_EQ(package_of_program("/usr/bin/gcc-12"), "gcc-12");
  EXPECT_EQ(package_of_program("/usr/bin/python3.10"), "python3.10-minimal");
  EXPECT_EQ(package_of_program("/usr/bin/cmake"), "cmake");
  for (const char* path : {"/usr/local/bin/cmake",
                           "/opt/gcc-13",
                           "/usr/bin/gcc",
                           "/usr/bin/gcc-",
                           "/usr/bin/gcc-ar",
                           "/usr/bin/python3.x",
                           "",
                           "/usr/bin/"}) {
    EXPECT_EQ(package_of_program(path), "") << path;
  }
}

} // namespace
} // namespace cudasetup::host
