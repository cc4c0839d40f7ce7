#include "apply/actions.hpp"

#include "base/hash.hpp"
#include "support/fake_machine.hpp"
#include "unit/fetch/zip_writer.hpp"

#include <gtest/gtest.h>

namespace cudasetup::apply {

namespace {

using base::DigestKind;
using base::ErrorKind;
using test::FakeNetwork;

const std::string k_address = "https://developer.download.nvidia.com/compute/cuda/11.1.1/cuda.deb";
const std::string k_file = "/var/cache/cudasetup/cuda.deb";

base::Url url(const std::string& text)
{
  return base::Url::parse(text).value();
}

class ActionsTest : public testing::Test {
protected:
  base::Result<void> run(const plan::Action& action)
  {
    Workbench bench{m_machine.effects, m_tools, m_digests};
    return perform(bench, action);
  }
  std::vector<std::string> changed_by(const plan::Action& action)
  {
    std::vector<std::string> paths;
    for (const ChangedPath& changed : paths_changed_by(m_machine.target, action)) {
      paths.push_back(changed.path);
    }
    return paths;
  }
  static plan::Download download()
  {
    plan::Download download{url(k_address), k_file, std::nullopt, std::nullopt, std::nullopt};
    return download;
  }
  static plan::Download download_with_list()
  {
    plan::Download with_list = download();
    with_list.md5_list = plan::Md5List{url("https://developer.download.nvidia.com/compute/cuda/11.1.1/md5sum.txt"),
                                       "/var/cache/cudasetup/md5sum-11.1.1.txt"};
    return with_list;
  }

  test::FakeMachine m_machine;
  Tools m_tools{m_machine.effects, "", 0};
  journal::KnownDigests m_digests;
};

TEST_F(ActionsTest, writes_a_file_with_its_mode_and_parents)
{
  ASSERT_TRUE(run(plan::WriteFile{"/etc/profile.d/cudasetup.sh", "export CUDA\n", 0640}));
  const test::Node* node = m_machine.target.node("/etc/profile.d/cudasetup.sh");
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->bytes, "export CUDA\n");
  EXPECT_EQ(node->mode, 0640U);
  EXPECT_EQ(m_machine.target.node("/etc/profile.d")->mode, 0755U);
}

TEST_F(ActionsTest, leaves_the_mode_of_a_directory_that_is_there_unless_one_is_asked_for)
{
  m_machine.target.put_directory("/tmp", 01777);
  ASSERT_TRUE(run(plan::MakeDirectory{"/tmp"}));
  ASSERT_TRUE(run(plan::MakeDirectory{"/srv/new"}));
  EXPECT_EQ(m_machine.target.node("/tmp")->mode, 01777U);
  EXPECT_EQ(m_machine.target.node("/srv/new")->mode, 0755U);
}

TEST_F(ActionsTest, makes_a_directory_of_that_mode_also_where_one_is)
{
  m_machine.target.put_directory("/opt/libtorch", 0700);
  ASSERT_TRUE(run(plan::MakeDirectory{"/opt/libtorch", 0755}));
  ASSERT_TRUE(run(plan::MakeDirectory{"/srv/a/b", 0711}));
  EXPECT_EQ(m_machine.target.node("/opt/libtorch")->mode, 0755U);
  EXPECT_EQ(m_machine.target.node("/srv/a")->mode, 0755U);
  EXPECT_EQ(m_machine.target.node("/srv/a/b")->mode, 0711U);
}

TEST_F(ActionsTest, makes_and_replaces_a_link)
{
  ASSERT_TRUE(run(plan::Link{"/opt/libtorch/current", "1.7.1+cu110"}));
  ASSERT_TRUE(run(plan::Link{"/opt/libtorch/current", "1.10.1+cu111"}));
  EXPECT_EQ(m_machine.target.node("/opt/libtorch/current")->bytes, "1.10.1+cu111");
}

TEST_F(ActionsTest, does_not_put_a_link_in_place_of_a_directory_or_file)
{
  m_machine.target.put("/opt/libtorch/current/mine", "precious").put("/opt/file", "precious");
  for (const std::string path : {"/opt/libtorch/current", "/opt/file"}) {
    const auto result = run(plan::Link{path, "1.7.1+cu110"});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::refused);
    EXPECT_EQ(base::to_shell(result.error().hints.at(0).command.value()), "mv " + path + " " + path + ".old");
  }
  EXPECT_EQ(m_machine.target.node("/opt/libtorch/current/mine")->bytes, "precious");
}

TEST_F(ActionsTest, copies_the_file_that_fits_under_its_own_name_or_another)
{
  m_machine.target.put("/var/cuda-repo/cuda-3B1E4A28-keyring.gpg", "KEY", 0600).put("/var/cuda-repo/Packages", "no");
  ASSERT_TRUE(run(plan::CopyMatch{"/var/cuda-repo", "cuda-*-keyring.gpg", "/usr/share/keyrings/", 0644}));
  ASSERT_TRUE(run(plan::CopyMatch{"/var/cuda-repo", "cuda-*-keyring.gpg", "/usr/share/keyrings/local.gpg", 0644}));
  for (const char* path : {"/usr/share/keyrings/cuda-3B1E4A28-keyring.gpg", "/usr/share/keyrings/local.gpg"}) {
    ASSERT_TRUE(m_machine.target.exists(path));
    EXPECT_EQ(m_machine.target.node(path)->bytes, "KEY");
    EXPECT_EQ(m_machine.target.node(path)->mode, 0644U);
  }
  EXPECT_EQ(m_machine.target.list("/usr/share/keyrings").size(), 2U);
}

TEST_F(ActionsTest, refuses_to_copy_where_no_file_or_more_than_one_fits)
{
  m_machine.target.put("/var/cuda-repo/a.pub", "A").put("/var/cuda-repo/b.pub", "B");
  const auto none = run(plan::CopyMatch{"/var/cuda-repo", "*.gpg", "/usr/share/keyrings/"});
  const auto both = run(plan::CopyMatch{"/var/cuda-repo", "*.pub", "/usr/share/keyrings/local.asc"});
  ASSERT_FALSE(none);
  ASSERT_FALSE(both);
  EXPECT_EQ(none.error().message, "no file *.gpg in /var/cuda-repo");
  EXPECT_EQ(both.error().message, "more than one file *.pub in /var/cuda-repo");
  EXPECT_FALSE(none.error().hints.empty());
  EXPECT_FALSE(m_machine.target.exists("/usr/share/keyrings/local.asc"));
}

TEST_F(ActionsTest, removes_what_is_there_and_does_not_mind_what_is_not)
{
  m_machine.target.put("/var/cache/cudasetup/cuda.deb", "x").put("/var/cache/cudasetup/d/e", "x");
  ASSERT_TRUE(run(plan::Remove{{"/var/cache/cudasetup/cuda.deb", "/var/cache/cudasetup/d", "/nowhere"}}));
  EXPECT_TRUE(m_machine.target.list("/var/cache/cudasetup").empty());
}

TEST_F(ActionsTest, unpacks_the_folder_of_a_zip)
{
  m_machine.target.put(
      "/var/cache/cudasetup/libtorch.zip",
      test::ZipWriter().add({"libtorch/", "", 040755, 0}).add({"libtorch/build-version", "1.7.1\n"}).finish());
  ASSERT_TRUE(run(plan::Unpack{"/var/cache/cudasetup/libtorch.zip", "libtorch", "/opt/libtorch/1.7.1+cu110"}));
  ASSERT_TRUE(m_machine.target.exists("/opt/libtorch/1.7.1+cu110/build-version"));
  EXPECT_EQ(m_machine.target.node("/opt/libtorch/1.7.1+cu110/build-version")->bytes, "1.7.1\n");
}

TEST_F(ActionsTest, does_not_unpack_over_a_folder_of_somebodys)
{
  m_machine.target.put("/home/me/thesis", "precious");
  m_machine.target.put("/var/cache/cudasetup/libtorch.zip",
                       test::ZipWriter().add({"libtorch/build-version", "1.7.1\n"}).finish());
  const auto result = run(plan::Unpack{"/var/cache/cudasetup/libtorch.zip", "libtorch", "/home/me"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::refused);
  ASSERT_TRUE(m_machine.target.exists("/home/me/thesis"));
  EXPECT_EQ(m_machine.target.node("/home/me/thesis")->bytes, "precious");
}

TEST_F(ActionsTest, a_zip_that_is_none_is_refused_and_named)
{
  m_machine.target.put("/var/cache/cudasetup/libtorch.zip", "<html>sign in</html>");
  const auto result = run(plan::Unpack{"/var/cache/cudasetup/libtorch.zip", "libtorch", "/opt/libtorch/1.7.1+cu110"});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::untrusted);
  EXPECT_EQ(result.error().context.back(), "unpacking /var/cache/cudasetup/libtorch.zip to /opt/libtorch/1.7.1+cu110");
  EXPECT_FALSE(m_machine.target.exists("/opt/libtorch/1.7.1+cu110"));
}

TEST_F(ActionsTest, runs_a_command)
{
  m_machine.processes.answer({"ldconfig"});
  ASSERT_TRUE(run(plan::Run{base::Command{{"ldconfig"}}}));
  EXPECT_EQ(m_machine.commands(), std::vector<std::string>{"ldconfig"});
}

TEST_F(ActionsTest, fetches_a_file_of_the_right_digest_and_refuses_another)
{
  plan::Download wanted = download();
  wanted.digest = base::digest_of(DigestKind::sha256, "the package");
  m_machine.network.answer(FakeNetwork::file("the package"));
  ASSERT_TRUE(run(wanted));
  EXPECT_EQ(m_machine.target.node(k_file)->bytes, "the package");
  EXPECT_FALSE(m_digests.find(k_address)) << "a digest that is known needs no record";

  wanted.to = "/var/cache/cudasetup/other.deb";
  m_machine.network.answer(FakeNetwork::file("something else")).answer(FakeNetwork::file("something else"));
  const auto result = run(wanted);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::untrusted);
  EXPECT_FALSE(m_machine.target.exists(wanted.to));
}

TEST_F(ActionsTest, does_not_fetch_again_what_is_there)
{
  plan::Download wanted = download();
  wanted.digest = base::digest_of(DigestKind::sha256, "the package");
  m_machine.target.put(k_file, "the package");
  ASSERT_TRUE(run(wanted));
  EXPECT_TRUE(m_machine.network.requests().empty());
}

TEST_F(ActionsTest, checks_a_file_against_its_line_in_a_list_of_md5_sums)
{
  const std::string line = base::digest_of(DigestKind::md5, "the package").hex() + "  cuda.deb\n";
  m_machine.network.answer(FakeNetwork::file(line)).answer(FakeNetwork::file("the package"));
  ASSERT_TRUE(run(download_with_list()));
  EXPECT_EQ(m_machine.target.node(k_file)->bytes, "the package");
  EXPECT_FALSE(m_digests.find(k_address));
}

TEST_F(ActionsTest, refuses_a_file_that_differs_from_its_line_in_the_list)
{
  const std::string line = base::digest_of(DigestKind::md5, "the package").hex() + "  cuda.deb\n";
  m_machine.network.answer(FakeNetwork::file(line))
      .answer(FakeNetwork::file("something else"))
      .answer(FakeNetwork::file("something else"));
  const auto result = run(download_with_list());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::untrusted);
  EXPECT_FALSE(m_machine.target.exists(k_file));
}

TEST_F(ActionsTest, a_list_without_the_file_vouches_for_nothing)
{
  m_machine.network.answer(FakeNetwork::file("00000000000000000000000000000001  other.deb\n"));
  const auto result = run(download_with_list());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::untrusted);
  EXPECT_NE(result.error().message.find("has no line for cuda.deb"), std::string::npos);
  EXPECT_FALSE(result.error().hints.empty());
  EXPECT_EQ(m_machine.network.requests().size(), 1U);
}

TEST_F(ActionsTest, records_the_digest_of_what_nobody_vouches_for)
{
  m_machine.network.answer(FakeNetwork::file("the package"));
  ASSERT_TRUE(run(download()));
  EXPECT_EQ(m_digests.find(k_address), base::digest_of(DigestKind::sha256, "the package"));
  EXPECT_EQ(journal::KnownDigests::load(m_machine.target)->find(k_address), m_digests.find(k_address));
}

TEST_F(ActionsTest, compares_what_nobody_vouches_for_with_what_was_recorded)
{
  ASSERT_TRUE(m_digests.record(m_machine.target, k_address, base::digest_of(DigestKind::sha256, "the package")));
  m_machine.network.answer(FakeNetwork::file("something else")).answer(FakeNetwork::file("something else"));
  const auto result = run(download());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::untrusted);
  EXPECT_EQ(base::to_shell(result.error().hints.back().command.value()), "rm /var/lib/cudasetup/digests.json");
  EXPECT_FALSE(m_machine.target.exists(k_file));
  EXPECT_EQ(m_digests.find(k_address), base::digest_of(DigestKind::sha256, "the package"));
}

TEST_F(ActionsTest, keeps_originals_of_what_it_replaces_outside_the_cache)
{
  using Paths = std::vector<std::string>;
  m_machine.target.put("/var/cuda-repo/cuda-1-keyring.gpg", "KEY").put_directory("/etc/apt/preferences.d");
  m_machine.target.put_directory("/opt/libtorch").put_directory("/usr/share/keyrings");
  EXPECT_EQ(changed_by(plan::WriteFile{"/etc/x", "", 0644}), Paths{"/etc/x"});
  EXPECT_EQ(changed_by(plan::MakeDirectory{"/opt/x", 0755}), Paths{"/opt/x"});
  EXPECT_EQ(changed_by(plan::Unpack{"/z.zip", "libtorch", "/opt/libtorch/1"}), Paths{"/opt/libtorch/1"});
  EXPECT_EQ(changed_by(plan::Link{"/opt/libtorch/current", "1"}), Paths{"/opt/libtorch/current"});
  EXPECT_EQ(changed_by(plan::CopyMatch{"/var/cuda-repo", "cuda-*-keyring.gpg", "/usr/share/keyrings/"}),
            Paths{"/usr/share/keyrings/cuda-1-keyring.gpg"});
  EXPECT_EQ(changed_by(plan::CopyMatch{"/var/cuda-repo", "cuda-*-keyring.gpg", "/etc/k.gpg"}), Paths{"/etc/k.gpg"});
  EXPECT_EQ(changed_by(download()), Paths{});
  plan::Download pin = download();
  pin.to = "/etc/apt/preferences.d/cuda-repository-pin-600";
  EXPECT_EQ(changed_by(pin), Paths{pin.to});
  EXPECT_EQ(changed_by(plan::Run{base::Command{{"ldconfig"}}}), Paths{});
}

TEST_F(ActionsTest, what_a_program_makes_and_missing_parents_count_too)
{
  using Paths = std::vector<std::string>;
  m_machine.target.put_directory("/usr");
  EXPECT_EQ(changed_by(plan::Run{base::Command{{"sh", "cuda.run"}}, plan::OnFailure::stop, {"/usr/local/cuda-11.1"}}),
            (Paths{"/usr/local", "/usr/local/cuda-11.1"}));
  const auto changed = paths_changed_by(m_machine.target, plan::Unpack{"/z.zip", "libtorch", "/usr/t"});
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].extent, journal::Extent::tree);
  EXPECT_EQ(changed[0].former, Former::moved);
}

} // namespace

} // namespace cudasetup::apply
