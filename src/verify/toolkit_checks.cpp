#include "verify/checks.hpp"

#include "base/text.hpp"
#include "diagnose/tool_errors.hpp"
#include "verify/device_code.hpp"
#include "verify/probe_output.hpp"
#include "verify/probe_verdict.hpp"
#include "verify/toolkit_files.hpp"

namespace cudasetup::verify {

namespace {

constexpr std::chrono::seconds k_version_limit{20};
constexpr std::chrono::seconds k_compile_limit{300};
constexpr std::chrono::seconds k_run_limit{120};
/// vector_add's status where there is no GPU.
constexpr int k_no_gpu = 3;

/// "11.1" of "Cuda compilation tools, release 11.1, V11.1.105".
std::optional<base::Version> release_of(std::string_view output)
{
  constexpr std::string_view k_before = ", release ";
  const std::size_t at = output.find(k_before);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = output.substr(at + k_before.size());
  return base::Version::parse(rest.substr(0, rest.find(',')));
}

Check nvcc_check(CheckResult result, std::string because)
{
  return make_check(Level::toolkit, "nvcc", result, std::move(because));
}

Check compile_failed(std::string because)
{
  return make_check(Level::toolkit, "compile", CheckResult::failed, std::move(because));
}

Check check_version(const Context& context, const std::string& nvcc, const base::Version& release)
{
  const auto& expected = context.request.cuda_version;
  if (expected && expected->prefix(2) != release.prefix(2)) {
    Check check =
        nvcc_check(CheckResult::failed, nvcc + " is of CUDA " + release.text() + ", asked for was " + expected->text());
    check.hints.push_back({"install that one", base::Command{{"cudasetup", "install", "--cuda", expected->text()}}});
    return check;
  }
  Check check = nvcc_check(CheckResult::passed, nvcc + " is of CUDA " + release.text());
  check.facts.emplace_back("release", release.text());
  return check;
}

/// Which machine code to ask nvcc for.
enum class CodeFor { these_gpus, what_nvcc_prefers };

/// Code for the GPUs that are here. Otherwise nvcc alone makes it for one generation and later ones: from CUDA 11 on
/// for Maxwell, while 11 serves Kepler too (its release notes: sm_35 to sm_52 are deprecated, not removed).
std::vector<std::string> code_options(const Context& context, const base::Version& release, CodeFor code)
{
  const bool is_11 = release.major_part() == 11;
  std::vector<std::string> options =
      is_11 ? std::vector<std::string>{"-Wno-deprecated-gpu-targets"} : std::vector<std::string>{};
  std::vector<std::string> architectures;
  for (const base::ComputeCapability& capability : context.request.capabilities) {
    architectures.push_back(capability.sm().substr(std::string_view("sm_").size()));
  }
  if (code == CodeFor::what_nvcc_prefers || architectures.empty()) {
    architectures = is_11 ? std::vector<std::string>{"35", "52"} : std::vector<std::string>{};
  }
  for (const std::string& number : architectures) {
    options.emplace_back("-gencode");
    options.push_back("arch=compute_" + number + ",code=[sm_" + number + ",compute_" + number + "]");
  }
  return options;
}

base::Command compile_command(const Context& context,
                              const std::string& nvcc,
                              const std::vector<std::string>& code,
                              const std::string& source,
                              const std::string& program)
{
  std::vector<std::string> argv = {nvcc};
  if (const auto gcc = context.request.host_gcc ? context.request.host_gcc : named_host_gcc(context.facts)) {
    argv.insert(argv.end(), {"-ccbin", "g++-" + std::to_string(*gcc)});
  }
  argv.insert(argv.end(), code.begin(), code.end());
  argv.insert(argv.end(), {"-o", program, source});
  return base::Command{std::move(argv)};
}

/// Why nvcc failed, with what to do about it.
Check compiler_check(const Context& context, const effects::ProcessResult& compiled, const base::Version& release)
{
  Check check = tool_failed(Level::toolkit, "compile", "nvcc", compiled);
  const std::string output = compiled.out + compiled.err;
  const std::vector<diagnose::Explained> known = diagnose::explain(output);
  if (output.find("unsupported GNU version") != std::string::npos) {
    const diagnose::Finding* range = find_fault(context, "gcc-out-of-range");
    check.because = "this nvcc does not take the default gcc" + (range != nullptr ? ": " + range->evidence : "");
    check.hints.push_back({"this puts a gcc beside it that nvcc takes",
                           base::Command{{"cudasetup", "install", "--cuda", release.text(), "--toolkit-only"}}});
  } else if (!known.empty()) {
    check.because += ": " + known.front().failure.cause;
    check.hints = known.front().failure.hints;
  } else if (output.find("No such file or directory") != std::string::npos) {
    check.hints.push_back({"nvcc needs a C++ compiler", base::Command{{"apt-get", "install", "g++"}}});
  } else {
    check.hints.push_back({"see what is known to be wrong here", base::Command{{"cudasetup", "doctor"}}});
  }
  return check;
}

/// Runs the compiled program: a sum on each GPU, or none without one.
std::vector<Check> check_run(const Context& context, const std::string& program)
{
  const auto result = context.run(base::Command{{program}}, k_run_limit);
  if (!result) {
    return {make_check(Level::toolkit, "vector-add", CheckResult::failed, result.error().message)};
  }
  if (result->status == k_no_gpu && !result->timed_out && read_probe_output(result->out).probe == "cuda") {
    return {make_check(Level::toolkit,
                       "vector-add",
                       CheckResult::skipped,
                       "the kernel was compiled and linked; it was not run, since no GPU can be used here")};
  }
  return judge_probe(Level::toolkit, "cuda", "", *result);
}

std::vector<Check> check_kernel(const Context& context, const std::string& nvcc, const base::Version& release)
{
  const auto source = context.write_program("vector_add.cu");
  if (!source) {
    return {compile_failed(source.error().message)};
  }
  const std::string program = context.request.work_directory + "/vector_add";
  const auto compile = [&](CodeFor code) {
    return context.run(compile_command(context, nvcc, code_options(context, release, code), *source, program),
                       k_compile_limit);
  };
  std::string note;
  auto compiled = compile(CodeFor::these_gpus);
  if (compiled && compiled->status != 0 && !context.request.capabilities.empty() &&
      (compiled->out + compiled->err).find("Unsupported gpu architecture") != std::string::npos) {
    // Code for the GPU's elder relations may run on it all the same; the GPU itself tells.
    note = "; it does not know a GPU that is here";
    compiled = compile(CodeFor::what_nvcc_prefers);
  }
  if (!compiled) {
    return {compile_failed(compiled.error().message)};
  }
  if (compiled->status != 0 || compiled->timed_out) {
    return {compiler_check(context, *compiled, release)};
  }
  // Without device code in it the program would prove nothing of nvcc.
  const std::vector<std::string> code = device_code_in(context.effects.target.read(program).value_or(""));
  if (code.empty()) {
    return {compile_failed("nvcc made a program without device code")};
  }
  std::vector<Check> checks = {make_check(Level::toolkit,
                                          "compile",
                                          CheckResult::passed,
                                          "nvcc compiled and linked a kernel, for " + base::join(code, ", ") + note)};
  for (Check& check : check_run(context, program)) {
    checks.push_back(std::move(check));
  }
  return checks;
}

/// NVIDIA's nvcc is a program. What is a script was put before one, or in its place, by somebody else.
bool is_wrapper(const Context& context, const std::string& nvcc)
{
  constexpr std::size_t k_magic = 4;
  const auto start = context.effects.target.read_range(nvcc, 0, k_magic);
  return start && !is_elf(*start);
}

/// A wrapper that compiles passes as nvcc does. One that does not may lack what only its maker's users have (a module
/// to load, a licence, a build service), or have no compiler behind it: that tells nothing of NVIDIA's toolkit, good or
/// bad, nor does its word for a version.
Check wrapper_check(const std::string& nvcc, Check failed)
{
  Check check = nvcc_check(CheckResult::skipped,
                           nvcc + " is a script, not NVIDIA's compiler, and compiles no device code here: "
                                  "that proves nothing of the toolkit");
  check.output_tail = std::move(failed.output_tail);
  check.hints.push_back({"see what it is", base::Command{{"head", "-n", "20", nvcc}}});
  return check;
}

/// There is no toolkit, or none with a compiler: a fault only where one was asked for.
std::vector<Check> check_absent(const Context& context, const std::string& because)
{
  const bool asked_for = context.request.cuda_dir || context.request.cuda_version;
  Check check = nvcc_check(asked_for ? CheckResult::failed : CheckResult::skipped, because);
  if (asked_for) {
    check.hints.push_back({"install one", base::Command{{"cudasetup", "install"}}});
  }
  return {std::move(check)};
}

} // namespace

std::vector<Check> check_toolkit(const Context& context)
{
  const auto directory = context.request.cuda_dir ? context.request.cuda_dir : context.facts.active_toolkit;
  if (!directory) {
    return check_absent(context, "no CUDA toolkit is installed");
  }
  const std::string nvcc = *directory + "/bin/nvcc";
  if (!context.effects.target.status(nvcc, effects::FollowLinks::yes)) {
    return check_absent(context, nvcc + " is not there");
  }
  const auto result = context.run(base::Command{{nvcc, "--version"}}, k_version_limit);
  if (!result) {
    return {nvcc_check(CheckResult::failed, result.error().message)};
  }
  const auto release = release_of(result->out);
  if (result->status != 0 || !release) {
    Check check = tool_failed(Level::toolkit, "nvcc", nvcc + " --version", *result);
    if (result->status == 0) {
      check.because = nvcc + " does not tell its release";
    }
    return {std::move(check)};
  }
  std::vector<Check> checks = {check_version(context, nvcc, *release)};
  if (checks.front().result != CheckResult::passed) {
    return checks;
  }
  std::vector<Check> kernel = check_kernel(context, nvcc, *release);
  if (kernel.front().result == CheckResult::failed && is_wrapper(context, nvcc)) {
    return {wrapper_check(nvcc, std::move(kernel.front()))};
  }
  if (auto compiler = check_host_compiler(context, *release)) {
    if (kernel.front().result == CheckResult::passed) {
      forgive(*compiler);
    }
    checks.push_back(*std::move(compiler));
  }
  for (Check& check : check_toolkit_files(context, *directory, *release)) {
    checks.push_back(std::move(check));
  }
  checks.insert(checks.end(), std::make_move_iterator(kernel.begin()), std::make_move_iterator(kernel.end()));
  return checks;
}

} // namespace cudasetup::verify
