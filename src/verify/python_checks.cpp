#include "verify/checks.hpp"
#include "verify/probe_verdict.hpp"

namespace cudasetup::verify {

namespace {

constexpr std::chrono::seconds k_limit{300};

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
  return judge_probe(Level::python, "python", context.request.torch_version.value_or(""), *result);
}

} // namespace cudasetup::verify
