#include "unit/verify/machine.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

using base::Command;
using Argv = std::vector<std::string>;

const std::string k_tree = "/opt/libtorch/1.7.1+cu110";
const std::string k_computed = R"({"probe":"libtorch","headers":"1.7.1","cuda":true,"cudnn":true,"devices":1})"
                               "\n"
                               R"({"test":"matmul","device":"cuda:0","held":true,"difference":1e-7,"error":""})"
                               "\n";

class TorchCheck : public test::VerifiedMachine {
protected:
  TorchCheck()
  {
    m_request.torch_dir = k_tree;
    m_request.torch_version = "1.7.1+cu110";
    put_tree("1.7.1+cu110\n");
    m_machine.target.put_directory("/w");
    cmake_ends(0);
    m_machine.processes.answer({"cmake", "--build", "/w/build"}).answer({"/w/build/torch_probe"}, k_computed);
  }
  void put_tree(const std::string& build_version, const std::string& tree = k_tree)
  {
    m_machine.target.put(tree + "/build-version", build_version).put(tree + "/share/cmake/Torch/TorchConfig.cmake", "");
  }
  void cmake_ends(int status, const std::string& err = "")
  {
    m_machine.processes.answer_where([](const Argv& argv) { return argv[0] == "env" && argv[3] == "cmake"; },
                                     [=, this](const Command& command) {
                                       m_configured = command.argv;
                                       EXPECT_TRUE(m_machine.target.exists("/w/CMakeLists.txt"));
                                       EXPECT_TRUE(m_machine.target.exists("/w/torch_probe.cpp"));
                                       effects::ProcessResult result;
                                       result.status = status;
                                       result.err = err;
                                       return base::Result<effects::ProcessResult>(result);
                                     });
  }
  bool configured_with(const std::string& argument)
  {
    return std::find(m_configured.begin(), m_configured.end(), argument) != m_configured.end();
  }
  std::vector<Check> checks() { return check_torch(context()); }

  Argv m_configured;
};

TEST_F(TorchCheck, passes_a_project_that_was_built_against_it_and_computed)
{
  EXPECT_EQ(results(checks()), "tree passed\nbuild passed\nprobe passed\nmatmul passed\n");
  EXPECT_TRUE(configured_with("-DCMAKE_PREFIX_PATH=" + k_tree));
}

TEST_F(TorchCheck, another_version_in_the_tree_fails)
{
  put_tree("1.8.0+cu111\n");
  EXPECT_EQ(results(checks()), "tree failed\n");
  EXPECT_EQ(checks()[0].because, k_tree + " is LibTorch 1.8.0+cu111, asked for was 1.7.1+cu110");
  EXPECT_FALSE(checks()[0].hints.empty());
  EXPECT_TRUE(m_machine.processes.calls().empty());
}

TEST_F(TorchCheck, a_tree_without_libtorch_fails)
{
  m_request.torch_dir = "/opt/nothing";
  EXPECT_EQ(results(checks()), "tree failed\n");
  EXPECT_EQ(checks()[0].because, "/opt/nothing is no LibTorch");
}

TEST_F(TorchCheck, no_libtorch_is_a_fault_only_where_one_was_asked_for)
{
  m_request.torch_dir = std::nullopt;
  EXPECT_EQ(results(checks()), "tree failed\n");
  m_request.torch_version = std::nullopt;
  EXPECT_EQ(results(checks()), "tree skipped\n");
  put_tree("1.7.1+cu110\n", "/opt/libtorch/current");
  EXPECT_EQ(checks().front().because, "/opt/libtorch/current is LibTorch 1.7.1+cu110");
}

TEST_F(TorchCheck, a_link_that_leads_nowhere_is_a_fault)
{
  m_request.torch_dir = std::nullopt;
  m_request.torch_version = std::nullopt;
  m_machine.target.put_link("/opt/libtorch/current", "2.6.0+cu118");
  EXPECT_EQ(results(checks()), "tree failed\n");
}

TEST_F(TorchCheck, takes_the_cxx_standard_that_each_version_needs)
{
  for (const auto& [version, standard] : std::vector<std::pair<std::string, std::string>>{{"1.13.1+cu117", "14"},
                                                                                          {"2.0.1+cu118", "14"},
                                                                                          {"2.1.2+cu121", "17"},
                                                                                          {"2.12.0+cu130", "17"},
                                                                                          {"2.13.0+cu130", "20"}}) {
    put_tree(version + "\n");
    m_request.torch_version = version;
    checks();
    EXPECT_TRUE(configured_with("-DPROBE_CXX_STANDARD=" + standard)) << version;
  }
}

TEST_F(TorchCheck, names_toolkit_and_compiler_where_there_are_some)
{
  checks();
  EXPECT_FALSE(configured_with("-DCMAKE_CUDA_COMPILER=/usr/local/cuda-11.1/bin/nvcc"));
  m_facts.active_toolkit = "/usr/local/cuda-11.1";
  m_request.host_gcc = 10;
  checks();
  EXPECT_TRUE(configured_with("-DCMAKE_CUDA_COMPILER=/usr/local/cuda-11.1/bin/nvcc"));
  EXPECT_TRUE(configured_with("-DCMAKE_CUDA_HOST_COMPILER=g++-10"));
}

TEST_F(TorchCheck, a_missing_cmake_is_said_with_what_to_install)
{
  cmake_ends(127, "cmake: not found");
  const Check check = named(checks(), "build");
  EXPECT_EQ(check.because, "cmake is not installed");
  EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "apt-get install g++ cmake make");
}

TEST_F(TorchCheck, a_compiler_or_make_that_cmake_misses_is_said_with_what_to_install)
{
  for (const std::string words :
       {"CMake Error at CMakeLists.txt:2 (project):\n  No CMAKE_CXX_COMPILER could be found.\n",
        "CMake Error: CMake was unable to find a build program corresponding to \"Unix Makefiles\"."}) {
    cmake_ends(1, words);
    EXPECT_EQ(base::to_shell(named(checks(), "build").hints.at(0).command.value()), "apt-get install g++ cmake make");
  }
}

TEST_F(TorchCheck, a_failed_configuration_or_build_keeps_the_tools_words)
{
  cmake_ends(1, "CMake Error: Caffe2: CUDA cannot be found\n");
  EXPECT_NE(named(checks(), "build").output_tail.find("CUDA cannot be found"), std::string::npos);
  EXPECT_NE(named(checks(), "build").hints.at(0).text.find("where " + k_tree + " is damaged"), std::string::npos);
  cmake_ends(0);
  m_machine.processes.answer({"cmake", "--build", "/w/build"}, "undefined reference to nvtxMarkA\n", 2);
  EXPECT_EQ(named(checks(), "build").because, "the compiler ended with status 2");
}

TEST_F(TorchCheck, headers_of_another_version_than_the_tree_says_fail)
{
  put_tree("1.10.1+cu111\n");
  m_request.torch_version = "1.10.1+cu111";
  EXPECT_EQ(named(checks(), "probe").because, "it is of version 1.7.1, asked for was 1.10");
}

TEST_F(TorchCheck, the_patch_number_of_headers_means_nothing)
{
  put_tree("1.7.2+cu110\n");
  m_request.torch_version = "1.7.2+cu110";
  EXPECT_EQ(named(checks(), "probe").result, CheckResult::passed);
}

class PythonCheck : public test::VerifiedMachine {
protected:
  PythonCheck()
  {
    m_request.python_dir = "/opt/venv";
    m_request.torch_version = "2.6.0+cu124";
    m_machine.target.put_directory("/w").put("/opt/venv/bin/python", "", 0755);
  }
  void prints(const std::string& out)
  {
    m_machine.processes.answer({"/opt/venv/bin/python", "/w/torch_probe.py"}, out);
  }
  std::vector<Check> checks() { return check_python(context()); }
};

TEST_F(PythonCheck, passes_what_the_environment_computed)
{
  prints(R"({"probe": "python", "headers": "2.6.0+cu124", "cuda": true, "devices": 1})"
         "\n"
         R"({"test": "matmul", "device": "cuda:0", "held": true, "error": "", "name": "Tesla T4", "sm": "sm_75"})"
         "\n");
  EXPECT_EQ(results(checks()), "probe passed\nmatmul passed\n");
}

TEST_F(PythonCheck, another_torch_than_asked_for_fails)
{
  prints(R"({"probe": "python", "headers": "2.7.1+cu128", "cuda": false, "devices": 0})"
         "\n"
         R"({"test": "matmul", "device": "cpu", "held": true, "error": ""})"
         "\n");
  EXPECT_EQ(checks().front().because, "it is of version 2.7.1+cu128, asked for was 2.6.0+cu124");
}

TEST_F(PythonCheck, is_skipped_unasked_and_fails_where_the_environment_is_missing)
{
  m_request.python_dir = "/opt/nothing";
  EXPECT_EQ(results(checks()), "environment failed\n");
  EXPECT_EQ(base::to_shell(checks()[0].hints.at(0).command.value()), "cudasetup install --python /opt/nothing");
  m_request.python_dir = std::nullopt;
  EXPECT_EQ(results(checks()), "environment skipped\n");
}

} // namespace

} // namespace cudasetup::verify
