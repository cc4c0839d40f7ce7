#include "verify/verify.hpp"

#include <gtest/gtest.h>

namespace cudasetup::verify {

namespace {

enum class On { nothing, cpu, gpu };

Check check(Level level, CheckResult result, On on = On::nothing)
{
  Check made;
  made.level = level;
  made.name = "check";
  made.result = result;
  made.because = "it was so";
  if (on != On::nothing) {
    made.facts.emplace_back("gpu", on == On::gpu);
  }
  return made;
}

const Check k_driver = check(Level::driver, CheckResult::passed);
const Check k_skipped = check(Level::toolkit, CheckResult::skipped);
const Check k_cpu = check(Level::torch, CheckResult::passed, On::cpu);
const Check k_gpu = check(Level::torch, CheckResult::passed, On::gpu);
const Check k_failed = check(Level::torch, CheckResult::failed);
const Check k_failed_on_gpu = check(Level::torch, CheckResult::failed, On::gpu);

TEST(Judge, a_gpu_that_computed_passes_whatever_was_expected)
{
  for (const ExpectGpu expect : {ExpectGpu::automatic, ExpectGpu::yes, ExpectGpu::no}) {
    EXPECT_EQ(judge({k_driver, k_gpu}, expect, true), Verdict::passed);
    EXPECT_EQ(judge({k_gpu}, expect, false), Verdict::passed);
  }
}

TEST(Judge, without_a_gpu_it_is_cpu_only_where_none_is_expected)
{
  EXPECT_EQ(judge({k_driver, k_cpu}, ExpectGpu::automatic, false), Verdict::cpu_only);
  EXPECT_EQ(judge({k_driver, k_cpu}, ExpectGpu::no, true), Verdict::cpu_only);
}

TEST(Judge, an_expected_gpu_that_did_not_compute_fails)
{
  EXPECT_EQ(judge({k_driver, k_cpu}, ExpectGpu::automatic, true), Verdict::failed);
  EXPECT_EQ(judge({k_cpu}, ExpectGpu::yes, false), Verdict::failed);
  EXPECT_EQ(judge({k_driver, k_skipped}, ExpectGpu::automatic, true), Verdict::failed);
}

TEST(Judge, one_failure_is_enough)
{
  EXPECT_EQ(judge({k_gpu, k_failed}, ExpectGpu::no, false), Verdict::failed);
  EXPECT_EQ(judge({k_cpu, k_failed}, ExpectGpu::automatic, false), Verdict::failed);
  EXPECT_EQ(judge({k_failed_on_gpu}, ExpectGpu::no, true), Verdict::failed);
}

TEST(Judge, the_driver_alone_leads_nobody_to_expect_a_computation)
{
  EXPECT_EQ(judge({k_driver}, ExpectGpu::automatic, true), Verdict::cpu_only);
  EXPECT_EQ(judge({k_driver}, ExpectGpu::yes, true), Verdict::failed);
}

TEST(Judge, nothing_checked_proves_nothing)
{
  EXPECT_EQ(judge({}, ExpectGpu::automatic, false), Verdict::cpu_only);
  EXPECT_EQ(judge({}, ExpectGpu::yes, false), Verdict::failed);
}

TEST(VerificationJson, has_the_agreed_members)
{
  Verification verification;
  verification.verdict = Verdict::cpu_only;
  verification.checks = {k_cpu};
  EXPECT_EQ(json::write(to_json(verification), json::Layout::compact),
            R"({"schema":"cudasetup.verify/1","result":"cpu-only","checks":[{"level":"torch","name":"check",)"
            R"("result":"passed","because":"it was so","facts":{"gpu":false}}]})");
}

TEST(VerificationJson, shows_hints_and_the_tools_own_words)
{
  Verification verification;
  Check failed = k_failed;
  failed.hints.push_back({"install one", base::Command{{"cudasetup", "install"}}});
  failed.hints.push_back({"ask somebody", std::nullopt});
  failed.output_tail = "boom\n";
  verification.checks = {failed};
  EXPECT_EQ(json::write(to_json(verification), json::Layout::compact),
            R"({"schema":"cudasetup.verify/1","result":"failed","checks":[{"level":"torch","name":"check",)"
            R"("result":"failed","because":"it was so","facts":{},"hints":[{"text":"install one",)"
            R"("command":"cudasetup install"},{"text":"ask somebody","command":null}],"output_tail":"boom\n"}]})");
}

} // namespace

} // namespace cudasetup::verify
