#include "verify/checks.hpp"

#include "base/text.hpp"
#include "diagnose/tool_errors.hpp"
#include "verify/libraries.hpp"
#include "verify/probe_output.hpp"
#include "verify/probe_verdict.hpp"
#include "verify/toolkit_files.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

constexpr std::chrono::seconds k_configure_limit{180};
constexpr std::chrono::seconds k_build_limit{900};
constexpr std::chrono::seconds k_run_limit{300};
constexpr std::chrono::seconds k_look_limit{60};
constexpr std::string_view k_default_directory = "/opt/libtorch/current";

/// "1.7.1" of "1.7.1+cu110".
std::optional<base::Version> version_in(std::string_view build_version)
{
  return base::Version::parse(build_version.substr(0, build_version.find('+')));
}

/// The version that the headers of a build tell: its first two parts, since the third of them is often 0 (it comes from
/// PyTorch's version.txt, which patch releases do not change). Empty where the build's version is not known.
std::string version_of_headers(std::string_view build_version)
{
  const auto version = version_in(build_version);
  return version ? version->prefix(2) : "";
}

/// The C++ standard a LibTorch's headers need: 14 from 1.5, 17 from 2.1, 20 from 2.13 (PyTorch's RELEASE.md).
std::string cxx_standard(std::string_view build_version)
{
  const auto version = version_in(build_version);
  if (!version || *version < *base::Version::parse("2.1")) {
    return "14";
  }
  return *version < *base::Version::parse("2.13") ? "17" : "20";
}

std::string build_version_of(const Context& context, const std::string& directory)
{
  const std::string text = context.effects.target.read(directory + "/build-version").value_or("");
  return std::string(base::trim(text.substr(0, text.find('\n'))));
}

Check check_tree(const Context& context, const std::string& directory, const std::string& version)
{
  if (!context.effects.target.status(directory + "/share/cmake/Torch/TorchConfig.cmake", effects::FollowLinks::yes)) {
    Check check = make_check(Level::torch, "tree", CheckResult::failed, directory + " is no LibTorch");
    check.hints.push_back(base::Hint{"install one", base::Command{{"cudasetup", "install"}}});
    return check;
  }
  const auto& expected = context.request.torch_version;
  if (expected && version != *expected) {
    Check check = make_check(Level::torch,
                             "tree",
                             CheckResult::failed,
                             directory + " is LibTorch " + (version.empty() ? "of an unknown version" : version) +
                                 ", asked for was " + *expected);
    check.hints.push_back({"install that one", base::Command{{"cudasetup", "install", "--torch", *expected}}});
    return check;
  }
  Check check = make_check(Level::torch,
                           "tree",
                           CheckResult::passed,
                           directory + " is LibTorch " + (version.empty() ? "(unversioned)" : version));
  check.facts.emplace_back("version", version);
  return check;
}

/// Run in the build directory: the CMake of 18.04 (3.10) has neither -S nor -B.
std::vector<std::string>
configure_arguments(const Context& context, const std::string& directory, const std::string& version)
{
  const std::string& work = context.request.work_directory;
  std::vector<std::string> arguments = {"env",
                                        "-C",
                                        work + "/build",
                                        "cmake",
                                        work,
                                        "-DCMAKE_BUILD_TYPE=Release",
                                        "-DCMAKE_PREFIX_PATH=" + directory,
                                        "-DPROBE_CXX_STANDARD=" + cxx_standard(version)};
  if (const auto cuda = context.request.cuda_dir ? context.request.cuda_dir : context.facts.active_toolkit) {
    arguments.push_back("-DCUDA_TOOLKIT_ROOT_DIR=" + *cuda);
    arguments.push_back("-DCMAKE_CUDA_COMPILER=" + *cuda + "/bin/nvcc");
    if (const auto gcc = context.request.host_gcc ? context.request.host_gcc : named_host_gcc(context.facts)) {
      arguments.push_back("-DCMAKE_CUDA_HOST_COMPILER=g++-" + std::to_string(*gcc));
    }
  }
  return arguments;
}

/// What building lacks, by CMake's words for it; empty: nothing.
std::string missing_tool(const effects::ProcessResult& result)
{
  if (result.err.find("No CMAKE_CXX_COMPILER could be found") != std::string::npos) {
    return "a C++ compiler";
  }
  if (result.err.find("unable to find a build program") != std::string::npos) {
    return "make";
  }
  return result.status == 127 ? "cmake" : "";
}

Check build_failed(const std::string& tool, const std::string& directory, const effects::ProcessResult& result)
{
  Check check = tool_failed(Level::torch, "build", tool, result);
  const std::vector<diagnose::Explained> known = diagnose::explain(result.out + result.err);
  if (const std::string missing = missing_tool(result); !missing.empty()) {
    check.because = missing + " is not installed";
    check.hints.push_back(
        base::Hint{"install what building needs", base::Command{{"apt-get", "install", "g++", "cmake", "make"}}});
  } else if (!known.empty()) {
    check.because += ": " + known.front().failure.cause;
    check.hints = known.front().failure.hints;
  } else {
    check.hints.push_back(base::Hint{"where " + directory + " is damaged: remove it, then install again",
                                     base::Command{{"cudasetup", "install"}}});
  }
  return check;
}

/// Configures and builds the probe; a failed check, or nothing when it is there.
std::optional<Check> build_probe(const Context& context, const std::string& directory, const std::string& version)
{
  for (const std::string_view name : {"CMakeLists.txt", "torch_probe.cpp"}) {
    if (const auto written = context.write_program(name); !written) {
      return make_check(Level::torch, "build", CheckResult::failed, written.error().message);
    }
  }
  const std::string build = context.request.work_directory + "/build";
  if (const auto made = context.effects.target.make_directories(build, 0700); !made) {
    return make_check(Level::torch, "build", CheckResult::failed, made.error().message);
  }
  const std::vector<std::pair<base::Command, std::chrono::seconds>> commands = {
      {base::Command{configure_arguments(context, directory, version)}, k_configure_limit},
      {base::Command{{"cmake", "--build", build}}, k_build_limit}};
  for (const auto& [command, limit] : commands) {
    const auto result = context.run(command, limit);
    if (!result) {
      return make_check(Level::torch, "build", CheckResult::failed, result.error().message);
    }
    if (result->status != 0 || result->timed_out) {
      return build_failed(command.argv[0] == "env" ? "cmake" : "the compiler", directory, *result);
    }
  }
  return std::nullopt;
}

/// The program as Ubuntu's compiler links it, which is the harder way, and as others do.
std::string program_of(const Context& context, const std::string& linking)
{
  return context.request.work_directory + "/build/torch_probe_" + linking;
}

/// Whether it has code for GPUs at all.
bool is_for_cpu(const Context& context, const std::string& directory)
{
  return !context.effects.target.status(directory + "/lib/libtorch_cuda.so", effects::FollowLinks::yes);
}

bool has_loaded_cuda(const ProbeReport& report)
{
  return std::any_of(report.facts.begin(), report.facts.end(), [](const auto& fact) {
    return fact.first == "cuda_library" && fact.second.boolean() != nullptr && *fact.second.boolean();
  });
}

/// Whether what was linked with --as-needed loads and sees what the same linked without does.
Check check_linking(const Context& context, const std::string& directory, const ProbeReport& as_needed)
{
  const auto result = context.run(base::Command{{program_of(context, "no-as-needed"), "look"}}, k_look_limit);
  if (!result) {
    return make_check(Level::torch, "linking", CheckResult::failed, result.error().message);
  }
  const ProbeReport plain = read_probe_output(result->out);
  if (result->timed_out || result->status != 0 || plain.probe != "libtorch") {
    return tool_failed(Level::torch, "linking", "the probe that was linked with --no-as-needed", *result);
  }
  const bool lost = !is_for_cpu(context, directory) && !has_loaded_cuda(as_needed);
  if (lost || plain.devices != as_needed.devices) {
    Check check = make_check(Level::torch,
                             "linking",
                             CheckResult::failed,
                             "linked with --as-needed, as Ubuntu's gcc does, a program " +
                                 std::string(lost ? "does not load libtorch_cuda.so"
                                                  : "sees " + std::to_string(as_needed.devices) +
                                                        " GPU(s), and without it " + std::to_string(plain.devices)));
    check.hints.push_back({"link with -Wl,--no-as-needed -ltorch_cuda", std::nullopt});
    return check;
  }
  return make_check(Level::torch,
                    "linking",
                    CheckResult::passed,
                    "a program that was linked with --as-needed loads and sees what one without it does");
}

/// A GPU is to be used, and LibTorch sees none: why, as far as its files tell.
std::optional<Check> check_sight(const Context& context, const std::string& directory, const ProbeReport& report)
{
  if (!is_gpu_to_be_used(context) || report.devices > 0) {
    return std::nullopt;
  }
  if (is_for_cpu(context, directory)) {
    Check check = make_check(
        Level::torch, "gpu", CheckResult::failed, directory + " is a build for the CPU alone, and a GPU is to be used");
    check.hints.push_back({"install one for CUDA", base::Command{{"cudasetup", "install", "--driver", "keep"}}});
    return check;
  }
  Check check = make_check(
      Level::torch, "gpu", CheckResult::failed, "this LibTorch is made for CUDA, and sees no GPU that it could use");
  check.hints.push_back({"see what keeps the driver from it", base::Command{{"cudasetup", "doctor"}}});
  return check;
}

/// Only Ubuntu's own libraries lack with the old ABI: those of wheels before 2.6 have it on purpose.
Check check_abi(const Context& context, const std::string& directory)
{
  const std::string config =
      context.effects.target.read(directory + "/share/cmake/Torch/TorchConfig.cmake").value_or("");
  if (config.find("_GLIBCXX_USE_CXX11_ABI=0") == std::string::npos) {
    return make_check(Level::torch, "abi", CheckResult::passed, "it has the C++ ABI of Ubuntu's own libraries");
  }
  const bool on_purpose = directory.ends_with("-pre-cxx11") || !directory.starts_with("/opt/libtorch/");
  Check check = make_check(Level::torch,
                           "abi",
                           on_purpose ? CheckResult::skipped : CheckResult::failed,
                           "it has the C++ ABI from before 2011: what of Ubuntu's libraries has std::string in its "
                           "calls does not link with it");
  check.hints.push_back({"install the build of the newer ABI",
                         base::Command{{"cudasetup", "install", "--abi", "cxx11", "--driver", "keep"}}});
  return check;
}

/// Builds the probe, runs it, judges it; the first check is of the building.
std::vector<Check> compute(const Context& context, const std::string& directory, const std::string& version)
{
  if (auto failed = build_probe(context, directory, version)) {
    return {*std::move(failed)};
  }
  std::vector<Check> checks = {make_check(
      Level::torch, "build", CheckResult::passed, "a CMake project with find_package(Torch) was configured and built")};
  const auto result = context.run(base::Command{{program_of(context, "as-needed")}}, k_run_limit);
  if (!result) {
    checks.push_back(make_check(Level::torch, "compute", CheckResult::failed, result.error().message));
    return checks;
  }
  for (Check& check : judge_probe(Level::torch, "libtorch", version_of_headers(version), *result)) {
    checks.push_back(std::move(check));
  }
  const ProbeReport report = read_probe_output(result->out);
  if (report.probe != "libtorch") {
    return checks;
  }
  checks.push_back(check_linking(context, directory, report));
  if (auto unseen = check_sight(context, directory, report)) {
    checks.push_back(*std::move(unseen));
  }
  return checks;
}

} // namespace

std::vector<Check> check_torch(const Context& context)
{
  const std::string directory = context.request.torch_dir.value_or(std::string(k_default_directory));
  if (!context.request.torch_dir && !context.request.torch_version &&
      // A link that leads nowhere was once an installation.
      !context.effects.target.status(directory, effects::FollowLinks::no)) {
    return {make_check(Level::torch, "tree", CheckResult::skipped, "no LibTorch is installed")};
  }
  const std::string version = build_version_of(context, directory);
  std::vector<Check> checks = {check_tree(context, directory, version)};
  if (checks.back().result != CheckResult::passed) {
    return checks;
  }
  checks.push_back(check_abi(context, directory));
  checks.push_back(check_libraries(context, directory));
  // Whatever its files or the tools seem to lack, what computes is the proof.
  std::vector<Check> computed = compute(context, directory, version);
  if (auto tools = check_build_tools(context, directory)) {
    if (computed.front().result == CheckResult::passed) {
      forgive(*tools);
    }
    checks.push_back(*std::move(tools));
  }
  checks.insert(checks.end(), std::make_move_iterator(computed.begin()), std::make_move_iterator(computed.end()));
  return checks;
}

} // namespace cudasetup::verify
