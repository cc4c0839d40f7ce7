#include "verify/checks.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::verify {

/// The files of src/verify/programs, put into the program when it was built.
const std::vector<std::pair<std::string_view, std::string_view>>& program_files();

namespace {

constexpr std::size_t k_tail_lines = 12;
/// A program that a signal ended has this and the signal's number for a status.
constexpr int k_by_signal = 128;

} // namespace

base::Result<effects::ProcessResult> Context::run(const base::Command& command, std::chrono::seconds limit) const
{
  effects::ProcessOptions options;
  options.time_limit = limit;
  return effects.processes.run(base::in_root(command, request.root), options);
}

base::Result<std::string> Context::write_program(std::string_view name) const
{
  for (const auto& [file, text] : program_files()) {
    if (file == name) {
      std::string path = request.work_directory + "/" + std::string(name);
      CUDASETUP_TRY(effects.target.write(path, text, 0600));
      return path;
    }
  }
  return base::fail(base::ErrorKind::bug, "no program " + std::string(name) + " is built in");
}

Check make_check(Level level, std::string name, CheckResult result, std::string because)
{
  Check check;
  check.level = level;
  check.name = std::move(name);
  check.result = result;
  check.because = std::move(because);
  return check;
}

const diagnose::Finding* find_fault(const Context& context, std::string_view id)
{
  const auto& findings = context.request.findings;
  const auto found = std::find_if(
      findings.begin(), findings.end(), [&](const diagnose::Finding& finding) { return finding.id == id; });
  return found == findings.end() ? nullptr : &*found;
}

Check judge_aspect(const Context& context, Aspect aspect)
{
  const bool is_seen = !aspect.seen.empty();
  Check check = make_check(aspect.level,
                           std::string(aspect.name),
                           is_seen ? CheckResult::passed : CheckResult::skipped,
                           is_seen ? std::move(aspect.seen) : std::move(aspect.unknown));
  std::vector<std::string> reasons;
  for (const diagnose::Finding& finding : context.request.findings) {
    if (std::find(aspect.ids.begin(), aspect.ids.end(), finding.id) == aspect.ids.end()) {
      continue;
    }
    const bool is_fault = finding.blocks != diagnose::Blocks::nothing;
    check.result = is_fault || check.result == CheckResult::failed ? CheckResult::failed : CheckResult::skipped;
    reasons.push_back(std::string(finding.cause) + ": " + finding.evidence);
    check.hints.insert(check.hints.end(), finding.remedies.begin(), finding.remedies.end());
  }
  if (!reasons.empty()) {
    check.because = base::join(reasons, "; ");
  }
  return check;
}

bool is_gpu_to_be_used(const Context& context)
{
  const ExpectGpu expect = context.request.expect_gpu;
  return expect == ExpectGpu::yes || (expect == ExpectGpu::automatic && is_gpu_present(context));
}

Check tool_failed(Level level, std::string name, const std::string& what, const effects::ProcessResult& result)
{
  Check check = make_check(level,
                           std::move(name),
                           CheckResult::failed,
                           result.timed_out       ? what + " did not end within its time limit"
                           : result.status == 127 ? what + " is not installed"
                           : result.status > k_by_signal
                               ? what + " crashed, by signal " + std::to_string(result.status - k_by_signal)
                               : what + " ended with status " + std::to_string(result.status));
  check.output_tail = base::tail(base::printable(result.out + result.err), k_tail_lines);
  return check;
}

} // namespace cudasetup::verify
