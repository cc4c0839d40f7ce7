#include "report/verification.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

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

/// Whether anything was computed at all: such checks say where.
bool has_computed(const verify::Verification& verification)
{
  return std::any_of(verification.checks.begin(), verification.checks.end(), [](const verify::Check& check) {
    return check.result == verify::CheckResult::passed &&
           std::any_of(check.facts.begin(), check.facts.end(), [](const auto& fact) { return fact.first == "gpu"; });
  });
}

std::string conclusion(const verify::Verification& verification)
{
  switch (verification.verdict) {
  case verify::Verdict::passed:
    return "verified: the GPU computed, and the results were right\n";
  case verify::Verdict::cpu_only:
    return has_computed(verification)
               ? "cpu-only: what was computed was right, but on the CPU. No GPU took part, so this proves nothing of "
                 "one\n"
               : "cpu-only: nothing is wrong, but nothing was computed either, so this proves nothing of a GPU\n";
  case verify::Verdict::failed:
    break;
  }
  return "NOT verified: see what is marked FAIL\n";
}

} // namespace

std::string text_of(const verify::Verification& verification)
{
  std::string text = "Verification\n";
  for (const verify::Check& check : verification.checks) {
    text += line_of(check);
  }
  text += conclusion(verification);
  return base::printable(text);
}

} // namespace cudasetup::report
