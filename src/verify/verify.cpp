#include "verify/verify.hpp"

#include "base/text.hpp"
#include "verify/checks.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

/// Which level of how many, from 1.
struct Position {
  std::size_t number;
  std::size_t count;
};

std::vector<Check> run_checks(const Context& context, Level level)
{
  switch (level) {
  case Level::driver:
    return check_driver(context);
  case Level::toolkit:
    return check_toolkit(context);
  case Level::torch:
    return check_torch(context);
  case Level::python:
    break;
  }
  return check_python(context);
}

std::string_view title_of(Level level)
{
  switch (level) {
  case Level::driver:
    return "Look at the driver";
  case Level::toolkit:
    return "Compile a kernel with nvcc, and run it";
  case Level::torch:
    return "Build a program with LibTorch, and run it";
  case Level::python:
    break;
  }
  return "Compute with Python's torch";
}

bool has_failed(const std::vector<Check>& checks)
{
  return std::any_of(checks.begin(), checks.end(), [](const Check& c) { return c.result == CheckResult::failed; });
}

std::vector<Check> checks_of(const Context& context, Level level, const Position& position)
{
  using Outcome = effects::StepEnded::Outcome;
  const std::string id = "verify-" + std::string(name_of(level));
  const auto start = context.effects.clock.steady();
  context.effects.events.emit(effects::StepStarted{position.number, position.count, id, std::string(title_of(level))});
  std::vector<Check> checks = run_checks(context, level);
  const double seconds = std::chrono::duration<double>(context.effects.clock.steady() - start).count();
  context.effects.events.emit(effects::StepEnded{id, has_failed(checks) ? Outcome::failed : Outcome::done, seconds});
  return checks;
}

bool computed_on_gpu(const Check& check)
{
  return check.result == CheckResult::passed &&
         std::any_of(check.facts.begin(), check.facts.end(), [](const auto& fact) {
           return fact.first == "gpu" && fact.second.boolean() != nullptr && *fact.second.boolean();
         });
}

/// The driver's level computes nothing, so that by itself it leads nobody to expect a computation.
bool is_gpu_expected(const std::vector<Check>& checks, ExpectGpu expect, bool gpu_present)
{
  const bool computes =
      std::any_of(checks.begin(), checks.end(), [](const Check& c) { return c.level != Level::driver; });
  return expect == ExpectGpu::yes || (expect == ExpectGpu::automatic && gpu_present && computes);
}

/// Nothing failed, and yet no GPU did what one should.
Check missing_gpu(Level level, bool gpu_present)
{
  Check check = make_check(level,
                           "gpu",
                           CheckResult::failed,
                           std::string("a GPU is expected ") + (gpu_present ? "(one is here)" : "(--expect-gpu yes)") +
                               ", but none computed");
  check.hints.push_back({"see what the driver says", base::Command{{"nvidia-smi"}}});
  check.hints.push_back(
      {"where none is meant to be used", base::Command{{"cudasetup", "verify", "--expect-gpu", "no"}}});
  return check;
}

/// Whether there was nothing to verify. The driver's level computes nothing: with others beside it, it does not count.
bool is_idle(const std::vector<Check>& checks)
{
  const auto counts = [](const Check& c) { return c.level != Level::driver; };
  const bool others = std::any_of(checks.begin(), checks.end(), counts);
  return std::none_of(checks.begin(), checks.end(), [&](const Check& c) {
    return c.result == CheckResult::failed || (c.result == CheckResult::passed && (!others || counts(c)));
  });
}

Check nothing_to_verify(Level level, const std::vector<Check>& checks)
{
  std::vector<std::string> reasons;
  for (const Check& check : checks) {
    const bool is_detail = check.level == Level::driver && check.name != "loaded";
    if (check.result == CheckResult::skipped && !is_detail) {
      reasons.push_back(check.because);
    }
  }
  Check check = make_check(level,
                           "nothing",
                           CheckResult::failed,
                           "there is nothing to verify" + (reasons.empty() ? "" : ": " + base::join(reasons, "; ")));
  check.hints.push_back({"install something that computes", base::Command{{"cudasetup", "install"}}});
  return check;
}

/// Whatever failed says what to do next.
void leave_none_without_a_hint(Verification& verification)
{
  for (Check& check : verification.checks) {
    if (check.result == CheckResult::failed && check.hints.empty()) {
      check.hints.push_back({"see what is known to be wrong here", base::Command{{"cudasetup", "doctor"}}});
    }
  }
}

/// Hints are typed on the running system. Those of findings lead where they should already (with sudo).
void lead_into_root(Verification& verification, const std::string& root)
{
  for (Check& check : verification.checks) {
    for (base::Hint& hint : check.hints) {
      const std::string program = hint.command ? hint.command->argv.front() : "cudasetup";
      if (program == "reboot" || program == "dmesg") {
        // Of the machine that runs, which is another one.
        hint.command = base::is_running_system(root) ? hint.command : std::nullopt;
      } else if (program != "cudasetup" && program != "sudo") {
        hint.command = base::in_root(*std::move(hint.command), root);
      }
    }
  }
}

json::Value to_json(const Check& check)
{
  json::Object object = {{"level", name_of(check.level)},
                         {"name", check.name},
                         {"result", name_of(check.result)},
                         {"because", check.because},
                         {"facts", check.facts}};
  if (!check.hints.empty()) {
    json::Array hints;
    for (const base::Hint& hint : check.hints) {
      hints.emplace_back(json::Object{
          {"text", hint.text}, {"command", hint.command ? json::Value(base::to_shell(*hint.command)) : json::Value()}});
    }
    object.emplace_back("hints", std::move(hints));
  }
  if (!check.output_tail.empty()) {
    object.emplace_back("output_tail", check.output_tail);
  }
  return object;
}

} // namespace

std::string_view name_of(Level level)
{
  switch (level) {
  case Level::driver:
    return "driver";
  case Level::toolkit:
    return "toolkit";
  case Level::torch:
    return "torch";
  case Level::python:
    break;
  }
  return "python";
}

std::string_view name_of(CheckResult result)
{
  return result == CheckResult::passed ? "passed" : result == CheckResult::skipped ? "skipped" : "failed";
}

std::string_view name_of(Verdict verdict)
{
  return verdict == Verdict::passed ? "passed" : verdict == Verdict::cpu_only ? "cpu-only" : "failed";
}

Verdict judge(const std::vector<Check>& checks, ExpectGpu expect, bool gpu_present)
{
  const bool gpu = std::any_of(checks.begin(), checks.end(), computed_on_gpu);
  if (has_failed(checks) || (!gpu && is_gpu_expected(checks, expect, gpu_present))) {
    return Verdict::failed;
  }
  return gpu ? Verdict::passed : Verdict::cpu_only;
}

Verification verify(const effects::Effects& effects, const host::HostFacts& facts, const VerifyRequest& request)
{
  const Context context{effects, facts, request};
  Verification verification;
  auto prepared = effects.target.remove(request.work_directory);
  if (prepared) {
    prepared = effects.target.make_directories(request.work_directory, 0700);
  }
  if (!prepared) {
    Check check = make_check(Level::driver, "work-directory", CheckResult::failed, prepared.error().message);
    check.hints = prepared.error().hints;
    verification.checks.push_back(std::move(check));
    return verification;
  }
  for (std::size_t i = 0; i < request.levels.size(); ++i) {
    for (Check& check : checks_of(context, request.levels[i], Position{i + 1, request.levels.size()})) {
      verification.checks.push_back(std::move(check));
    }
  }
  // What is left there is replaced by the next run.
  static_cast<void>(effects.target.remove(request.work_directory));
  const Level last = request.levels.empty() ? Level::driver : request.levels.back();
  if (request.idle == Idle::fails && is_idle(verification.checks)) {
    verification.checks.push_back(nothing_to_verify(last, verification.checks));
  }
  const bool present = is_gpu_present(context);
  verification.verdict = judge(verification.checks, request.expect_gpu, present);
  if (verification.verdict == Verdict::failed && !has_failed(verification.checks)) {
    verification.checks.push_back(missing_gpu(last, present));
  }
  leave_none_without_a_hint(verification);
  lead_into_root(verification, request.root);
  return verification;
}

json::Value to_json(const Verification& verification)
{
  json::Array checks;
  for (const Check& check : verification.checks) {
    checks.push_back(to_json(check));
  }
  return json::Object{
      {"schema", "cudasetup.verify/1"}, {"result", name_of(verification.verdict)}, {"checks", std::move(checks)}};
}

} // namespace cudasetup::verify
