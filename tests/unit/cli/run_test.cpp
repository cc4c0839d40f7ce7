#include "unit/cli/run_fixture.hpp"

namespace cudasetup::cli {
namespace {

using test::RunTest;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::vector<std::string> k_seed = {
    "install", "--cuda", "11.1", "--dry-run", "--os", "ubuntu18.04", "--gpu", "10de:1eb8", "--method", "local"};

TEST_F(RunTest, a_dry_run_prints_the_script_and_touches_nothing)
{
  const auto before = m_machine.target.nodes();
  EXPECT_EQ(run(k_seed), 0);
  EXPECT_THAT(m_out, StartsWith("#!/bin/sh\n"));
  EXPECT_THAT(m_out, HasSubstr("/repos/ubuntu1804/x86_64/cuda-ubuntu1804.pin"));
  EXPECT_THAT(m_out, HasSubstr("/etc/apt/preferences.d/cuda-repository-pin-600"));
  EXPECT_THAT(m_out, HasSubstr("cuda-repo-ubuntu1804-11-1-local_11.1.1-455.32.00-1_amd64.deb"));
  EXPECT_THAT(m_out, HasSubstr("SHA256:117f6dd65b7267839197397edd0b10fd2900b0f291e3e54b0b800caefc31bcb6"));
  EXPECT_EQ(m_err, "");
  expect_untouched(before);
}

TEST_F(RunTest, a_plan_for_another_release_looks_at_nothing_of_this_machine)
{
  EXPECT_EQ(run(k_seed), 0);
  EXPECT_THAT(m_machine.target.reads(), testing::Each("/etc/os-release"));
}

TEST_F(RunTest, a_dry_run_is_the_same_every_time)
{
  run(k_seed);
  const std::string first = std::exchange(m_out, "");
  run(k_seed);
  EXPECT_EQ(m_out, first);
}

TEST_F(RunTest, an_installation_takes_of_the_network_what_it_may)
{
  out_of({"install", "--dry-run", "--jobs", "3", "--limit-rate", "1M"});
  EXPECT_EQ(m_machine.network.limits().connections, 3U);
  EXPECT_EQ(m_machine.network.limits().bytes_per_second, 1048576U);
}

TEST_F(RunTest, a_refusal_has_its_reasons_what_to_take_instead_and_status_1)
{
  EXPECT_EQ(run({"install", "--cuda", "11.8", "--gpu", "10de:2b85", "--dry-run"}), 1);
  EXPECT_THAT(m_err, StartsWith("refused: "));
  EXPECT_THAT(m_err, HasSubstr("cudasetup install --cuda 12.8"));
  EXPECT_EQ(m_out, "");
  EXPECT_EQ(run({"plan", "--cuda", "11.8", "--gpu", "10de:2b85", "--json"}), 1);
  EXPECT_EQ(text_at(document(), "schema"), "cudasetup.refusal/1");
  m_out.clear();
  EXPECT_EQ(run({"plan", "--cuda", "11.8", "--gpu", "10de:2b85", "--format", "json"}), 1);
  EXPECT_EQ(text_at(document(), "schema"), "cudasetup.refusal/1");
}

TEST_F(RunTest, what_is_offered_instead_is_for_the_machine_that_was_named)
{
  EXPECT_EQ(run({"install",
                 "--cuda",
                 "11.8",
                 "--gpu",
                 "10de:2b85",
                 "--os",
                 "ubuntu24.04",
                 "--driver-present",
                 "none",
                 "--mirror",
                 "nvidia=https://m.example/n",
                 "-n"}),
            1);
  EXPECT_THAT(m_err,
              HasSubstr(" --os ubuntu24.04 --gpu 10de:2b85 --driver-present none --mirror nvidia=https://m.example/n "
                        "--dry-run\n"));
}

TEST_F(RunTest, without_a_home_a_user_cannot_verify)
{
  EXPECT_EQ(run({"verify"}), 3);
  EXPECT_THAT(m_err, HasSubstr("HOME is not set"));
}

TEST_F(RunTest, a_plan_that_cannot_be_written_is_a_usage_error)
{
  m_machine.files.fail(cudasetup::test::FileOperation::write,
                       "/nowhere/plan.sh",
                       base::make_error(base::ErrorKind::refused, "/nowhere/plan.sh: No such file or directory"));
  EXPECT_EQ(run({"plan", "--cuda", "12.4", "--toolkit-only", "-o", "/nowhere/plan.sh"}), 3);
  EXPECT_THAT(m_err, HasSubstr("ls -ld /nowhere"));
}

TEST_F(RunTest, every_file_that_cannot_be_read_is_told_with_the_rest)
{
  m_machine.files.put("/m/x.json", R"({"schema": "cudasetup.manifest/1", "extra": 1})");
  EXPECT_EQ(run({"manifest", "lint", "/a.json", "/m/x.json", "/b.json"}), 4);
  for (const char* text : {"/a.json", "/b.json", "/extra", "cudasetup manifest lint /a.json /m/x.json /b.json"}) {
    EXPECT_THAT(m_err, HasSubstr(text));
  }
}

TEST_F(RunTest, on_arm64_torch_comes_as_wheels_alone)
{
  const std::vector<std::string> plan = {
      "plan", "--cuda", "12.8", "--arch", "arm64", "--os", "ubuntu24.04", "--gpu", "sm_90"};
  EXPECT_EQ(run(plan), 1);
  EXPECT_THAT(m_err, HasSubstr("--python"));
  for (const char* format : {"sh", "text", "json"}) {
    std::vector<std::string> with_python = plan;
    with_python.insert(with_python.end(), {"--python", "/opt/venv", "--format", format});
    m_out.clear();
    EXPECT_EQ(run(with_python), 0) << m_err;
    EXPECT_THAT(m_out, HasSubstr("/opt/venv"));
    EXPECT_THAT(m_out, Not(HasSubstr("libtorch-")));
  }
}

TEST_F(RunTest, a_user_is_told_the_command_with_sudo)
{
  const auto before = m_machine.target.nodes();
  EXPECT_EQ(run({"install", "--cuda", "12.4", "--toolkit-only"}), 5);
  EXPECT_THAT(m_err, HasSubstr("sudo cudasetup install --cuda 12.4 --toolkit-only"));
  expect_untouched(before);
}

TEST_F(RunTest, without_a_terminal_and_without_yes_nothing_is_begun)
{
  m_is_root = true;
  const auto before = m_machine.target.nodes();
  EXPECT_EQ(run({"install", "--cuda", "12.4", "--toolkit-only"}), 3);
  EXPECT_THAT(m_err, HasSubstr("--yes"));
  expect_untouched(before);
}

TEST_F(RunTest, a_no_at_the_question_changes_nothing)
{
  m_is_root = true;
  m_input = Terminal::yes;
  const auto before = m_machine.target.nodes();
  EXPECT_EQ(run({"install", "--cuda", "12.4", "--toolkit-only"}), 1);
  EXPECT_THAT(m_err, HasSubstr("nothing was changed"));
  expect_untouched(before);
}

TEST_F(RunTest, another_machine_can_only_be_planned)
{
  m_is_root = true;
  const auto before = m_machine.target.nodes();
  EXPECT_EQ(run({"install", "--cuda", "11.1", "--os", "ubuntu18.04", "--yes"}), 3);
  EXPECT_THAT(m_err, HasSubstr("--dry-run"));
  expect_untouched(before);
}

TEST_F(RunTest, a_plan_that_would_change_something_gives_2_where_asked)
{
  EXPECT_EQ(run({"plan", "--cuda", "12.4", "--toolkit-only", "--detailed-exitcode"}), 2);
  EXPECT_EQ(run({"plan", "--cuda", "12.4", "--toolkit-only"}), 0);
}

TEST_F(RunTest, a_plan_document_names_choice_reasons_and_steps)
{
  EXPECT_EQ(run({"plan", "--cuda", "12.4", "--gpu", "10de:1eb8", "--format", "json"}), 0);
  const json::Value plan = document();
  EXPECT_EQ(text_at(plan, "schema"), "cudasetup.plan/1");
  for (const std::string_view name :
       {"request", "host", "choice", "reasons", "cautions", "steps", "totals", "digests"}) {
    EXPECT_NE(plan.find(name), nullptr) << name;
  }
  EXPECT_EQ(text_at(*plan.find("choice")->find("cuda"), "version"), "12.4.1");
}

TEST_F(RunTest, a_machine_without_transactions_has_no_history)
{
  EXPECT_EQ(run({"history"}), 0);
  EXPECT_THAT(m_out, HasSubstr("Nothing was done"));
  EXPECT_EQ(run({"history", "0007"}), 1);
}

TEST_F(RunTest, every_fault_of_a_manifest_is_told_with_its_place)
{
  m_machine.files.put("/m/x.json",
                      R"({"schema": "cudasetup.manifest/1", "cuda": [{"version": "eleven"}], "extra": 1})");
  EXPECT_EQ(run({"manifest", "lint", "/m/x.json"}), 4);
  EXPECT_THAT(m_err, HasSubstr("/m/x.json"));
  EXPECT_THAT(m_err, HasSubstr("/cuda/0/version"));
  EXPECT_THAT(m_err, HasSubstr("/extra"));
  EXPECT_EQ(run({"install", "--dry-run", "--manifest", "/m"}), 4);
  EXPECT_THAT(m_err, HasSubstr("cudasetup manifest lint /m\n")) << "not the files one by one: there may be thousands";
  EXPECT_EQ(run({"install", "--dry-run", "--manifest", "/nowhere"}), 4);
}

TEST_F(RunTest, systems_that_are_no_ubuntu_lts_are_refused_with_what_to_do)
{
  m_machine.target.put("/etc/os-release",
                       "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=\"21\"\nUBUNTU_CODENAME=jammy\n");
  EXPECT_EQ(run({"install", "--dry-run"}), 1);
  EXPECT_THAT(m_err, HasSubstr("--os ubuntu22.04"));
  EXPECT_EQ(run({"plan", "--cuda", "11.8", "--gpu", "sm_75"}), 1);
  EXPECT_THAT(m_err, HasSubstr("cudasetup plan --cuda 11.8 --os ubuntu22.04 --gpu sm_75"));
  ubuntu("25.04", "plucky");
  EXPECT_EQ(run({"install", "--dry-run"}), 1);
  EXPECT_THAT(m_err, HasSubstr("--os ubuntu24.04"));
}

TEST_F(RunTest, errors_are_a_document_too)
{
  EXPECT_EQ(run({"install", "--cuda", "12.4", "--toolkit-only", "--json"}), 5);
  const json::Value error = document();
  EXPECT_EQ(text_at(error, "schema"), "cudasetup.error/1");
  EXPECT_EQ(text_at(error, "kind"), "needs-root");
}

TEST_F(RunTest, what_is_there_can_be_verified_on_any_system)
{
  m_is_root = true;
  m_machine.target.put("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
  EXPECT_EQ(run({"verify"}), 40) << m_err;
  EXPECT_THAT(m_out, HasSubstr("nothing"));
  EXPECT_EQ(run({"install", "--cuda", "12.4", "--dry-run"}), 1) << "but not installed";
}

TEST_F(RunTest, the_machine_is_looked_at_once_to_be_verified)
{
  m_is_root = true;
  m_machine.target.put("/usr/local/bin/cmake", "", 0755);
  m_machine.processes.answer({"cmake", "--version"}, "cmake version 3.22.1\n");
  EXPECT_EQ(run({"verify"}), 40) << m_err;
  EXPECT_THAT(m_machine.commands(), testing::ElementsAre("cmake --version"));
}

TEST_F(RunTest, what_to_do_after_verifying_speaks_of_the_same_place)
{
  m_is_root = true;
  m_machine.files.put_directory("/srv/image");
  EXPECT_EQ(run({"verify", "--root", "/srv/image", "--level", "torch", "--torch-dir", "/srv/torch"}), 40);
  EXPECT_THAT(m_out, HasSubstr(": cudasetup install --libtorch-dir /srv/torch --root /srv/image\n"));
}

} // namespace
} // namespace cudasetup::cli
