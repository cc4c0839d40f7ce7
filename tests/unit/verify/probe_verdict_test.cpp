#include "verify/probe_verdict.hpp"

#include "verify/probe_output.hpp"

#include <gtest/gtest.h>

namespace cudasetup::verify {

namespace {

// What the probe prints on a machine with a T4, and what libraries print in between.
const std::string k_report = R"({"probe":"libtorch","headers":"1.7.1","cuda":true,"cudnn":true,"devices":1})"
                             "\n";
const std::string k_held =
    R"({"test":"matmul","device":"cuda:0","held":true,"difference":3.1e-07,"tolerance":5.0e-03,"seconds":0.412,)"
    R"("error":"","name":"Tesla T4","sm":"sm_75"})"
    "\n";
const std::string k_differs =
    R"({"test":"convolution","device":"cuda:0","held":false,"difference":4.2e+00,"tolerance":5.0e-03,"error":""})"
    "\n";
const std::string k_threw = R"({"test":"matmul","device":"cuda:0","held":false,"difference":-1,"tolerance":5.0e-03,)"
                            R"("error":"CUDA error: no kernel image is available for execution on the device"})"
                            "\n";
const std::string k_on_cpu = R"({"probe":"libtorch","headers":"1.7.1","cuda":false,"cudnn":false,"devices":0})"
                             "\n"
                             R"({"test":"matmul","device":"cpu","held":true,"difference":1e-07,"error":""})"
                             "\n";

effects::ProcessResult ended(const std::string& out, int status = 0, const std::string& err = "")
{
  effects::ProcessResult result;
  result.out = out;
  result.err = err;
  result.status = status;
  return result;
}

std::vector<Check> judged(const effects::ProcessResult& result, std::string_view version = "")
{
  return judge_probe(Level::torch, "libtorch", version, result);
}

/// The only check, which must have failed.
Check only_failure(const std::vector<Check>& checks)
{
  EXPECT_EQ(checks.size(), 1U);
  EXPECT_FALSE(checks.empty());
  const Check check = checks.empty() ? Check{} : checks.front();
  EXPECT_EQ(check.result, CheckResult::failed);
  return check;
}

bool is_gpu(const Check& check)
{
  for (const auto& [name, value] : check.facts) {
    if (name == "gpu") {
      return value.boolean() != nullptr && *value.boolean();
    }
  }
  return false;
}

TEST(ProbeOutput, is_found_between_other_lines)
{
  const ProbeReport report = read_probe_output("[W CUDAFunctions.cpp:100] Warning\n" + k_report + "{broken\n" + k_held +
                                               "[]\n{\"other\":1}\n\"x\"\n");
  EXPECT_EQ(report.probe, "libtorch");
  EXPECT_EQ(report.headers, "1.7.1");
  EXPECT_TRUE(report.cuda);
  EXPECT_EQ(report.devices, 1);
  ASSERT_EQ(report.tests.size(), 1U);
  EXPECT_EQ(report.tests[0].name, "matmul");
  EXPECT_EQ(report.tests[0].device, "cuda:0");
  EXPECT_TRUE(report.tests[0].held);
}

TEST(ProbeOutput, of_rubbish_is_empty)
{
  for (const std::string& text : {std::string(),
                                  std::string("\x01\x02{\n}\n"),
                                  std::string("{}\n{}\n"),
                                  std::string("Segmentation fault\n"),
                                  std::string(100000, '{')}) {
    const ProbeReport report = read_probe_output(text);
    EXPECT_EQ(report.probe, "");
    EXPECT_TRUE(report.tests.empty());
  }
}

TEST(ProbeOutput, takes_nothing_for_held_that_does_not_say_so)
{
  for (const char* line : {R"({"test":"matmul","device":"cpu"})",
                           R"({"test":"matmul","held":"true"})",
                           R"({"test":"matmul","held":1})",
                           R"({"test":5,"held":null})",
                           R"({"error":"x"})"}) {
    const ProbeReport report = read_probe_output(line);
    ASSERT_EQ(report.tests.size(), 1U) << line;
    EXPECT_FALSE(report.tests[0].held) << line;
  }
}

TEST(ProbeOutput, shows_no_control_characters_of_a_name)
{
  EXPECT_EQ(read_probe_output(R"({"test":"a\u001b[2Jb","held":true})").tests.at(0).name, "a?[2Jb");
}

TEST(ProbeVerdict, passes_what_was_computed_on_a_gpu_and_held)
{
  const auto checks = judged(ended(k_report + k_held), "1.7.1+cu110");
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].name, "probe");
  EXPECT_EQ(checks[0].because, "the probe of version 1.7.1 runs and sees 1 GPU(s)");
  EXPECT_EQ(checks[1].name, "matmul");
  EXPECT_EQ(checks[1].result, CheckResult::passed);
  EXPECT_EQ(checks[1].because, "computed on cuda:0 and compared with plain loops");
  EXPECT_TRUE(is_gpu(checks[1]));
  EXPECT_FALSE(is_gpu(checks[0]));
  EXPECT_EQ(json::write(checks[1].facts.back().second, json::Layout::compact), "true");
}

TEST(ProbeVerdict, does_not_take_the_cpu_for_a_gpu)
{
  const auto checks = judged(ended(k_on_cpu));
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].because, "the probe of version 1.7.1 runs and sees no GPU");
  EXPECT_EQ(checks[1].result, CheckResult::passed);
  EXPECT_FALSE(is_gpu(checks[1]));
}

TEST(ProbeVerdict, fails_a_wrong_number)
{
  const auto checks = judged(ended(k_report + k_held + k_differs, 1));
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_EQ(checks[1].result, CheckResult::passed);
  EXPECT_EQ(checks[2].result, CheckResult::failed);
  EXPECT_EQ(checks[2].because, "the result on cuda:0 differs from that of plain loops");
}

TEST(ProbeVerdict, a_wrong_number_fails_also_where_the_status_is_zero)
{
  EXPECT_EQ(judged(ended(k_report + k_differs, 0)).back().result, CheckResult::failed);
}

TEST(ProbeVerdict, says_what_to_do_where_a_build_has_no_kernels_for_the_gpu)
{
  const auto checks = judged(ended(k_report + k_threw, 1));
  EXPECT_EQ(checks.back().because,
            "failed on cuda:0: CUDA error: no kernel image is available for execution on the device");
  ASSERT_FALSE(checks.back().hints.empty());
  EXPECT_EQ(base::to_shell(checks.back().hints[0].command.value()), "cudasetup plan --torch latest");
}

TEST(ProbeVerdict, a_crash_is_a_failure_with_the_end_of_its_output)
{
  const Check check = only_failure(judged(ended("", 139, "symbol lookup error: libtorch_cuda.so\n")));
  EXPECT_EQ(check.because, "the probe crashed, by signal 11");
  EXPECT_NE(check.output_tail.find("symbol lookup error"), std::string::npos);
}

TEST(ProbeVerdict, no_report_no_comparison_or_another_probe_is_a_failure_whatever_the_status)
{
  for (const std::string& out : {std::string(), k_held, k_report, std::string("{\"probe\":\"cuda\"}\n") + k_held}) {
    EXPECT_EQ(only_failure(judged(ended(out))).because, "the probe ended without a result") << out;
  }
}

TEST(ProbeVerdict, a_crash_after_all_comparisons_is_still_a_failure)
{
  const auto checks = judged(ended(k_report + k_held, 134));
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_EQ(checks.back().result, CheckResult::failed);
  EXPECT_EQ(checks.back().because, "the probe crashed, by signal 6");
}

TEST(ProbeVerdict, each_device_owes_every_comparison)
{
  const std::string two = R"({"probe":"libtorch","headers":"1.7.1","cuda":true,"devices":2,"tests":1})"
                          "\n";
  const auto checks = judged(ended(two + k_held));
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_EQ(checks.back().result, CheckResult::failed);
  EXPECT_EQ(checks.back().because, "the probe ended after 1 of 2 comparisons");
  EXPECT_EQ(judged(ended(two + k_held + k_held)).size(), 3U);
  EXPECT_EQ(judged(ended(two + k_held + k_held)).back().result, CheckResult::passed);
}

TEST(ProbeVerdict, a_probe_that_was_ended_for_its_time_fails)
{
  effects::ProcessResult result = ended(k_report + k_held, 143);
  result.timed_out = true;
  EXPECT_EQ(only_failure(judged(result)).because, "the probe did not end within its time limit");
}

TEST(ProbeVerdict, another_version_than_expected_fails)
{
  const auto checks = judged(ended(k_report + k_held), "1.10.1+cu111");
  EXPECT_EQ(checks.front().result, CheckResult::failed);
  EXPECT_EQ(checks.front().because, "it is of version 1.7.1, asked for was 1.10.1+cu111");
  EXPECT_FALSE(checks.front().hints.empty());
  EXPECT_EQ(judged(ended(k_report + k_held), "1.7.10").front().result, CheckResult::failed);
  EXPECT_EQ(judged(ended(k_report + k_held), "1.7.1").front().result, CheckResult::passed);
  EXPECT_EQ(judged(ended(k_report + k_held), "").front().result, CheckResult::passed);
}

} // namespace

} // namespace cudasetup::verify
