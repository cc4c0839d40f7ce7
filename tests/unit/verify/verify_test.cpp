#include "unit/verify/machine.hpp"

#include <algorithm>

namespace cudasetup::verify {

const std::vector<std::pair<std::string_view, std::string_view>>& program_files();

namespace {

class Verify : public test::VerifiedMachine {
protected:
  Verify()
  {
    m_request.levels = {Level::driver, Level::python};
    m_request.python_dir = "/opt/venv";
    m_machine.target.put("/opt/venv/bin/python", "", 0755);
    computes_on("cpu");
  }
  void computes_on(const std::string& device)
  {
    m_machine.processes.answer({"/opt/venv/bin/python", "/w/torch_probe.py"},
                               R"({"probe":"python","headers":"2.6.0","cuda":false,"devices":0})"
                               "\n"
                               R"({"test":"matmul","error":"","held":true,"device":")" +
                                   device + "\"}\n");
  }
};

TEST_F(Verify, what_to_do_next_leads_into_the_root)
{
  m_request.root = "/srv/image";
  m_request.expect_gpu = ExpectGpu::yes;
  m_machine.processes.answer({"chroot", "/srv/image", "/opt/venv/bin/python", "/w/torch_probe.py"}, "", 1);
  m_request.levels = {Level::toolkit};
  m_request.idle = Idle::is_fine;
  const Check check = named(run().checks, "gpu");
  EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "chroot /srv/image nvidia-smi");
  EXPECT_EQ(base::to_shell(check.hints.at(1).command.value()), "cudasetup verify --expect-gpu no");
}

TEST_F(Verify, says_cpu_only_where_no_gpu_is_to_be_expected)
{
  const Verification verification = run();
  EXPECT_EQ(verification.verdict, Verdict::cpu_only);
  EXPECT_EQ(results(verification.checks), "loaded skipped\nprobe passed\nmatmul passed\n");
}

TEST_F(Verify, passes_only_what_a_gpu_computed)
{
  computes_on("cuda:0");
  EXPECT_EQ(run().verdict, Verdict::passed);
}

TEST_F(Verify, a_gpu_on_the_bus_that_did_not_compute_fails_and_is_named)
{
  m_request.levels = {Level::toolkit};
  m_request.idle = Idle::is_fine;
  add_gpu();
  m_facts.driver = host::LoadedDriver{base::Version::parse("455.32.00").value(), std::nullopt};
  const Verification verification = run();
  EXPECT_EQ(verification.verdict, Verdict::failed);
  const Check check = named(verification.checks, "gpu");
  EXPECT_EQ(check.because, "a GPU is expected (one is here), but none computed");
  EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "nvidia-smi");
}

TEST_F(Verify, fails_without_a_gpu_where_one_is_demanded)
{
  m_request.levels = {Level::toolkit};
  m_request.idle = Idle::is_fine;
  m_request.expect_gpu = ExpectGpu::yes;
  const Verification verification = run();
  EXPECT_EQ(verification.verdict, Verdict::failed);
  EXPECT_EQ(named(verification.checks, "gpu").because, "a GPU is expected (--expect-gpu yes), but none computed");
}

TEST_F(Verify, does_not_say_twice_why_it_failed)
{
  m_request.expect_gpu = ExpectGpu::yes;
  m_request.python_dir = "/opt/nothing";
  EXPECT_EQ(results(run().checks), "loaded skipped\nenvironment failed\n");
}

TEST_F(Verify, nothing_to_verify_is_no_success)
{
  m_request.levels = {Level::driver, Level::toolkit, Level::torch};
  const Verification verification = run();
  EXPECT_EQ(verification.verdict, Verdict::failed);
  const Check check = named(verification.checks, "nothing");
  EXPECT_EQ(check.because,
            "there is nothing to verify: no NVIDIA GPU is on the PCI bus; no CUDA toolkit is installed; no LibTorch is "
            "installed");
  EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "cudasetup install");
}

TEST_F(Verify, a_driver_alone_is_nothing_to_compute_with)
{
  m_facts.driver = host::LoadedDriver{base::Version::parse("455.32.00").value(), std::nullopt};
  m_request.levels = {Level::driver, Level::toolkit};
  EXPECT_EQ(named(run().checks, "nothing").because, "there is nothing to verify: no CUDA toolkit is installed");
  m_request.levels = {Level::driver};
  EXPECT_EQ(run().verdict, Verdict::cpu_only) << "the driver was all that was asked about";
}

TEST_F(Verify, an_installation_may_have_nothing_that_computes)
{
  m_request.levels = {Level::toolkit};
  m_request.idle = Idle::is_fine;
  EXPECT_EQ(run().verdict, Verdict::cpu_only);
}

TEST_F(Verify, makes_its_work_directory_private_and_removes_it)
{
  m_machine.target.put("/w/left/by/another", "run");
  m_machine.processes.answer_with({"/opt/venv/bin/python", "/w/torch_probe.py"}, [this](const base::Command&) {
    EXPECT_EQ(m_machine.target.node("/w")->mode, 0700U);
    EXPECT_EQ(m_machine.target.list("/w"), std::vector<std::string>{"torch_probe.py"});
    return base::Result<effects::ProcessResult>(effects::ProcessResult{});
  });
  run();
  EXPECT_FALSE(m_machine.target.exists("/w"));
}

TEST_F(Verify, without_a_work_directory_it_fails_and_says_why)
{
  m_machine.target.fail(test::FileOperation::make_directories,
                        "/w",
                        base::make_error(base::ErrorKind::needs_root, "/w: Permission denied"));
  const Verification verification = run();
  EXPECT_EQ(verification.verdict, Verdict::failed);
  EXPECT_EQ(named(verification.checks, "work-directory").because, "/w: Permission denied");
  EXPECT_TRUE(m_machine.processes.calls().empty());
}

TEST_F(Verify, whatever_fails_says_what_to_do_next)
{
  m_machine.processes.answer({"/opt/venv/bin/python", "/w/torch_probe.py"},
                             R"({"probe":"python","headers":"2.6.0","cuda":false,"devices":0})"
                             "\n"
                             R"({"test":"matmul","error":"","held":false,"device":"cpu"})"
                             "\n",
                             1);
  const Check check = named(run().checks, "matmul");
  EXPECT_EQ(check.result, CheckResult::failed);
  EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "cudasetup doctor");
}

TEST_F(Verify, shows_each_level_as_a_step)
{
  run();
  const auto started = m_machine.events.all<effects::StepStarted>();
  const auto ended = m_machine.events.all<effects::StepEnded>();
  ASSERT_EQ(started.size(), 2U);
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(started[1].id, "verify-python");
  EXPECT_EQ(started[1].number, 2U);
  EXPECT_EQ(started[1].count, 2U);
  EXPECT_EQ(ended[1].outcome, effects::StepEnded::Outcome::done);
}

TEST(Programs, are_built_in)
{
  std::vector<std::string> names;
  for (const auto& [name, text] : program_files()) {
    names.emplace_back(name);
    EXPECT_GT(text.size(), 100U) << name;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"CMakeLists.txt", "torch_probe.cpp", "torch_probe.py", "vector_add.cu"}));
}

} // namespace

} // namespace cudasetup::verify
