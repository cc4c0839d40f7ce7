#include "report/verification.hpp"

#include <gtest/gtest.h>

namespace cudasetup::report {

namespace {

using verify::Check;
using verify::CheckResult;
using verify::Level;
using verify::Verdict;
using verify::Verification;

Check check(Level level, std::string name, CheckResult result, std::string because)
{
  Check made;
  made.level = level;
  made.name = std::move(name);
  made.result = result;
  made.because = std::move(because);
  return made;
}

Check computed(bool gpu)
{
  Check made = check(Level::torch, "matmul", CheckResult::passed, "computed");
  made.facts.emplace_back("gpu", gpu);
  return made;
}

TEST(VerificationText, has_a_line_a_check_and_ends_with_the_verdict)
{
  EXPECT_EQ(text_of(Verification{Verdict::passed,
                                 {check(Level::driver, "loaded", CheckResult::passed, "455.32.00 is loaded"),
                                  check(Level::toolkit, "nvcc", CheckResult::skipped, "no toolkit"),
                                  computed(true)}}),
            "Verification\n"
            "  ok   driver   loaded       455.32.00 is loaded\n"
            "  skip toolkit  nvcc         no toolkit\n"
            "  ok   torch    matmul       computed\n"
            "verified: the GPU computed, and the results were right\n");
}

TEST(VerificationText, never_calls_the_cpu_a_gpu_success)
{
  const std::string text = text_of(Verification{Verdict::cpu_only, {computed(false)}});
  EXPECT_NE(text.find("cpu-only: what was computed was right, but on the CPU."), std::string::npos);
  EXPECT_EQ(text.find("verified:"), std::string::npos);
}

TEST(VerificationText, does_not_say_that_something_was_computed_where_nothing_was)
{
  const std::string text =
      text_of(Verification{Verdict::cpu_only, {check(Level::driver, "loaded", CheckResult::passed, "it is")}});
  EXPECT_NE(text.find("nothing was computed"), std::string::npos);
}

TEST(VerificationText, shows_why_a_check_failed_and_what_to_do)
{
  Check failed = check(Level::torch, "build", CheckResult::failed, "cmake is not installed");
  failed.output_tail = "cmake: not found\n";
  failed.hints.push_back({"install it", base::Command{{"apt-get", "install", "cmake"}}});
  EXPECT_EQ(text_of(Verification{Verdict::failed, {failed}}),
            "Verification\n"
            "  FAIL torch    build        cmake is not installed\n"
            "       | cmake: not found\n"
            "       hint: install it: apt-get install cmake\n"
            "NOT verified: see what is marked FAIL\n");
}

} // namespace

} // namespace cudasetup::report
