#include "base/text.hpp"
#include "diagnose/tool_errors.hpp"
#include "verify/checks.hpp"

namespace cudasetup::verify {

namespace {

/// A cold one takes seconds, on machines with many GPUs some tens of them.
constexpr std::chrono::seconds k_smi_limit{60};

Check smi_failed(const std::string& because, const effects::ProcessResult& result)
{
  Check check = tool_failed(Level::driver, "nvidia-smi", "nvidia-smi", result);
  if (!because.empty()) {
    check.because = because;
  }
  const std::vector<diagnose::Explained> known = diagnose::explain(result.out + "\n" + result.err);
  if (!known.empty() && !result.timed_out) {
    check.because += ": " + known.front().failure.cause;
    check.hints = known.front().failure.hints;
  } else {
    check.hints.push_back({"see what the kernel says of the driver", base::Command{{"dmesg"}}});
  }
  return check;
}

Check judge_smi(const Context& context, const effects::ProcessResult& result)
{
  if (result.timed_out) {
    return smi_failed("nvidia-smi did not answer within " + std::to_string(k_smi_limit.count()) +
                          " s: the driver hangs, or a GPU has failed",
                      result);
  }
  if (result.status != 0) {
    return smi_failed("", result);
  }
  std::size_t gpus = 0;
  const auto& driver = context.facts.driver;
  for (const std::string_view line : base::lines(result.out)) {
    const auto told = base::Version::parse(base::trim(line.substr(0, line.find(','))));
    gpus += told ? 1U : 0U;
    if (told && driver && *told != driver->version) {
      return smi_failed("nvidia-smi tells driver " + told->text() + ", loaded is " + driver->version.text(), result);
    }
  }
  if (gpus == 0) {
    return smi_failed("nvidia-smi sees no GPU", result);
  }
  Check check = make_check(Level::driver,
                           "nvidia-smi",
                           CheckResult::passed,
                           "nvidia-smi answers, and sees " + std::to_string(gpus) + " GPU(s)");
  check.facts.emplace_back("gpus", static_cast<std::int64_t>(gpus));
  return check;
}

} // namespace

Check check_smi(const Context& context)
{
  if (!context.request.details.has_nvidia_smi) {
    return judge_aspect(context, {Level::driver, "nvidia-smi", {"nvidia-smi-missing"}, "", "it is not installed"});
  }
  const std::string program = context.facts.wsl ? "/usr/lib/wsl/lib/nvidia-smi" : "nvidia-smi";
  const auto result =
      context.run(base::Command{{program, "--query-gpu=driver_version,name", "--format=csv,noheader"}}, k_smi_limit);
  return result ? judge_smi(context, *result)
                : make_check(Level::driver, "nvidia-smi", CheckResult::failed, result.error().message);
}

} // namespace cudasetup::verify
