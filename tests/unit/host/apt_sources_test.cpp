#include "host/apt_sources.hpp"

#include "support/test_data.hpp"

#include <gtest/gtest.h>

namespace cudasetup::host {
namespace {

TEST(AptSources, KnowsNvidiasAddresses)
{
  for (const char* uri : {"https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/",
                          "http://developer.download.nvidia.cn/x",
                          "https://DEVELOPER.download.nvidia.com:443/",
                          "https://user:secret@developer.download.nvidia.com/x",
                          "http://127.0.0.1:8080/compute/cuda/repos/ubuntu1804/x86_64",
                          "file:/var/cuda-repo-x-local",
                          "file:///var/cuda-repo-ubuntu1804-11-1-local",
                          "copy:/var/cuda-repo-x",
                          "file:/var/nvidia-driver-local-repo-ubuntu2204-535"}) {
    EXPECT_TRUE(is_nvidia_uri(uri)) << uri;
  }
  for (const char* uri : {"",
                          "http://archive.ubuntu.com/ubuntu",
                          "file:/media/cdrom",
                          "https://nvidia.github.io/x",
                          "https://developer.download.nvidia.com.evil.example/",
                          "file:",
                          "://"}) {
    EXPECT_FALSE(is_nvidia_uri(uri)) << uri;
  }
}

TEST(AptSources, ReadsOneLineForm)
{
  const auto sources = parse_one_line_sources(test::read_data("host/cuda.list"), "/etc/apt/sources.list.d/cuda.list");
  ASSERT_EQ(sources.size(), 4U);
  EXPECT_EQ(sources[0].file, "/etc/apt/sources.list.d/cuda.list");
  EXPECT_EQ(sources[0].uri, "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/");
  EXPECT_EQ(sources[0].signed_by, "/usr/share/keyrings/cuda-archive-keyring.gpg");
  EXPECT_EQ(sources[0].line,
            "deb [signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] "
            "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/ /");
  EXPECT_EQ(sources[1].uri, "file:///var/cuda-repo-ubuntu1804-11-1-local");
  EXPECT_EQ(sources[1].signed_by, "");
  EXPECT_EQ(sources[2].line,
            "deb [ arch=amd64 ] http://developer.download.nvidia.cn/compute/cuda/repos/ubuntu2204/x86_64/ /");
  EXPECT_EQ(sources[3].uri, "http://127.0.0.1:8080/compute/cuda/repos/ubuntu2204/x86_64/");
}

TEST(AptSources, ReadsDeb822Form)
{
  const auto sources = parse_deb822_sources(test::read_data("host/cuda.sources"), "/etc/apt/x.sources");
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].uri, "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2404/x86_64/");
  EXPECT_EQ(sources[0].signed_by, "/usr/share/keyrings/cuda-archive-keyring.gpg");
  EXPECT_EQ(sources[0].line,
            "deb [arch=amd64 signed-by=/usr/share/keyrings/cuda-archive-keyring.gpg] "
            "https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2404/x86_64/ /");
  EXPECT_EQ(sources[1].uri, "file:/var/cuda-repo-ubuntu2404-12-8-local");
  EXPECT_EQ(sources[1].signed_by, "(in the file)");
  EXPECT_EQ(sources[1].line, "deb file:/var/cuda-repo-ubuntu2404-12-8-local ./");
}

TEST(AptSources, SwitchedOffStanzasAreNoSources)
{
  const std::string stanza = "Types: deb\nURIs: https://developer.download.nvidia.com/x\nSuites: /\nEnabled: ";
  EXPECT_EQ(parse_deb822_sources(stanza + "yes", "f").size(), 1U);
  EXPECT_TRUE(parse_deb822_sources(stanza + "No", "f").empty());
  EXPECT_TRUE(parse_deb822_sources(stanza + "false", "f").empty());
}

TEST(AptSources, KnowsWhereInTheFileEachIs)
{
  const auto lines = parse_one_line_sources(test::read_data("host/cuda.list"), "f");
  EXPECT_EQ(lines[1].part, (FilePart{5, {"deb file:///var/cuda-repo-ubuntu1804-11-1-local /"}}));
  EXPECT_TRUE(lines[1].shares_file);
  EXPECT_TRUE(lines[3].trusted);
  EXPECT_FALSE(lines[0].trusted);
  const auto stanzas = parse_deb822_sources(test::read_data("host/cuda.sources"), "f");
  EXPECT_EQ(stanzas[0].part.first_line, 1U);
  EXPECT_EQ(stanzas[0].part.lines.size(), 6U);
  EXPECT_FALSE(stanzas[0].shares_part);
  EXPECT_TRUE(stanzas[1].shares_part) << "the stanza names Ubuntu's archive too";
  EXPECT_TRUE(stanzas[0].shares_file);
  const auto alone = parse_one_line_sources("# mine\ndeb file:/var/cuda-repo-x /\n", "f");
  EXPECT_FALSE(alone.at(0).shares_file);
  const auto with_code = parse_one_line_sources("deb file:/var/cuda-repo-x /\ndeb-src http://x/ a b\n", "f");
  EXPECT_TRUE(with_code.at(0).shares_file);
}

TEST(AptSources, PartsBecomeComments)
{
  EXPECT_EQ(without_parts("a\nb\nc\n", {{2, {"b"}}}), "a\n# switched off by cudasetup: b\nc\n");
  EXPECT_EQ(without_parts("a\nb\n", {{1, {"a", "b"}}}),
            "# switched off by cudasetup: a\n# switched off by cudasetup: b\n");
  EXPECT_EQ(without_parts("a\nb\n", {{2, {"a"}}}), "a\nb\n") << "somebody changed it";
  EXPECT_EQ(without_parts("", {{1, {"a"}}}), "");
}

TEST(AptSources, KnowsLocalDirectories)
{
  EXPECT_EQ(local_directory("file:///var/cuda-repo-x/"), "/var/cuda-repo-x");
  EXPECT_EQ(local_directory("copy:/var/cuda-repo-x"), "/var/cuda-repo-x");
  EXPECT_EQ(local_directory("https://x/y"), "");
}

TEST(AptSources, GivesAValueForAnyText)
{
  for (const char* text : {"",
                           "deb",
                           "deb ",
                           "deb [",
                           "deb []",
                           "deb [signed-by=] ]",
                           "deb\t[a] x",
                           "Types",
                           ":",
                           " x",
                           "Types: deb\nURIs:\nSuites:",
                           "\xff\xfe: \xff"}) {
    EXPECT_TRUE(parse_one_line_sources(text, "f").empty()) << text;
    EXPECT_TRUE(parse_deb822_sources(text, "f").empty()) << text;
  }
}

} // namespace
} // namespace cudasetup::host
