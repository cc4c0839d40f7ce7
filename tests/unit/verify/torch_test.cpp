#include "unit/verify/library_file.hpp"
#include "unit/verify/machine.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

using base::Command;
using Argv = std::vector<std::string>;

const std::string k_tree = "/opt/libtorch/1.7.1+cu110";
const std::string k_sees_gpu =
    R"({"probe":"libtorch","headers":"1.7.1","cuda":true,"cudnn":true,"devices":1,"cuda_library":true})"
    "\n";
const std::string k_sees_none = R"({"probe":"libtorch","headers":"1.7.1","cuda":false,"devices":0,"cuda_library":true})"
                                "\n";
const std::string k_computed = k_sees_gpu +
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
    m_machine.processes.answer({"cmake", "--build", "/w/build"});
    prints(k_computed);
  }
  /// What the probe prints, linked with --as-needed and without.
  void prints(const std::string& computed, const std::string& plain = k_sees_gpu)
  {
    m_machine.processes.answer({"/w/build/torch_probe_as-needed"}, computed)
        .answer({"/w/build/torch_probe_no-as-needed", "look"}, plain);
  }
  void put_tree(const std::string& build_version, const std::string& tree = k_tree)
  {
    m_machine.target.put(tree + "/build-version", build_version)
        .put(tree + "/share/cmake/Torch/TorchConfig.cmake", "")
        .put(tree + "/lib/libtorch_cuda.so", test::LibraryFile{}.bytes());
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
  EXPECT_EQ(results(checks()),
            "tree passed\nabi passed\nlibraries passed\nbuild passed\nprobe passed\nmatmul passed\nlinking passed\n");
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
  const auto said = [&](const std::string& words) {
    cmake_ends(1, words);
    const Check check = named(checks(), "build");
    EXPECT_EQ(base::to_shell(check.hints.at(0).command.value()), "apt-get install g++ cmake make");
    return check.because;
  };
  EXPECT_EQ(said("CMake Error at CMakeLists.txt:2 (project):\n  No CMAKE_CXX_COMPILER could be found.\n"),
            "a C++ compiler is not installed");
  EXPECT_EQ(said("CMake Error: CMake was unable to find a build program corresponding to \"Unix Makefiles\"."),
            "make is not installed");
}

TEST_F(TorchCheck, a_failed_configuration_or_build_keeps_the_tools_words)
{
  cmake_ends(1, "CMake Error: Caffe2: CUDA cannot be found\n");
  EXPECT_NE(named(checks(), "build").output_tail.find("CUDA cannot be found"), std::string::npos);
  cmake_ends(1, "CMake Error: something else\n");
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

TEST_F(TorchCheck, a_failure_that_is_known_is_named_with_what_mends_it)
{
  cmake_ends(1, "CMake Error at cuda.cmake:70 (message):\n  Failed to find nvToolsExt\n");
  EXPECT_EQ(
      named(checks(), "build").because,
      "cmake ended with status 1: LibTorch until 2.7 asks the toolkit for nvToolsExt, which CUDA has no more from "
      "12.9 on");
  EXPECT_EQ(base::to_shell(named(checks(), "build").hints.at(0).command.value()), "cudasetup list torch --here");
  cmake_ends(0);
  m_machine.processes.answer({"cmake", "--build", "/w/build"},
                             "",
                             2,
                             "undefined reference to `c10::Error::Error(std::__cxx11::basic_string'\n");
  EXPECT_NE(named(checks(), "build").because.find("code of two C++ ABIs is linked"), std::string::npos);
}

TEST_F(TorchCheck, computes_also_where_a_library_is_missing)
{
  m_machine.target.put(k_tree + "/lib/libtorch_cuda.so", test::LibraryFile{{"libc10_cuda.so"}}.bytes());
  EXPECT_EQ(results(checks()),
            "tree passed\nabi passed\nlibraries failed\nbuild passed\nprobe passed\nmatmul passed\nlinking passed\n");
}

TEST_F(TorchCheck, a_cuda_library_that_the_linker_left_out_fails)
{
  const std::string on_cpu = R"({"test":"matmul","device":"cpu","held":true,"error":""})"
                             "\n";
  prints(R"({"probe":"libtorch","headers":"1.7.1","cuda":false,"devices":0,"cuda_library":false})"
         "\n" +
         on_cpu);
  EXPECT_EQ(named(checks(), "linking").because,
            "linked with --as-needed, as Ubuntu's gcc does, a program does not load libtorch_cuda.so");
  prints(k_sees_none + on_cpu);
  EXPECT_EQ(named(checks(), "linking").because,
            "linked with --as-needed, as Ubuntu's gcc does, a program sees 0 GPU(s), and without it 1");
  EXPECT_NE(named(checks(), "linking").hints.at(0).text.find("-ltorch_cuda"), std::string::npos);
  prints(k_sees_none + on_cpu, k_sees_none);
  EXPECT_EQ(named(checks(), "linking").result, CheckResult::passed);
  prints(k_computed, "");
  EXPECT_EQ(named(checks(), "linking").result, CheckResult::failed);
}

TEST_F(TorchCheck, a_build_for_the_cpu_is_named_where_a_gpu_is_to_be_used)
{
  ASSERT_TRUE(m_machine.target.remove(k_tree + "/lib/libtorch_cuda.so"));
  m_machine.target.put(k_tree + "/lib/libtorch_cpu.so", test::LibraryFile{}.bytes());
  prints(R"({"probe":"libtorch","headers":"1.7.1","cuda":false,"devices":0,"cuda_library":false})"
         "\n"
         R"({"test":"matmul","device":"cpu","held":true,"error":""})"
         "\n",
         k_sees_none);
  EXPECT_EQ(results(checks()),
            "tree passed\nabi passed\nlibraries passed\nbuild passed\nprobe passed\nmatmul passed\nlinking passed\n");
  add_gpu();
  EXPECT_EQ(named(checks(), "gpu").because, k_tree + " is a build for the CPU alone, and a GPU is to be used");
  EXPECT_EQ(base::to_shell(named(checks(), "gpu").hints.at(0).command.value()), "cudasetup install --driver keep");
}

TEST_F(TorchCheck, the_old_abi_is_a_fault_only_where_nobody_asked_for_it)
{
  const auto abi_of = [&](const std::string& tree) {
    put_tree("1.7.1+cu110\n", tree);
    m_machine.target.put(tree + "/share/cmake/Torch/TorchConfig.cmake",
                         "set(TORCH_CXX_FLAGS \"-D_GLIBCXX_USE_CXX11_ABI=0\")\n");
    m_request.torch_dir = tree;
    return named(checks(), "abi");
  };
  EXPECT_EQ(abi_of(k_tree).result, CheckResult::failed);
  EXPECT_EQ(base::to_shell(abi_of(k_tree).hints.at(0).command.value()), "cudasetup install --abi cxx11 --driver keep");
  EXPECT_EQ(abi_of(k_tree + "-pre-cxx11").result, CheckResult::skipped);
  EXPECT_EQ(abi_of("/home/u/venv/lib/python3.10/site-packages/torch").result, CheckResult::skipped);
}

TEST_F(TorchCheck, a_compiler_that_hangs_is_said_to)
{
  m_machine.processes.answer_with({"cmake", "--build", "/w/build"}, [](const Command&) {
    effects::ProcessResult result;
    result.timed_out = true;
    return base::Result<effects::ProcessResult>(result);
  });
  EXPECT_EQ(named(checks(), "build").because, "the compiler did not end within its time limit");
}

TEST_F(TorchCheck, tools_that_are_too_old_are_told_beside_what_they_said)
{
  put_tree("2.6.0+cu124\n");
  m_request.torch_version = "2.6.0+cu124";
  m_facts.cmake = base::Version::parse("3.16.3");
  m_facts.gcc = base::Version::parse("9.4.0");
  cmake_ends(1, "CMake Error: CMake 3.18 or higher is required.\n");
  EXPECT_EQ(results(checks()), "tree passed\nabi passed\nlibraries passed\ntools failed\nbuild failed\n");
  const Check cmake = named(checks(), "tools");
  EXPECT_EQ(cmake.because, "CMake is 3.16.3, LibTorch 2.6.0+cu124 needs 3.18 or later");
  EXPECT_EQ(base::to_shell(cmake.hints.at(0).command.value()), "python3 -m pip install cmake");
  m_facts.cmake = base::Version::parse("3.22.1");
  m_request.manifest = [&] {
    manifest::Manifest manifest = records();
    manifest.torch.back().gcc = 11;
    return std::make_shared<manifest::Manifest>(std::move(manifest));
  }();
  const Check gcc = named(checks(), "tools");
  EXPECT_EQ(gcc.because, "gcc is 9.4.0, the headers of LibTorch 2.6.0+cu124 need 11 or later");
  EXPECT_EQ(base::to_shell(gcc.hints.at(0).command.value()), "apt-get install g++-11");
  EXPECT_EQ(base::to_shell(gcc.hints.at(1).command.value()),
            "update-alternatives --install /usr/bin/c++ c++ /usr/bin/g++-11 100");
}

TEST_F(TorchCheck, tools_that_serve_are_no_fault)
{
  put_tree("2.6.0+cu124\n");
  m_request.torch_version = "2.6.0+cu124";
  m_facts.cmake = base::Version::parse("3.16.3");
  m_facts.gcc = base::Version::parse("9.4.0");
  EXPECT_EQ(named(checks(), "tools").result, CheckResult::skipped) << "it was built all the same";
  EXPECT_TRUE(named(checks(), "tools").hints.empty());
  put_tree("2.6.0+cpu\n");
  m_request.torch_version = "2.6.0+cpu";
  EXPECT_EQ(named(checks(), "tools").because, "CMake 3.16.3 and gcc 9.4.0 are new enough for it")
      << "builds for the CPU do not read CUDA's part of the CMake files";
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

TEST_F(PythonCheck, a_torch_that_sees_no_gpu_fails_where_one_is_to_be_used)
{
  const auto computes_on_cpu = [&](const std::string& version) {
    m_request.torch_version = version;
    prints(R"({"probe": "python", "headers": ")" + version +
           R"(", "cuda": false, "devices": 0})"
           "\n"
           R"({"test": "matmul", "device": "cpu", "held": true, "error": ""})"
           "\n");
  };
  computes_on_cpu("2.6.0+cpu");
  EXPECT_EQ(results(checks()), "probe passed\nmatmul passed\n");
  m_request.expect_gpu = ExpectGpu::yes;
  EXPECT_EQ(results(checks()), "probe passed\nmatmul passed\ngpu failed\n");
  m_request.expect_gpu = ExpectGpu::automatic;
  add_gpu();
  EXPECT_EQ(named(checks(), "gpu").because,
            "/opt/venv has torch 2.6.0+cpu, a build for the CPU alone, and a GPU is to be used");
  EXPECT_EQ(base::to_shell(named(checks(), "gpu").hints.at(0).command.value()),
            "cudasetup install --driver keep --python /opt/venv");
  computes_on_cpu("2.6.0+cu124");
  EXPECT_EQ(base::to_shell(named(checks(), "gpu").hints.at(0).command.value()), "cudasetup doctor");
  m_request.expect_gpu = ExpectGpu::no;
  EXPECT_EQ(results(checks()), "probe passed\nmatmul passed\n");
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
