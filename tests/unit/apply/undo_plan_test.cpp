#include "unit/apply/undo_plan_fixture.hpp"

namespace cudasetup::apply {

namespace {

TEST_F(UndoPlanTest, nothing_to_do_where_all_is_as_it_was)
{
  package("cuda", std::nullopt, k_there, std::nullopt);
  path({"/etc/pin", Extent::single, {}, ""}, file("a"), {});
  EXPECT_EQ(commands(), Lines{});
  EXPECT_TRUE(m_plan.left.empty() && m_plan.lost.empty());
}

TEST_F(UndoPlanTest, purges_only_what_the_transaction_brought)
{
  package("cuda", std::nullopt, k_there, k_there);
  package("cuda-dep", std::nullopt, k_pulled, k_pulled);
  package("half", std::nullopt, PackageState{"iHR", "1", Mark::manual}, PackageState{"iHR", "1", Mark::manual});
  package("kept-configuration", PackageState{"rc", "0", Mark::manual}, k_there, k_there);
  m_input.now.packages["of-the-user"] = k_there;
  EXPECT_EQ(commands(),
            (Lines{"dpkg --force-remove-reinstreq --purge cuda cuda-dep half",
                   "dpkg --force-remove-reinstreq --remove kept-configuration"}));
}

TEST_F(UndoPlanTest, a_package_that_was_upgraded_since_goes_too)
{
  package("cuda", std::nullopt, k_there, PackageState{"ii", "2", Mark::manual});
  EXPECT_EQ(commands(), Lines{"dpkg --force-remove-reinstreq --purge cuda"});
}

TEST_F(UndoPlanTest, a_package_that_was_asked_for_since_stays_and_is_named)
{
  package("g++", std::nullopt, k_pulled, k_there);
  EXPECT_EQ(commands(), Lines{});
  ASSERT_EQ(m_plan.left.size(), 1U);
  EXPECT_EQ(m_plan.left[0].text, "was asked for since, and stays; `sudo apt-get purge g++` removes it");
}

TEST_F(UndoPlanTest, a_changed_version_comes_back_from_what_was_put_aside)
{
  const PackageState later{"ii", "2", Mark::manual};
  package("common", k_there, later, later);
  package("gone", k_there, std::nullopt, std::nullopt);
  package("new", std::nullopt, k_there, k_there);
  m_input.transaction.kept = {{"common", "1", "/k/common.deb"}, {"gone", "1", "/k/gone.deb"}};
  m_input.available = {"/k/common.deb", "/k/gone.deb"};
  EXPECT_EQ(commands(),
            (Lines{"dpkg --unpack /k/common.deb",
                   "dpkg --force-remove-reinstreq --force-depends --purge new",
                   "dpkg --unpack /k/gone.deb",
                   "dpkg --configure common gone"}));
  EXPECT_TRUE(m_plan.lost.empty());
}

TEST_F(UndoPlanTest, what_came_since_keeps_what_it_needs_though_something_returns)
{
  package("gone", k_there, std::nullopt, std::nullopt);
  package("new", std::nullopt, k_there, k_there);
  m_input.transaction.kept = {{"gone", "1", "/k/gone.deb"}};
  m_input.available = {"/k/gone.deb"};
  m_input.now.packages["since"] = PackageState{"ii", "1", Mark::manual};
  EXPECT_EQ(commands(),
            (Lines{"dpkg --force-remove-reinstreq --purge new", "dpkg --unpack /k/gone.deb", "dpkg --configure gone"}));
}

TEST_F(UndoPlanTest, a_package_whose_removal_was_cut_off_comes_back_whole)
{
  const PackageState half{"pH", "1", Mark::automatic};
  const PackageState begun{"rF", "1", Mark::manual};
  const PackageState ready{"iU", "1", Mark::manual};
  package("files-gone", k_pulled, half, half);
  package("prerm-ran", k_there, begun, begun);
  package("unpacked-before", ready, std::nullopt, ready);
  m_input.transaction.kept = {{"files-gone", "1", "/k/files-gone.deb"}, {"prerm-ran", "1", "/k/prerm-ran.deb"}};
  m_input.available = {"/k/files-gone.deb", "/k/prerm-ran.deb"};
  EXPECT_EQ(commands(),
            (Lines{"dpkg --unpack /k/files-gone.deb",
                   "dpkg --configure files-gone prerm-ran",
                   "dpkg --set-selections <<'EOF'\nfiles-gone install\nprerm-ran install\nEOF"}));
}

TEST_F(UndoPlanTest, what_was_to_go_when_apt_was_cut_off_is_wanted_again)
{
  const PackageState doomed{"pi", "1", Mark::manual};
  package("stays", k_pulled, doomed, doomed);
  package("held", PackageState{"hi", "1", Mark::manual}, doomed, doomed);
  EXPECT_EQ(commands(),
            (Lines{"dpkg --set-selections <<'EOF'\nheld install\nstays install\nEOF",
                   "apt-mark auto stays",
                   "apt-mark hold held"}));
}

TEST_F(UndoPlanTest, triggers_that_a_removal_left_are_run)
{
  package("gone", std::nullopt, k_there, std::nullopt);
  m_input.transaction.before.packages["libc-bin"] = k_there;
  m_input.now.packages["libc-bin"] = {"it", "1", Mark::manual};
  EXPECT_EQ(commands(), Lines{"dpkg --triggers-only --pending"});
  m_input.transaction.outcome = journal::Outcome::done;
  EXPECT_EQ(commands(), Lines{}) << "they are of somebody else";
}

TEST_F(UndoPlanTest, what_comes_back_gets_its_mark_and_its_hold)
{
  package("gone", PackageState{"hi", "1", Mark::automatic}, std::nullopt, std::nullopt);
  m_input.transaction.kept = {{"gone", "1", "/k/gone.deb"}};
  m_input.available = {"/k/gone.deb"};
  EXPECT_EQ(commands(),
            (Lines{"dpkg --unpack /k/gone.deb", "dpkg --configure gone", "apt-mark auto gone", "apt-mark hold gone"}));
}

TEST_F(UndoPlanTest, a_version_that_cannot_be_had_is_lost_and_said)
{
  const PackageState later{"ii", "2", Mark::manual};
  package("common", k_there, later, later);
  m_input.transaction.kept = {{"common", "1", "/k/common.deb"}};
  EXPECT_EQ(commands(), Lines{});
  ASSERT_EQ(m_plan.lost.size(), 1U);
  EXPECT_EQ(m_plan.lost[0].about, "common");
}

TEST_F(UndoPlanTest, a_version_that_somebody_changed_since_is_left)
{
  package("common", k_there, PackageState{"ii", "2", Mark::manual}, PackageState{"ii", "3", Mark::manual});
  m_input.transaction.kept = {{"common", "1", "/k/common.deb"}};
  m_input.available = {"/k/common.deb"};
  EXPECT_EQ(commands(), Lines{});
  ASSERT_EQ(m_plan.left.size(), 1U);
  EXPECT_NE(m_plan.left[0].text.find("apt-get install --allow-downgrades common=1"), std::string::npos);
}

TEST_F(UndoPlanTest, marks_and_holds_return)
{
  package("g++", k_pulled, k_there, k_there);
  const PackageState held{"hi", "1", Mark::manual};
  package("driver", k_there, held, held);
  package("unheld", held, k_there, k_there);
  EXPECT_EQ(commands(), (Lines{"apt-mark auto g++", "apt-mark hold unheld", "apt-mark unhold driver"}));
}

TEST_F(UndoPlanTest, an_alternative_that_was_chosen_by_hand_is_chosen_again)
{
  using journal::Alternative;
  m_input.transaction.before.alternatives = {{"cuda", {"manual", "/usr/local/cuda-10.2"}},
                                             {"c++", {"auto", "/usr/bin/g++"}}};
  m_input.transaction.changed.alternatives = {{"cuda", Alternative{"auto", "/usr/local/cuda-11.1"}},
                                              {"c++", Alternative{"auto", "/usr/bin/clang++"}}};
  m_input.now.alternatives = {{"cuda", {"auto", "/usr/local/cuda-11.1"}}, {"c++", {"auto", "/usr/bin/clang++"}}};
  EXPECT_EQ(commands(), Lines{"update-alternatives --set cuda /usr/local/cuda-10.2"});
}

TEST_F(UndoPlanTest, files_links_and_directories_return_in_reverse_order)
{
  path({"/opt/libtorch", Extent::single, {}, ""}, directory(), directory());
  path({"/opt/libtorch/1", Extent::tree, {}, ""}, directory("t"), directory("t"));
  path({"/opt/libtorch/1/inside", Extent::single, {}, ""}, file("i"), file("i"));
  path({"/etc/pin", Extent::single, file("old", 0600), "/s/0001"}, file("new"), file("new"));
  path({"/opt/current", Extent::single, link_to("0"), ""}, link_to("1"), link_to("1"));
  path({"/etc/new", Extent::single, {}, ""}, file("n"), file("n"));
  EXPECT_EQ(commands(),
            (Lines{"rm -f -- /etc/new",
                   "ln -sfT 0 /opt/current",
                   "install -D -m 0600 -o 0 -g 0 /s/0001 /etc/pin.cudasetup-undo",
                   "mv -fT /etc/pin.cudasetup-undo /etc/pin",
                   "mv -T /opt/libtorch/1 /opt/libtorch/.cudasetup-undo-0001-1",
                   "rm -rf -- /opt/libtorch/.cudasetup-undo-0001-1",
                   "rmdir --ignore-fail-on-non-empty -- /opt/libtorch"}));
}

TEST_F(UndoPlanTest, a_tree_that_was_replaced_is_moved_back)
{
  path({"/opt/t", Extent::tree, directory("old"), "/opt/.cudasetup-0001-t"}, directory("new"), directory("new"));
  EXPECT_EQ(commands(),
            (Lines{"mv -T /opt/t /opt/.cudasetup-undo-0001-t",
                   "mv -T /opt/.cudasetup-0001-t /opt/t",
                   "rm -rf -- /opt/.cudasetup-undo-0001-t"}));
  m_input.available.clear();
  EXPECT_EQ(commands(), Lines{});
  EXPECT_EQ(m_plan.lost.at(0).about, "/opt/t");
}

TEST_F(UndoPlanTest, an_undo_that_was_cut_off_in_a_tree_goes_on)
{
  path({"/opt/t", Extent::tree, directory("old"), "/opt/.cudasetup-0001-t"}, directory("new"), {});
  path({"/opt/v", Extent::tree, {}, ""}, directory("venv"), {});
  m_input.available.insert("/opt/.cudasetup-undo-0001-t");
  m_input.available.insert("/opt/.cudasetup-undo-0001-v");
  EXPECT_EQ(commands(),
            (Lines{"rm -rf -- /opt/.cudasetup-undo-0001-v",
                   "rm -rf -- /opt/.cudasetup-undo-0001-t",
                   "mv -T /opt/.cudasetup-0001-t /opt/t"}));
  EXPECT_TRUE(m_plan.left.empty());
}

TEST_F(UndoPlanTest, a_package_that_was_unpacked_in_part_is_completed_before_it_goes)
{
  const PackageState half{"iHR", "1", Mark::automatic};
  package("cuda-opencl", std::nullopt, half, half);
  m_input.cut_off["cuda-opencl"] = "/var/cache/apt/archives/cuda-opencl_1_amd64.deb";
  EXPECT_EQ(commands(),
            (Lines{"dpkg --unpack /var/cache/apt/archives/cuda-opencl_1_amd64.deb",
                   "dpkg --force-remove-reinstreq --purge cuda-opencl"}));
  m_input.cut_off["cuda-opencl"] = "";
  EXPECT_EQ(commands(), Lines{"dpkg --force-remove-reinstreq --purge cuda-opencl"});
  EXPECT_NE(m_plan.lost.at(0).text.find("files of it may stay"), std::string::npos);
}

TEST_F(UndoPlanTest, a_tree_that_was_still_unpacked_goes)
{
  path({"/opt/libtorch/1", Extent::tree, {}, ""}, {}, {});
  path({"/opt/file", Extent::single, {}, ""}, {}, {});
  m_input.available = {"/opt/libtorch/1.cudasetup-new", "/opt/file.cudasetup-new"};
  EXPECT_EQ(commands(), Lines{"rm -rf -- /opt/libtorch/1.cudasetup-new"});
}

TEST_F(UndoPlanTest, a_file_that_was_half_written_goes)
{
  path({"/etc/new", Extent::single, {}, ""}, {}, {});
  m_input.available = {"/etc/.new.cudasetup-new", "/etc/new.part", "/etc/new.part.from"};
  EXPECT_EQ(commands(),
            (Lines{"rm -f -- /etc/.new.cudasetup-new", "rm -f -- /etc/new.part", "rm -f -- /etc/new.part.from"}));
}

TEST_F(UndoPlanTest, a_directory_that_went_is_made_again)
{
  const PathState before{true, {effects::FileType::directory, 0, 0750, 0, 4}, "", ""};
  path({"/opt/libtorch", Extent::single, before, ""}, {}, {});
  EXPECT_EQ(commands(), (Lines{"mkdir -p /opt/libtorch", "chmod 0750 /opt/libtorch", "chown 0:4 /opt/libtorch"}));
}

TEST_F(UndoPlanTest, what_somebody_edited_since_is_left_with_the_choice)
{
  path({"/etc/pin", Extent::single, file("old"), "/s/0001"}, file("new"), file("edited"));
  path({"/opt/t", Extent::tree, {}, ""}, directory("t"), directory("with a file of the user's"));
  EXPECT_EQ(commands(), Lines{});
  ASSERT_EQ(m_plan.left.size(), 2U);
  EXPECT_NE(m_plan.left[0].text.find("`sudo rm -r /opt/t` removes it"), std::string::npos);
  EXPECT_NE(m_plan.left[1].text.find("kept in /s/0001"), std::string::npos);
}

TEST_F(UndoPlanTest, what_kept_nouveau_off_goes_from_the_initial_ram_disk_too)
{
  path({"/etc/modprobe.d/cudasetup-nouveau.conf", Extent::single, {}, ""}, file("1"), file("1"));
  EXPECT_EQ(commands(), (Lines{"rm -f -- /etc/modprobe.d/cudasetup-nouveau.conf", "update-initramfs -u"}));
  m_input.paths_now["/etc/modprobe.d/cudasetup-nouveau.conf"] = file("edited");
  EXPECT_EQ(commands(), Lines{}) << "what somebody edited stays, there too";
}

TEST_F(UndoPlanTest, a_driver_that_goes_needs_a_reboot)
{
  package("g++", std::nullopt, k_there, k_there);
  commands();
  EXPECT_FALSE(m_plan.reboot);
  package("nvidia-driver-580", std::nullopt, k_there, k_there);
  commands();
  EXPECT_TRUE(m_plan.reboot);
}

} // namespace

} // namespace cudasetup::apply
