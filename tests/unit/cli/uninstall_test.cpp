#include "cli/agreement.hpp"
#include "unit/cli/run_fixture.hpp"

namespace cudasetup::cli {

namespace {

using testing::HasSubstr;

class UninstallRunTest : public test::RunTest {
protected:
  UninstallRunTest() { m_is_root = true; }
  void put_toolkit()
  {
    m_machine.target.put("/usr/local/cuda-12.4/bin/nvcc", "", 0755)
        .put("/usr/local/cuda-12.4/version.json", R"({"cuda": {"name": "CUDA SDK", "version": "12.4.20240401"}})");
  }
};

TEST_F(UninstallRunTest, where_nothing_is_there_it_says_so)
{
  EXPECT_THAT(out_of({"uninstall", "--yes"}), HasSubstr("Nothing to uninstall"));
  EXPECT_THAT(out_of({"uninstall", "--cuda", "12.4", "--yes"}), HasSubstr("Nothing to uninstall"));
  const json::Value document = document_of({"uninstall", "--torch", "1.7.1", "--yes", "--json"});
  EXPECT_EQ(text_at(document, "schema"), "cudasetup.uninstall/1");
  EXPECT_EQ(text_at(document_of({"undo", "--yes", "--json"}), "schema"), "cudasetup.undo/1");
}

TEST_F(UninstallRunTest, a_dry_run_prints_a_script_and_touches_nothing)
{
  put_toolkit();
  const auto before = m_machine.target.nodes();
  const std::string script = out_of({"uninstall", "--cuda", "12.4", "--dry-run"});
  EXPECT_TRUE(script.starts_with("#!/bin/sh\n"));
  EXPECT_THAT(script, HasSubstr("rm -rf -- /usr/local/cuda-12.4\n"));
  EXPECT_EQ(m_machine.target.nodes(), before);
  EXPECT_TRUE(m_machine.processes.calls().empty());
}

TEST_F(UninstallRunTest, a_toolkit_that_came_another_way_goes_and_comes_back)
{
  put_toolkit();
  m_machine.processes.answer({"ldconfig"});
  EXPECT_THAT(out_of({"uninstall", "--cuda", "12.4", "--yes"}), HasSubstr("sudo cudasetup undo 0001"));
  EXPECT_FALSE(m_machine.target.exists("/usr/local/cuda-12.4"));
  EXPECT_TRUE(m_machine.target.exists("/usr/local/.cudasetup-0001-cuda-12.4/bin/nvcc"));
  EXPECT_THAT(out_of({"undo", "--dry-run"}),
              HasSubstr("mv -T /usr/local/.cudasetup-0001-cuda-12.4 /usr/local/cuda-12.4\n"));
  EXPECT_THAT(out_of({"history"}), HasSubstr("uninstall --cuda 12.4"));
}

TEST_F(UninstallRunTest, resume_goes_on_with_one_that_failed)
{
  put_toolkit();
  m_machine.processes.answer({"ldconfig"}, "", 1, "no");
  EXPECT_EQ(run({"uninstall", "--cuda", "12.4", "--yes"}), 30);
  m_machine.processes.answer({"ldconfig"});
  put_toolkit(); // as if it had not come so far
  EXPECT_THAT(out_of({"resume"}), HasSubstr("sudo cudasetup undo 0001"));
  EXPECT_FALSE(m_machine.target.exists("/usr/local/cuda-12.4"));
  EXPECT_THAT(out_of({"resume"}), HasSubstr("Nothing to go on with"));
  EXPECT_THAT(out_of({"history"}), testing::MatchesRegex("0001  .* done .*\n"));
}

TEST_F(UninstallRunTest, hold_and_no_hold_exclude_each_other)
{
  EXPECT_EQ(run({"install", "--hold", "--no-hold"}), 3);
  EXPECT_THAT(m_err, HasSubstr("--hold contradicts --no-hold"));
}

TEST_F(UninstallRunTest, after_the_clock_was_set_back_the_newest_is_still_the_last_one)
{
  put_toolkit();
  m_machine.processes.answer({"ldconfig"});
  out_of({"uninstall", "--cuda", "12.4", "--yes"});
  m_machine.clock.advance(-std::chrono::hours(24 * 365));
  put_toolkit();
  out_of({"uninstall", "--cuda", "12.4", "--yes"});
  EXPECT_THAT(out_of({"history"}), testing::MatchesRegex("0002  .*\n0001  .*\n"));
  EXPECT_THAT(out_of({"undo", "--dry-run"}), HasSubstr("takes back transaction 0002 "));
}

TEST_F(UninstallRunTest, what_is_not_kept_is_not_promised)
{
  put_toolkit();
  m_machine.processes.answer({"ldconfig"});
  EXPECT_EQ(out_of({"uninstall", "--cuda", "12.4", "--no-undo", "--yes"}), "Uninstalled.\n");
  EXPECT_FALSE(m_machine.target.exists("/usr/local/.cudasetup-0001-cuda-12.4"));
  run({"undo", "--yes"});
  EXPECT_THAT(m_err, HasSubstr("cannot be taken back exactly"));
  EXPECT_THAT(m_err, HasSubstr("/usr/local/cuda-12.4: was there before, and could not be kept"));
}

TEST_F(UninstallRunTest, words_that_are_no_versions_are_refused)
{
  for (const auto& [option, word] : {std::pair{"--cuda", "latest"}, std::pair{"--torch", "cu110"}}) {
    EXPECT_EQ(run({"uninstall", option, word, "--yes"}), 3);
    EXPECT_THAT(m_err, HasSubstr(std::string(option) + " " + word + ": expected a version"));
  }
  EXPECT_EQ(run({"uninstall", "--driver", "455"}), 3);
}

TEST_F(UninstallRunTest, asks_and_needs_root)
{
  put_toolkit();
  const auto before = m_machine.target.nodes();
  EXPECT_EQ(run({"uninstall", "--cuda", "12.4"}), 3) << "nobody can be asked";
  m_is_root = false;
  EXPECT_EQ(run({"uninstall", "--cuda", "12.4", "--yes"}), 5);
  EXPECT_THAT(m_err, HasSubstr("sudo cudasetup uninstall --cuda 12.4 --yes"));
  auto after = m_machine.target.nodes();
  after.erase("/run");
  after.erase("/run/cudasetup.lock");
  EXPECT_EQ(after, before);
}

TEST_F(UninstallRunTest, control_c_at_the_question_ends_as_interrupted)
{
  put_toolkit();
  m_input = Terminal::yes;
  m_interrupts = 1;
  EXPECT_EQ(run({"uninstall", "--cuda", "12.4"}), 130);
  EXPECT_THAT(m_err, HasSubstr("not agreed to; nothing was changed"));
}

TEST(for_root, commands_to_type_speak_of_the_root_that_is_worked_on)
{
  Options options;
  const std::vector<resolve::Reason> reasons = {{"/opt/x", "stays; `sudo rm -r /opt/x` removes it"}};
  EXPECT_EQ(for_root(reasons, options)[0].text, reasons[0].text);
  options.host.root = "/srv/image";
  EXPECT_EQ(for_root(reasons, options)[0].text, "stays; `sudo chroot /srv/image rm -r /opt/x` removes it");
}

} // namespace

} // namespace cudasetup::cli
