#include "verify/probe_verdict.hpp"

#include "diagnose/tool_errors.hpp"
#include "verify/probe_output.hpp"

#include <algorithm>

namespace cudasetup::verify {

namespace {

Check check_of(Level level, const ProbeTest& test)
{
  Check check = make_check(level,
                           test.name.empty() ? "compute" : test.name,
                           test.held ? CheckResult::passed : CheckResult::failed,
                           test.held            ? "computed on " + test.device + " and compared with plain loops"
                           : test.error.empty() ? "the result on " + test.device + " differs from that of plain loops"
                                                : "failed on " + test.device + ": " + test.error);
  check.facts = test.facts;
  check.facts.emplace_back("gpu", test.device.starts_with("cuda"));
  if (test.error.find("no kernel image is available") != std::string::npos) {
    check.hints.push_back({"this build has no kernels for this GPU; see which build has them",
                           base::Command{{"cudasetup", "plan", "--torch", "latest"}}});
  } else if (test.error.find("driver version is insufficient") != std::string::npos) {
    check.hints.push_back({"the driver is older than this CUDA needs; see which one each release brings",
                           base::Command{{"cudasetup", "list", "cuda"}}});
  }
  return check;
}

/// 1.7.1 fits 1.7.1+cu110 and 1.7.1, not 1.7.10.
bool fits(std::string_view version, std::string_view expected)
{
  return version == expected ||
         (version.starts_with(expected) && (version[expected.size()] == '+' || version[expected.size()] == '.')) ||
         (expected.starts_with(version) && expected[version.size()] == '+');
}

Check check_report(Level level, const ProbeReport& report, std::string_view expected_version)
{
  const std::string sees =
      report.devices > 0 ? "sees " + std::to_string(report.devices) + " GPU(s)" : std::string("sees no GPU");
  const bool other = !expected_version.empty() && !report.headers.empty() && !fits(report.headers, expected_version);
  Check check = make_check(
      level,
      "probe",
      other ? CheckResult::failed : CheckResult::passed,
      other ? "it is of version " + report.headers + ", asked for was " + std::string(expected_version)
            : "the probe" + (report.headers.empty() ? "" : " of version " + report.headers) + " runs and " + sees);
  check.facts = report.facts;
  if (other) {
    check.hints.push_back({"install what was asked for", base::Command{{"cudasetup", "install"}}});
  }
  return check;
}

/// How many comparisons a probe owes that says so; one that is ended from within leaves some out.
std::size_t owed(const ProbeReport& report)
{
  constexpr std::int64_t k_most = 1000; // More devices or comparisons are rubbish.
  const std::int64_t devices = std::clamp<std::int64_t>(report.devices, 1, k_most);
  return static_cast<std::size_t>(devices * std::clamp<std::int64_t>(report.comparisons, 0, k_most));
}

} // namespace

std::vector<Check> judge_probe(Level level,
                               std::string_view probe,
                               std::string_view expected_version,
                               const effects::ProcessResult& result)
{
  const ProbeReport report = read_probe_output(result.out);
  if (result.timed_out || report.probe != probe || report.tests.empty()) {
    Check failed = tool_failed(level, "compute", "the probe", result);
    if (result.status == 0 && !result.timed_out) {
      failed.because = "the probe ended without a result";
    }
    const std::vector<diagnose::Explained> known = diagnose::explain(result.out + result.err);
    if (!known.empty()) {
      failed.because += ": " + known.front().failure.cause;
      failed.hints = known.front().failure.hints;
    } else {
      failed.hints.push_back({"see what is known to be wrong here", base::Command{{"cudasetup", "doctor"}}});
    }
    return {std::move(failed)};
  }
  std::vector<Check> checks = {check_report(level, report, expected_version)};
  bool all_held = true;
  for (const ProbeTest& test : report.tests) {
    checks.push_back(check_of(level, test));
    all_held = all_held && test.held;
  }
  if (all_held && (result.status != 0 || report.tests.size() < owed(report))) {
    checks.push_back(tool_failed(level, "compute", "the probe", result));
    if (result.status == 0) {
      checks.back().because = "the probe ended after " + std::to_string(report.tests.size()) + " of " +
                              std::to_string(owed(report)) + " comparisons";
    }
  }
  return checks;
}

} // namespace cudasetup::verify
