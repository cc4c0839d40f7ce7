#include "diagnose/torch_needs.hpp"
#include "verify/checks.hpp"
#include "verify/toolkit_files.hpp"

namespace cudasetup::verify {

std::optional<Check> check_host_compiler(const Context& context, const base::Version& release)
{
  const manifest::CudaRelease* known = known_release(context, release);
  const auto named = context.request.host_gcc ? context.request.host_gcc : named_host_gcc(context.facts);
  const auto& gcc = context.facts.gcc;
  if (known == nullptr || !known->gcc || (!named && !gcc)) {
    return std::nullopt;
  }
  const auto& range = *known->gcc;
  const std::uint32_t major = named ? *named : gcc->major_part();
  const bool is_newer = major > range.most;
  const bool is_out = is_newer || major < range.least;
  const std::string compiler =
      named ? "g++-" + std::to_string(*named) + ", which nvcc is told to take," : "gcc " + gcc->text();
  const std::string limit =
      is_newer ? "up to gcc " + std::to_string(range.most)
               : "gcc " + std::to_string(range.least) + (is_out ? " and later" : " to " + std::to_string(range.most));
  Check check = make_check(Level::toolkit,
                           "host-gcc",
                           is_out ? CheckResult::failed : CheckResult::passed,
                           compiler + " is " + (is_out ? "not " : "") + "one that this nvcc takes: CUDA " +
                               release.text() + " takes " + limit);
  if (is_out) {
    check.hints.push_back({"this puts a gcc beside it that nvcc takes",
                           base::Command{{"cudasetup", "install", "--cuda", release.text(), "--toolkit-only"}}});
  }
  return check;
}

std::optional<Check> check_build_tools(const Context& context, const std::string& torch)
{
  const KnownTorch known = known_torch(context, torch);
  const auto& cmake = context.facts.cmake;
  const auto& gcc = context.facts.gcc;
  if (known.build == nullptr || !cmake || !gcc) {
    return std::nullopt;
  }
  Check check = make_check(Level::torch,
                           "tools",
                           CheckResult::passed,
                           "CMake " + cmake->text() + " and gcc " + gcc->text() + " are new enough for it");
  const auto least = diagnose::least_cmake(*known.release, *known.build);
  if (least && *cmake < *least) {
    check.result = CheckResult::failed;
    check.because = "CMake is " + cmake->text() + ", LibTorch " + known.text + " needs " + least->text() + " or later";
    check.hints.push_back({"install a newer one: the wheel index of Python has it",
                           base::Command{{"python3", "-m", "pip", "install", "cmake"}}});
  } else if (known.release->gcc && gcc->major_part() < *known.release->gcc) {
    const std::string major = std::to_string(*known.release->gcc);
    check.result = CheckResult::failed;
    check.because =
        "gcc is " + gcc->text() + ", the headers of LibTorch " + known.text + " need " + major + " or later";
    check.hints.push_back({"install a newer one beside it", base::Command{{"apt-get", "install", "g++-" + major}}});
    check.hints.push_back(
        {"and have it be the one that c++ leads to",
         base::Command{{"update-alternatives", "--install", "/usr/bin/c++", "c++", "/usr/bin/g++-" + major, "100"}}});
  }
  return check;
}

void forgive(Check& tools)
{
  if (tools.result == CheckResult::failed) {
    tools.result = CheckResult::skipped;
    tools.because += "; it served all the same";
    tools.hints.clear();
  }
}

} // namespace cudasetup::verify
