#include "report/verification.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace cudasetup::report {

namespace {

std::string_view mark_of(verify::CheckResult result)
{
  return result == verify::CheckResult::passed ? "ok  " : result == verify::CheckResult::skipped ? "skip" : "FAIL";
}

std::string line_of(const verify::Check& check)
{
  std::string text = fmt::format(
      "  {} {:<8} {:<12} {}\n", mark_of(check.result), verify::name_of(check.level), check.name, check.because);
  for (const std::string_view line : base::lines(check.output_tail)) {
    text += "       | " + std::string(line) + "\n";
  }
  for (const base::Hint& hint : check.hints) {
    text += "       hint: " + hint.text + (hint.command ? ": " + base::to_shell(*hint.command) : "") + "\n";
  }
  return text;
}

} // namespace

std::string text_of(const verify::Verification& verification)
{
  std::string text = "Verification\n";
  for (const verify::Check& check : verification.checks) {
    text += line_of(check);
  }
  switch (verification.verdict) {
  case verify::Verdict::passed:
    text += "verified: a tensor was computed on the GPU, and the result was right\n";
    break;
  case verify::Verdict::cpu_only:
    text += "verified: cpu-only. What was computed was right, but on the CPU: no GPU took part, so this is no proof of "
            "a GPU\n";
    break;
  case verify::Verdict::failed:
    text += "NOT verified\n";
    break;
  }
  return base::printable(text);
}

} // namespace cudasetup::report
