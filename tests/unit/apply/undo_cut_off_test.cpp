#include "unit/apply/undo_plan_fixture.hpp"

namespace cudasetup::apply {

namespace {

TEST_F(UndoPlanTest, what_a_step_that_was_cut_off_did_is_found_by_looking)
{
  journal::Transaction cut_off;
  cut_off.id = "0001";
  cut_off.before.packages = {{"dpkg", k_there}};
  cut_off.intended = {"cuda"};
  cut_off.originals = {{"/etc/pin", Extent::single, {}, ""}};
  test::FakeFiles files;
  files.put("/etc/pin", "half written")
      .put("/var/lib/dpkg/status",
           "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
           "Package: cuda\nStatus: install ok unpacked\nArchitecture: amd64\nVersion: 11\n\n"
           "Package: of-the-user\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n");
  m_input = look_for_undo(files, cut_off).value();
  EXPECT_EQ(commands(), (Lines{"dpkg --force-remove-reinstreq --purge cuda", "rm -f -- /etc/pin"}));
}

TEST_F(UndoPlanTest, what_somebody_did_after_a_crash_is_not_taken_for_the_transactions_own)
{
  journal::Transaction cut_off;
  cut_off.id = "0001";
  cut_off.before.packages = {{"dpkg", k_there}};
  cut_off.before.alternatives["editor"] = {"manual", "/bin/nano"};
  cut_off.originals = {{"/etc/pin", Extent::single, {}, ""}};
  test::FakeFiles files;
  files.put("/etc/pin", "ours")
      .put("/var/lib/dpkg/alternatives/editor", "manual\n/usr/bin/editor\n")
      .put_link("/etc/alternatives/editor", "/usr/bin/vim")
      .put("/var/lib/dpkg/status",
           "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
           "Package: vim\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n");
  cut_off.results["/etc/pin"] = journal::look_at(files, "/etc/pin", Extent::single).value();
  m_input = look_for_undo(files, cut_off).value();
  EXPECT_EQ(commands(), (Lines{"rm -f -- /etc/pin"}));
  files.put("/etc/pin", "edited");
  m_input = look_for_undo(files, cut_off).value();
  EXPECT_EQ(commands(), Lines{});
  ASSERT_EQ(m_plan.left.size(), 1U);
  EXPECT_EQ(m_plan.left[0].about, "/etc/pin");
}

TEST_F(UndoPlanTest, a_saved_original_that_is_spoilt_is_not_put_back)
{
  journal::Transaction done;
  done.id = "0001";
  done.outcome = journal::Outcome::done;
  test::FakeFiles files;
  files.put("/etc/pin", "before");
  done.originals = {
      {"/etc/pin", Extent::single, journal::look_at(files, "/etc/pin", Extent::single).value(), "/s/0001"}};
  files.put("/etc/pin", "after").put("/s/0001", "befo");
  done.results["/etc/pin"] = journal::look_at(files, "/etc/pin", Extent::single).value();
  m_input = look_for_undo(files, done).value();
  EXPECT_EQ(commands(), Lines{});
  ASSERT_EQ(m_plan.lost.size(), 1U);
  files.put("/s/0001", "before");
  m_input = look_for_undo(files, done).value();
  EXPECT_FALSE(commands().empty());
  EXPECT_TRUE(m_plan.lost.empty());
}

TEST_F(UndoPlanTest, what_writing_and_copying_left_half_done_goes)
{
  journal::Transaction cut_off;
  cut_off.id = "0001";
  cut_off.originals = {{"/etc/pin", Extent::single, {}, ""}};
  test::FakeFiles files;
  for (const char* half :
       {"/etc/.pin.cudasetup-new", "/etc/pin.part", "/etc/pin.part.from", "/etc/.pin.part.from.cudasetup-new"}) {
    files.put(half, "half");
  }
  files.put("/opt/t/file", "here")
      .put("/opt/..cudasetup-0001-t.cudasetup-new/file", "a copy")
      .put("/opt/t.cudasetup-new/file", "unpacked")
      .put("/opt/t.cudasetup-old/file", "of the first try");
  cut_off.originals.push_back(
      {"/opt/t", Extent::tree, journal::look_at(files, "/opt/t", Extent::tree).value(), "/opt/.cudasetup-0001-t"});
  m_input = look_for_undo(files, cut_off).value();
  EXPECT_EQ(commands(),
            (Lines{"rm -rf -- /opt/t.cudasetup-new",
                   "rm -rf -- /opt/t.cudasetup-old",
                   "rm -rf -- /opt/..cudasetup-0001-t.cudasetup-new",
                   "rm -f -- /etc/.pin.cudasetup-new",
                   "rm -f -- /etc/pin.part",
                   "rm -f -- /etc/pin.part.from",
                   "rm -f -- /etc/.pin.part.from.cudasetup-new"}));
}

} // namespace

} // namespace cudasetup::apply
