#include "base/url.hpp"

#include <gtest/gtest.h>

namespace cudasetup::base {
namespace {

TEST(Url, ReadsAddresses)
{
  const Url url = Url::parse("https://Download.pytorch.org/libtorch/cu110/libtorch-1.7.1%2Bcu110.zip").value();
  EXPECT_EQ(url.text(), "https://download.pytorch.org/libtorch/cu110/libtorch-1.7.1%2Bcu110.zip");
  EXPECT_EQ(url.scheme(), "https");
  EXPECT_EQ(url.host(), "download.pytorch.org");
  EXPECT_EQ(url.path(), "/libtorch/cu110/libtorch-1.7.1%2Bcu110.zip");
  EXPECT_EQ(url.file_name(), "libtorch-1.7.1+cu110.zip");
  EXPECT_TRUE(url.is_https());
  EXPECT_EQ(Url::parse("http://127.0.0.1:8080/x?y=1")->port(), 8080);
  EXPECT_EQ(Url::parse("http://127.0.0.1:8080/x?y=1")->path(), "/x?y=1");
  EXPECT_EQ(Url::parse("http://127.0.0.1:8080/x?y=1")->file_name(), "x");
  EXPECT_EQ(Url::parse("http://[::1]:80/x")->host(), "[::1]");
  const Url bare = Url::parse("HTTP://127.0.0.1:8080").value();
  EXPECT_EQ(bare.text(), "http://127.0.0.1:8080");
  EXPECT_EQ(bare.path(), "/");
  EXPECT_EQ(bare.file_name(), "");
}

TEST(Url, RefusesWhatIsNoSafeAddress)
{
  for (const std::string_view text : {"",
                                      "ftp://a/",
                                      "https://",
                                      "https:///x",
                                      "https://user@host/",
                                      "https://a b/",
                                      "https://a/..",
                                      "https://a/x/%2e%2e/y",
                                      "https://a/%zz",
                                      "https://a/\n",
                                      "https://a/`id`",
                                      "https://a:0/",
                                      "https://a:99999/",
                                      "https://a:x/",
                                      "file:///etc/passwd",
                                      "https://a/#f",
                                      "https://a/\"",
                                      "https://a/a%2fb",
                                      "https://a/%00",
                                      "https://a|b/",
                                      "https://[::2]/",
                                      "https://[::1]x/",
                                      "https://a?x/y",
                                      "//a/b"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(Url, KnowsLoopback)
{
  for (const std::string_view text :
       {"http://127.0.0.1/", "http://127.9.9.9:80/", "http://localhost:1/", "http://[::1]:1/"}) {
    EXPECT_TRUE(Url::parse(text)->is_loopback()) << text;
  }
  for (const std::string_view text :
       {"http://127.0.0.1.example.com/", "http://128.0.0.1/", "http://127.0.0.256/", "http://localhost.example.com/"}) {
    EXPECT_FALSE(Url::parse(text)->is_loopback()) << text;
  }
}

TEST(Url, MovesToAMirror)
{
  const Url url = Url::parse("https://developer.download.nvidia.com/compute/cuda/x.deb").value();
  EXPECT_EQ(url.at(*Url::parse("http://127.0.0.1:8080/nvidia/")).text(),
            "http://127.0.0.1:8080/nvidia/compute/cuda/x.deb");
  const Url moved = url.at(*Url::parse("https://mirror.example.com"));
  EXPECT_EQ(moved.text(), "https://mirror.example.com/compute/cuda/x.deb");
  EXPECT_EQ(moved.host(), "mirror.example.com");
  EXPECT_EQ(moved.path(), "/compute/cuda/x.deb");
}

} // namespace
} // namespace cudasetup::base
