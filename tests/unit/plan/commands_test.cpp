#include "plan/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cudasetup::plan {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> shell(const Action& action, const std::string& root = "")
{
  std::vector<std::string> lines;
  for (const base::Command& command : commands_for(action, root)) {
    lines.push_back(base::to_shell(command));
  }
  return lines;
}

const base::Url k_url = base::Url::parse("https://example.org/d/a.deb").value();

TEST(Commands, FetchWithEitherDigest)
{
  const auto sha = base::Digest::sha256(std::string(64, 'a'));
  const auto md5 = base::Digest::md5(std::string(32, 'b'));
  EXPECT_THAT(shell(Download{k_url, "/c/a.deb", sha, {}, {}}),
              ElementsAre("/usr/lib/apt/apt-helper download-file https://example.org/d/a.deb /c/a.deb SHA256:" +
                          std::string(64, 'a')));
  EXPECT_THAT(shell(Download{k_url, "/c/a.deb", md5, {}, {}}),
              ElementsAre("/usr/lib/apt/apt-helper download-file https://example.org/d/a.deb /c/a.deb MD5Sum:" +
                          std::string(32, 'b')));
}

TEST(Commands, DoNotFetchTheListWhereADigestIsKnown)
{
  const Md5List list{base::Url::parse("https://example.org/md5sum.txt").value(), "/c/list"};
  EXPECT_EQ(shell(Download{k_url, "/c/a.deb", base::Digest::md5(std::string(32, 'b')), list, {}}).size(), 1U);
  EXPECT_EQ(shell(Download{k_url, "/c/a.deb", std::nullopt, list, {}}).size(), 3U);
}

TEST(Commands, WriteFilesWithTheirModeAndEveryByte)
{
  EXPECT_THAT(shell(WriteFile{"/etc/x", "a 'b' $c\nEOF\n", 0600}),
              ElementsAre("mkdir -p /etc",
                          "rm -f /etc/x",
                          "dd of=/etc/x status=none <<'EOF_'\na 'b' $c\nEOF\nEOF_",
                          "chmod 0600 /etc/x"));
}

TEST(Commands, QuoteWhatAShellWouldRead)
{
  EXPECT_THAT(shell(Remove{{"/a b", "/c"}}), ElementsAre("rm -rf -- '/a b' /c"));
  EXPECT_THAT(shell(Link{"/opt/it's", "x y"}),
              ElementsAre("test '!' -e '/opt/it'\\''s' -o -L '/opt/it'\\''s'", "ln -sfT 'x y' '/opt/it'\\''s'"));
}

TEST(Commands, CopyAnExactNameOrAMatch)
{
  EXPECT_THAT(shell(CopyMatch{"/d", "k.pub", "/e/k.asc"}), ElementsAre("install -D -m 0644 /d/k.pub /e/k.asc"));
  EXPECT_THAT(shell(CopyMatch{"/d", "k.pub", "/e/"}), ElementsAre("install -D -m 0644 /d/k.pub /e/k.pub"));
  EXPECT_THAT(shell(CopyMatch{"/d", "k*.gpg", "/e/", 0600}),
              ElementsAre("find /d -maxdepth 1 -name 'k*.gpg' -exec install -D -m 0600 -t /e/ '{}' +"));
  EXPECT_THAT(shell(CopyMatch{"/d", "k*.gpg", "/e/k.gpg"}),
              ElementsAre("find /d -maxdepth 1 -name 'k*.gpg' -exec install -D -m 0644 '{}' /e/k.gpg ';'"));
}

TEST(Commands, RunInsideARoot)
{
  EXPECT_THAT(shell(MakeDirectory{"/opt/x", 0700}, "/srv/root"),
              ElementsAre("chroot /srv/root install -d -m 0700 /opt/x"));
  EXPECT_THAT(shell(MakeDirectory{"/opt/x", 0700}, "/"), ElementsAre("install -d -m 0700 /opt/x"));
  EXPECT_THAT(shell(plan::Run{base::Command{{"sh", "/x.run"}, {{"TMPDIR", "/t"}}}}, "/srv/root"),
              ElementsAre("chroot /srv/root env TMPDIR=/t sh /x.run"));
  EXPECT_THAT(shell(WriteFile{"/etc/x", "a\n"}, "/srv/root"),
              ElementsAre("chroot /srv/root mkdir -p /etc",
                          "chroot /srv/root rm -f /etc/x",
                          "chroot /srv/root dd of=/etc/x status=none <<'EOF'\na\nEOF",
                          "chroot /srv/root chmod 0644 /etc/x"));
}

TEST(Commands, LeaveTheModeOfADirectoryUnlessOneIsAskedFor)
{
  EXPECT_THAT(shell(MakeDirectory{"/tmp"}), ElementsAre("mkdir -p /tmp"));
}

TEST(Commands, MoveAFormerTreeAwayOnlyWhereOneWasFound)
{
  EXPECT_THAT(shell(Unpack{"/c/t.zip", "libtorch", "/srv/torch"}),
              ElementsAre("rm -rf /srv/torch.cudasetup-new",
                          "unzip -q /c/t.zip 'libtorch/*' -d /srv/torch.cudasetup-new",
                          "mv -T /srv/torch.cudasetup-new/libtorch /srv/torch",
                          "rmdir /srv/torch.cudasetup-new"));
  EXPECT_THAT(shell(Unpack{"/c/t.zip", "libtorch", "/srv/torch", Former::tree}),
              ElementsAre("test -d /srv/torch/share/cmake/Torch",
                          "rm -rf /srv/torch.cudasetup-new",
                          "unzip -q /c/t.zip 'libtorch/*' -d /srv/torch.cudasetup-new",
                          "rm -rf /srv/torch.cudasetup-old",
                          "mv -T /srv/torch /srv/torch.cudasetup-old",
                          "mv -T /srv/torch.cudasetup-new/libtorch /srv/torch",
                          "rmdir /srv/torch.cudasetup-new",
                          "rm -rf /srv/torch.cudasetup-old"));
}

} // namespace
} // namespace cudasetup::plan
