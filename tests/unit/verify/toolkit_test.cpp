#include "unit/verify/library_file.hpp"
#include "unit/verify/machine.hpp"
#include "verify/toolkit_files.hpp"

namespace cudasetup::verify {

namespace {

using base::Command;
using Argv = std::vector<std::string>;

const std::string k_nvcc = "/usr/local/cuda-11.8/bin/nvcc";
const std::string k_header = "/usr/local/cuda-11.8/include/cuda_runtime_api.h";
/// The checks of the toolkit's files, where there is nothing but nvcc and headers.
const std::string k_files = "parts passed\nloader skipped\npaths skipped\n";
const std::string k_ran_on_gpu =
    R"({"probe":"cuda","headers":"11.8","cuda":true,"devices":1,"runtime":11080,"driver":12020})"
    "\n"
    R"({"test":"vector-add","device":"cuda:0","held":true,"error":"","name":"Tesla T4","sm":"sm_75"})"
    "\n";
const std::string k_no_gpu = R"({"probe":"cuda","headers":"11.8","cuda":false,"devices":0,"runtime":11080,"driver":0})"
                             "\n";

class ToolkitCheck : public test::VerifiedMachine {
protected:
  ToolkitCheck()
  {
    m_request.cuda_dir = "/usr/local/cuda-11.8";
    m_machine.target
        .put(k_nvcc,
             "\x7f"
             "ELF",
             0755)
        .put(k_header, "#define CUDART_VERSION 11080\n")
        .put_directory("/w");
    nvcc_tells("11.8");
  }
  void nvcc_tells(const std::string& release, const std::string& more = "")
  {
    m_machine.processes.answer({k_nvcc, "--version"},
                               "nvcc: NVIDIA (R) Cuda compiler driver\nCuda compilation tools, release " + release +
                                   ", V" + release + ".89\n" + more);
  }
  /// nvcc makes a program of these bytes, or fails.
  void nvcc_makes(const std::string& program, int status = 0, const std::string& err = "")
  {
    m_machine.processes.answer_where(
        [](const Argv& argv) { return argv[0] == k_nvcc && argv.back() == "/w/vector_add.cu"; },
        [=, this](const Command& command) {
          m_compiled = command.argv;
          EXPECT_NE(m_machine.target.read("/w/vector_add.cu").value_or("").find("__global__"), std::string::npos);
          if (status == 0) {
            m_machine.target.put("/w/vector_add", program, 0755);
          }
          effects::ProcessResult result;
          result.status = status;
          result.err = err;
          return base::Result<effects::ProcessResult>(result);
        });
  }
  void program_ends(const std::string& out, int status) { m_machine.processes.answer({"/w/vector_add"}, out, status); }
  std::vector<Check> checks() { return check_toolkit(context()); }

  Argv m_compiled;
};

TEST_F(ToolkitCheck, passes_a_kernel_that_was_compiled_and_ran_on_a_gpu)
{
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends(k_ran_on_gpu, 0);
  EXPECT_EQ(results(checks()), "nvcc passed\n" + k_files + "compile passed\nprobe passed\nvector-add passed\n");
  EXPECT_EQ(m_compiled.front(), k_nvcc);
  EXPECT_EQ(judge(checks(), ExpectGpu::yes, true), Verdict::passed);
}

TEST_F(ToolkitCheck, skips_the_run_without_a_gpu_and_is_no_gpu_success)
{
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends(k_no_gpu, 3);
  EXPECT_EQ(results(checks()), "nvcc passed\n" + k_files + "compile passed\nvector-add skipped\n");
  EXPECT_EQ(judge(checks(), ExpectGpu::automatic, false), Verdict::cpu_only);
}

TEST_F(ToolkitCheck, a_status_of_three_from_another_program_is_no_missing_gpu)
{
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends("", 3);
  EXPECT_EQ(named(checks(), "compute").result, CheckResult::failed);
}

TEST_F(ToolkitCheck, fails_a_wrong_sum_and_a_driver_that_is_too_old)
{
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends(R"({"probe":"cuda","headers":"11.8","cuda":true,"devices":1})"
               "\n"
               R"({"test":"vector-add","device":"cuda:0","held":false,"error":""})"
               "\n",
               1);
  EXPECT_EQ(named(checks(), "vector-add").result, CheckResult::failed);
  program_ends(R"({"probe":"cuda","headers":"11.8","cuda":false,"devices":0,"runtime":11080,"driver":10020})"
               "\n"
               R"({"test":"vector-add","device":"cuda","held":false,)"
               R"("error":"CUDA driver version is insufficient for CUDA runtime version"})"
               "\n",
               1);
  EXPECT_EQ(named(checks(), "vector-add").result, CheckResult::failed);
  EXPECT_FALSE(named(checks(), "vector-add").hints.empty());
}

TEST_F(ToolkitCheck, fails_a_program_without_device_code)
{
  nvcc_makes("ELF");
  EXPECT_EQ(results(checks()), "nvcc passed\n" + k_files + "compile failed\n");
  EXPECT_EQ(checks().back().because, "nvcc made a program without device code");
}

TEST_F(ToolkitCheck, says_what_to_do_when_the_default_gcc_is_too_new)
{
  nvcc_makes("", 1, "error: #error -- unsupported GNU version! gcc versions later than 11 are not supported!\n");
  const Check check = named(checks(), "compile");
  EXPECT_EQ(check.result, CheckResult::failed);
  EXPECT_EQ(check.because, "this nvcc does not take the default gcc");
  EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "cudasetup install --cuda 11.8 --toolkit-only");
  EXPECT_NE(check.output_tail.find("unsupported GNU version"), std::string::npos);
}

TEST_F(ToolkitCheck, a_gcc_out_of_range_is_told_beside_what_nvcc_says_of_it)
{
  nvcc_tells("12.4");
  m_machine.target.put(k_header, "#define CUDART_VERSION 12040\n");
  m_facts.gcc = base::Version::parse("14.2.0");
  nvcc_makes("", 1, "error: #error -- unsupported GNU version! gcc versions later than 13 are not supported!\n");
  EXPECT_EQ(results(checks()), "nvcc passed\nhost-gcc failed\n" + k_files + "compile failed\n");
  const Check check = named(checks(), "host-gcc");
  EXPECT_EQ(check.because, "gcc 14.2.0 is not one that this nvcc takes: CUDA 12.4 takes up to gcc 13");
  EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "cudasetup install --cuda 12.4 --toolkit-only");
  m_request.host_gcc = 5;
  EXPECT_EQ(named(checks(), "host-gcc").because,
            "g++-5, which nvcc is told to take, is not one that this nvcc takes: CUDA 12.4 takes gcc 6 and later");
}

TEST_F(ToolkitCheck, a_gcc_in_range_or_one_that_serves_all_the_same_is_no_fault)
{
  nvcc_tells("12.4");
  m_machine.target.put(k_header, "#define CUDART_VERSION 12040\n");
  m_facts.gcc = base::Version::parse("14.2.0");
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends(k_no_gpu, 3);
  EXPECT_EQ(named(checks(), "host-gcc").result, CheckResult::skipped);
  EXPECT_EQ(named(checks(), "host-gcc").because,
            "gcc 14.2.0 is not one that this nvcc takes: CUDA 12.4 takes up to gcc 13; it served all the same");
  m_facts.gcc = base::Version::parse("13.3.0");
  EXPECT_EQ(named(checks(), "host-gcc").because, "gcc 13.3.0 is one that this nvcc takes: CUDA 12.4 takes gcc 6 to 13");
  m_facts.gcc = base::Version::parse("14.2.0");
  m_request.host_gcc = 13;
  EXPECT_EQ(named(checks(), "host-gcc").result, CheckResult::passed);
}

TEST_F(ToolkitCheck, names_the_gcc_that_was_put_beside_the_default)
{
  m_request.host_gcc = 10;
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends(k_no_gpu, 3);
  ASSERT_EQ(checks().size(), 6U);
  EXPECT_EQ(Argv(m_compiled.begin(), m_compiled.begin() + 3), (Argv{k_nvcc, "-ccbin", "g++-10"}));
}

TEST_F(ToolkitCheck, makes_code_for_kepler_too_with_cuda_11_alone)
{
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends(k_no_gpu, 3);
  checks();
  EXPECT_NE(testing::PrintToString(m_compiled).find("sm_35"), std::string::npos);
  nvcc_tells("12.4");
  checks();
  EXPECT_EQ(testing::PrintToString(m_compiled).find("sm_35"), std::string::npos);
}

TEST_F(ToolkitCheck, a_script_that_compiles_no_device_code_proves_nothing)
{
  m_machine.target.put(k_nvcc, "#!/bin/sh\n", 0755);
  for (const int status : {0, 1}) {
    nvcc_makes(test::program_with({}), status, "no compiler here\n");
    EXPECT_EQ(results(checks()), "nvcc skipped\n");
    EXPECT_NE(checks()[0].because.find("is a script, not NVIDIA's compiler, and compiles no device code"),
              std::string::npos);
  }
  EXPECT_EQ(checks()[0].output_tail, "no compiler here\n");
  EXPECT_EQ(base::to_shell(checks()[0].hints.at(0).command.value()), "head -n 20 " + k_nvcc);
}

TEST_F(ToolkitCheck, a_script_that_compiles_serves)
{
  m_machine.target.put(k_nvcc, "#!/bin/sh\n", 0755);
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends(k_no_gpu, 3);
  EXPECT_EQ(results(checks()), "nvcc passed\n" + k_files + "compile passed\nvector-add skipped\n");
}

TEST_F(ToolkitCheck, a_program_that_only_speaks_of_device_code_has_none)
{
  nvcc_makes(test::program_with({}) + ".nv_fatbin");
  EXPECT_EQ(results(checks()), "nvcc passed\n" + k_files + "compile failed\n");
}

TEST_F(ToolkitCheck, tells_for_which_gpus_it_compiled)
{
  nvcc_makes(test::program_with({{2, 52}, {1, 52}}));
  program_ends(k_no_gpu, 3);
  EXPECT_EQ(named(checks(), "compile").because, "nvcc compiled and linked a kernel, for compute_52, sm_52");
}

TEST_F(ToolkitCheck, the_gcc_that_our_environment_names_serves_later_too)
{
  m_facts.files["/etc/profile.d/cudasetup.sh"] = "export NVCC_PREPEND_FLAGS='-ccbin /usr/bin/g++-10'\n";
  nvcc_makes(test::program_with({{2, 52}}));
  program_ends(k_no_gpu, 3);
  checks();
  EXPECT_EQ(Argv(m_compiled.begin(), m_compiled.begin() + 3), (Argv{k_nvcc, "-ccbin", "g++-10"}));
}

TEST_F(ToolkitCheck, compiles_for_the_gpus_that_are_here)
{
  m_request.capabilities = {*base::ComputeCapability::parse("7.5"), *base::ComputeCapability::parse("8.6")};
  nvcc_makes(test::program_with({{2, 75}, {2, 86}}));
  program_ends(k_no_gpu, 3);
  EXPECT_EQ(named(checks(), "compile").because, "nvcc compiled and linked a kernel, for sm_75, sm_86");
  const std::string command = testing::PrintToString(m_compiled);
  EXPECT_NE(command.find("arch=compute_75,code=[sm_75,compute_75]"), std::string::npos);
  EXPECT_NE(command.find("arch=compute_86,code=[sm_86,compute_86]"), std::string::npos);
  EXPECT_EQ(command.find("sm_35"), std::string::npos);
}

TEST_F(ToolkitCheck, an_nvcc_that_does_not_know_the_gpu_makes_what_it_can)
{
  m_request.capabilities = {*base::ComputeCapability::parse("12.0")};
  m_machine.processes.answer_where(
      [](const Argv& argv) { return argv[0] == k_nvcc && argv.back() == "/w/vector_add.cu"; },
      [this](const Command& command) {
        effects::ProcessResult result;
        if (base::to_shell(command).find("compute_120") != std::string::npos) {
          result.status = 1;
          result.err = "nvcc fatal   : Unsupported gpu architecture 'compute_120'\n";
        } else {
          m_machine.target.put("/w/vector_add", test::program_with({{1, 52}}), 0755);
        }
        return base::Result<effects::ProcessResult>(result);
      });
  program_ends(k_no_gpu, 3);
  EXPECT_EQ(named(checks(), "compile").because,
            "nvcc compiled and linked a kernel, for compute_52; it does not know a GPU that is here");
}

TEST_F(ToolkitCheck, a_known_failure_of_nvcc_is_named)
{
  nvcc_makes("", 1, "error: exception specification is incompatible with that of previous function \"cospi\"\n");
  EXPECT_NE(named(checks(), "compile").because.find("headers contradict those of the C library"), std::string::npos);
  EXPECT_FALSE(named(checks(), "compile").hints.empty());
}

class ToolkitFiles : public test::VerifiedMachine {
protected:
  ToolkitFiles()
  {
    m_machine.target.put(k_header, "#define CUDART_VERSION 11080\n")
        .put(k_runtime, "")
        .put("/etc/ld.so.cache", test::loader_cache({{"libcudart.so.11.0", k_runtime}}));
    m_facts.active_toolkit = k_toolkit;
  }
  std::vector<Check> checks()
  {
    return check_toolkit_files(context(), k_toolkit, base::Version::parse("11.8").value());
  }
  const std::string k_toolkit = "/usr/local/cuda-11.8";
  const std::string k_runtime = "/usr/local/cuda-11.8/lib64/libcudart.so.11.8.89";
};

TEST_F(ToolkitFiles, of_one_release_pass)
{
  EXPECT_EQ(results(checks()), "parts passed\nloader passed\npaths passed\n");
  EXPECT_EQ(named(checks(), "loader").because, "the loader finds " + k_runtime);
}

TEST_F(ToolkitFiles, of_two_releases_fail)
{
  m_machine.target.put(k_header, "#define CUDART_VERSION 12040\n");
  EXPECT_EQ(named(checks(), "parts").because,
            "nvcc is of CUDA 11.8, its headers are of 12.4: two toolkits are mixed in /usr/local/cuda-11.8");
  EXPECT_EQ(base::to_shell(named(checks(), "parts").hints.at(0).command.value()),
            "cudasetup install --cuda 11.8 --driver keep --torch none");
  m_machine.target.put(k_header, "#define CUDART_VERSION 11080\n");
  ASSERT_TRUE(m_machine.target.remove(k_runtime));
  m_machine.target.put(k_toolkit + "/lib64/libcudart.so.11.1.74", "");
  EXPECT_NE(named(checks(), "parts").because.find("its libcudart is of 11.1"), std::string::npos);
  ASSERT_TRUE(m_machine.target.remove(k_header));
  EXPECT_EQ(named(checks(), "parts").because, "there is no " + k_header);
}

TEST_F(ToolkitFiles, of_the_systems_own_packages_lie_with_its_libraries)
{
  const std::string runtime = "/usr/lib/x86_64-linux-gnu/libcudart.so.11.8.89";
  m_machine.target.put("/usr/include/cuda_runtime_api.h", "#define CUDART_VERSION 11080\n")
      .put(runtime, "")
      .put("/etc/ld.so.cache", test::loader_cache({{"libcudart.so.11.0", runtime}}));
  const auto checks = check_toolkit_files(context(), "/usr", base::Version::parse("11.8").value());
  EXPECT_EQ(named(checks, "parts").because, "headers, libraries and nvcc are of one release");
  EXPECT_EQ(named(checks, "loader").because, "the loader finds " + runtime);
}

TEST_F(ToolkitFiles, headers_that_tell_no_release_are_not_said_to_be_of_it)
{
  m_machine.target.put(k_header, "");
  EXPECT_EQ(named(checks(), "parts").result, CheckResult::failed);
  EXPECT_EQ(named(checks(), "parts").because, "nothing is in " + k_header);
  m_machine.target.put(k_header, "rubbish\n");
  EXPECT_EQ(named(checks(), "parts").result, CheckResult::skipped);
  EXPECT_EQ(named(checks(), "parts").because, k_header + " does not tell its release");
}

TEST_F(ToolkitFiles, a_loader_that_was_told_and_does_not_know_fails)
{
  m_machine.target.put("/etc/ld.so.cache", test::loader_cache({}));
  EXPECT_EQ(named(checks(), "loader").result, CheckResult::skipped);
  m_request.details.named = {{"/etc/ld.so.conf.d/cuda.conf", k_toolkit, true}};
  EXPECT_EQ(named(checks(), "loader").result, CheckResult::failed);
  EXPECT_EQ(base::to_shell(named(checks(), "loader").hints.at(0).command.value()), "ldconfig");
}

TEST_F(ToolkitFiles, where_the_link_leads_is_said_and_failed_where_nowhere)
{
  m_facts.active_toolkit = "/usr/local/cuda-12.4";
  EXPECT_EQ(named(checks(), "paths").because, "/usr/local/cuda leads to /usr/local/cuda-12.4");
  m_facts.active_toolkit = k_toolkit;
  m_request.findings = {{"path-other-toolkit", diagnose::Blocks::toolkit, "the cause", "the evidence", "", {}}};
  EXPECT_EQ(named(checks(), "paths").result, CheckResult::skipped) << "the user's own shell";
  m_request.findings = {{"cuda-link-dangling", diagnose::Blocks::toolkit, "the cause", "the evidence", "", {}}};
  EXPECT_EQ(named(checks(), "paths").result, CheckResult::failed);
}

TEST_F(ToolkitCheck, another_release_than_asked_for_fails)
{
  m_request.cuda_version = base::Version::parse("11.1.1");
  EXPECT_EQ(results(checks()), "nvcc failed\n");
  EXPECT_EQ(checks()[0].because, k_nvcc + " is of CUDA 11.8, asked for was 11.1.1");
  EXPECT_FALSE(checks()[0].hints.empty());
}

TEST_F(ToolkitCheck, an_nvcc_that_fails_or_tells_nothing_fails)
{
  m_machine.processes.answer({k_nvcc, "--version"}, "", 126, "Permission denied\n");
  EXPECT_EQ(checks().at(0).because, k_nvcc + " --version ended with status 126");
  m_machine.processes.answer({k_nvcc, "--version"}, "hello\n");
  EXPECT_EQ(checks().at(0).because, k_nvcc + " does not tell its release");
  EXPECT_EQ(checks().at(0).result, CheckResult::failed);
}

TEST_F(ToolkitCheck, a_missing_toolkit_is_a_fault_only_where_one_was_asked_for)
{
  m_request.cuda_dir = "/usr/local/cuda-12.4";
  EXPECT_EQ(results(checks()), "nvcc failed\n");
  m_request.cuda_dir = std::nullopt;
  EXPECT_EQ(results(checks()), "nvcc skipped\n");
  m_facts.active_toolkit = "/usr/local/cuda-12.4";
  EXPECT_EQ(results(checks()), "nvcc skipped\n") << "a runtime without nvcc";
  m_request.cuda_version = base::Version::parse("12.4.1");
  EXPECT_EQ(results(checks()), "nvcc failed\n");
  EXPECT_FALSE(checks()[0].hints.empty());
}

TEST_F(ToolkitCheck, takes_the_active_toolkit_by_itself)
{
  m_request.cuda_dir = std::nullopt;
  m_facts.active_toolkit = "/usr/local/cuda-11.8";
  nvcc_makes("ELF");
  EXPECT_EQ(checks().front().because, k_nvcc + " is of CUDA 11.8");
}

TEST_F(ToolkitCheck, runs_everything_inside_the_root)
{
  m_request.root = "/srv/image";
  m_machine.processes.answer({"chroot", "/srv/image", k_nvcc, "--version"}, "release nothing\n");
  checks();
  ASSERT_EQ(m_machine.processes.calls().size(), 1U);
}

} // namespace

} // namespace cudasetup::verify
