#include "verify/checks.hpp"
#include "verify/probe_output.hpp"
#include "verify/probe_verdict.hpp"

namespace cudasetup::verify {

namespace {

constexpr std::chrono::seconds k_limit{300};

/// A GPU is to be used, and the environment's torch sees none.
std::optional<Check> check_sight(const Context& context, const ProbeReport& report)
{
  if (!is_gpu_to_be_used(context) || report.probe != "python" || report.devices > 0) {
    return std::nullopt;
  }
  const std::string& directory = *context.request.python_dir;
  if (report.headers.ends_with("+cpu")) {
    Check check =
        make_check(Level::python,
                   "gpu",
                   CheckResult::failed,
                   directory + " has torch " + report.headers + ", a build for the CPU alone, and a GPU is to be used");
    check.hints.push_back(
        {"install one for CUDA", base::Command{{"cudasetup", "install", "--driver", "keep", "--python", directory}}});
    return check;
  }
  Check check = make_check(Level::python,
                           "gpu",
                           CheckResult::failed,
                           directory + " has torch " + report.headers + ", which sees no GPU that it could use");
  check.hints.push_back({"see what keeps the driver from it", base::Command{{"cudasetup", "doctor"}}});
  return check;
}

} // namespace

std::vector<Check> check_python(const Context& context)
{
  if (!context.request.python_dir) {
    return {make_check(Level::python, "environment", CheckResult::skipped, "no virtual environment was named")};
  }
  const std::string python = *context.request.python_dir + "/bin/python";
  if (!context.effects.target.status(python, effects::FollowLinks::yes)) {
    Check check = make_check(Level::python, "environment", CheckResult::failed, python + " is not there");
    check.hints.push_back(
        {"make that environment", base::Command{{"cudasetup", "install", "--python", *context.request.python_dir}}});
    return {std::move(check)};
  }
  const auto script = context.write_program("torch_probe.py");
  if (!script) {
    return {make_check(Level::python, "environment", CheckResult::failed, script.error().message)};
  }
  const auto result = context.run(base::Command{{python, *script}}, k_limit);
  if (!result) {
    return {make_check(Level::python, "compute", CheckResult::failed, result.error().message)};
  }
  std::vector<Check> checks = judge_probe(Level::python, "python", context.request.torch_version.value_or(""), *result);
  if (auto unseen = check_sight(context, read_probe_output(result->out))) {
    checks.push_back(std::move(*unseen));
  }
  return checks;
}

} // namespace cudasetup::verify
