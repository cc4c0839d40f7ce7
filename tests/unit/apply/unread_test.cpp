#include "apply/unread.hpp"

#include "support/fake_files.hpp"
#include "support/tool_text.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using test::tool_text;
using Archives = std::vector<std::string>;

const std::string k_nvidia = "http://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64";

TEST(UnreadArchives, are_found_in_what_apt_says_of_each_failure)
{
  for (const std::string name : {"unsigned", "expired", "badsig", "no-pubkey", "not-valid-yet", "hash-mismatch"}) {
    EXPECT_EQ(unread_archives(tool_text(name)), Archives{k_nvidia}) << name;
  }
  EXPECT_EQ(unread_archives(tool_text("connection-refused")), Archives{"http://127.0.0.1:8/repo"});
  EXPECT_EQ(unread_archives(tool_text("unresolved")), Archives{"http://nowhere.invalid/repo"});
  EXPECT_EQ(unread_archives(tool_text("success-update")), Archives{});
  EXPECT_EQ(unread_archives(tool_text("signed-by-conflict")), Archives{}) << "all of them";
}

TEST(UnreadArchives, are_named_as_the_source_names_them)
{
  EXPECT_EQ(unread_archives("Err:2 http://127.0.0.1:9/ubuntu focal InRelease\n"
                            "E: Failed to fetch http://127.0.0.1:9/ubuntu/dists/focal/InRelease  Unable to connect\n"
                            "E: Failed to fetch file:/srv/empty/./Packages  File not found\n"),
            (Archives{"http://127.0.0.1:9/ubuntu", "file:/srv/empty"}));
}

TEST(UnreadArchives, are_not_those_that_apt_only_grumbles_about)
{
  EXPECT_EQ(unread_archives("W: http://ppa.example/ubuntu/dists/jammy/InRelease: Key is stored in legacy trusted.gpg\n"
                            "W: Target Packages (main) is configured multiple times in /etc/apt/sources.list:1\n"
                            "Hit:1 http://is.expired.example/ubuntu jammy InRelease\n"),
            Archives{});
}

TEST(UnreadArchives, hold_what_is_below_them)
{
  EXPECT_TRUE(is_in_archive("http://a.example/ubuntu/pool/x.deb", "http://a.example/ubuntu"));
  EXPECT_FALSE(is_in_archive("http://a.example/ubuntu-ports/pool/x.deb", "http://a.example/ubuntu"));
}

TEST(UnreadArchives, are_traced_to_their_files)
{
  test::FakeFiles files;
  files.put("/etc/apt/sources.list", "deb http://a.example/ubuntu jammy main\n")
      .put("/etc/apt/sources.list.d/b.sources", "URIs: http://b.example/x/\n");
  EXPECT_EQ(source_files_of(files, "http://b.example/x"), Archives{"/etc/apt/sources.list.d/b.sources"});
  EXPECT_EQ(source_files_of(files, "http://c.example/x"), Archives{});
}

} // namespace

} // namespace cudasetup::apply
