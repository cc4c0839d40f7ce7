#include "host/toolkit_version.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

std::string text_of(const std::optional<base::Version>& version)
{
  return version ? version->text() : "unknown";
}

// The form of version.json as public logs show it: patch releases and, from packages, the day of the build.
TEST(ToolkitVersion, ReadsVersionJson)
{
  const auto json = [](const std::string& version) {
    return R"({ "cuda" : { "name" : "CUDA SDK", "version" : ")" + version +
           R"(" }, "cuda_nvcc" : { "name" : "CUDA NVCC", "version" : "11.8.89" } })";
  };
  EXPECT_EQ(text_of(parse_version_json(json("11.6.1"))), "11.6.1");
  EXPECT_EQ(text_of(parse_version_json(json("13.0.0"))), "13.0.0");
  EXPECT_EQ(text_of(parse_version_json(json("12.1.20230222"))), "12.1");
  EXPECT_EQ(text_of(parse_version_json(json("12.2.140"))), "12.2");
  EXPECT_EQ(text_of(parse_version_json(json("11"))), "unknown");
  EXPECT_EQ(text_of(parse_version_json(json("new"))), "unknown");
}

TEST(ToolkitVersion, BadVersionJsonIsUnknown)
{
  for (const char* text : {"", "{", "[]", "{}", R"({"cuda":"12.1"})", R"({"cuda":{"version":12.1}})", "\xff"}) {
    EXPECT_EQ(text_of(parse_version_json(text)), "unknown") << text;
  }
}

TEST(ToolkitVersion, ReadsVersionTxt)
{
  EXPECT_EQ(text_of(parse_version_txt("CUDA Version 10.2.89\n")), "10.2");
  EXPECT_EQ(text_of(parse_version_txt("CUDA Version 10.2.89\nCUDA Patch Version 10.2.1\n")), "10.2");
  for (const char* text : {"", "CUDA Version", "CUDA Version x", "10.2"}) {
    EXPECT_EQ(text_of(parse_version_txt(text)), "unknown") << text;
  }
}

TEST(ToolkitVersion, ReadsTheRuntimeHeader)
{
  EXPECT_EQ(text_of(parse_runtime_header("/* text */\n#define CUDART_VERSION  11010\n")), "11.1");
  EXPECT_EQ(text_of(parse_runtime_header("#define CUDART_VERSION 13000\r\n")), "13.0");
  for (const char* text : {"",
                           "#define CUDART_VERSION",
                           "#define CUDART_VERSION x",
                           "#define CUDART_VERSION 12",
                           "#define CUDART_VERSION 99999999",
                           "#if CUDART_VERSION > 11010"}) {
    EXPECT_EQ(text_of(parse_runtime_header(text)), "unknown") << text;
  }
}

TEST(BuildVersion, IsTheFirstLine)
{
  EXPECT_EQ(parse_build_version("1.7.1+cu110\n"), "1.7.1+cu110");
  EXPECT_EQ(parse_build_version(" 2.6.0+cpu \nmore"), "2.6.0+cpu");
  EXPECT_EQ(parse_build_version(""), "");
  EXPECT_EQ(parse_build_version("\x1b[2J"), "?[2J");
}

} // namespace
} // namespace cudasetup::host
