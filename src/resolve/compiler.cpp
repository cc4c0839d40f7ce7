#include "resolve/compiler.hpp"

#include "resolve/gcc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace cudasetup::resolve {

namespace {

std::string needed(const manifest::CudaRelease* cuda, const manifest::TorchRelease* torch)
{
  std::vector<std::string> needs;
  if (cuda != nullptr && cuda->gcc) {
    const std::string least = cuda->gcc->least > 0 ? fmt::format("{} to ", cuda->gcc->least) : std::string("up to ");
    needs.push_back(fmt::format("CUDA {} compiles with gcc {}{}", cuda->version.text(), least, cuda->gcc->most));
  }
  if (torch != nullptr && torch->gcc) {
    needs.push_back(fmt::format("torch {} with gcc {} or later", torch->version.text(), *torch->gcc));
  }
  return fmt::format("{}", fmt::join(needs, ", "));
}

/// The majors N for which the system's archive has g++-N; nullopt where that is not known.
std::optional<GccMajors> packaged_gcc(const Target& target)
{
  if (target.ubuntu == nullptr || !target.ubuntu->gcc_packages) {
    return std::nullopt;
  }
  return GccMajors{target.ubuntu->gcc_packages->least, target.ubuntu->gcc_packages->most};
}

void refuse_compiler(const manifest::CudaRelease* cuda,
                     const manifest::TorchRelease* torch,
                     const GccMajors& need,
                     const std::optional<GccMajors>& packaged,
                     const Target& target,
                     Findings& findings)
{
  std::string text = needed(cuda, torch);
  if (need.least > need.most) {
    text += ": no gcc is both";
  } else {
    text +=
        fmt::format(", and Ubuntu {} has gcc {} to {}", target.ubuntu->version.text(), packaged->least, packaged->most);
  }
  text += cuda != nullptr ? "; --profile runtime compiles nothing" : "";
  findings.refuse("gcc",
                  text,
                  cuda != nullptr
                      ? record_source("cuda " + cuda->version.text(), cuda->sources, "build_systems/cuda.py")
                      : record_source("torch " + torch->version.text(), torch->sources, "gcc"));
}

} // namespace

std::optional<std::uint32_t> choose_compiler(const manifest::CudaRelease* cuda,
                                             const manifest::TorchRelease* torch,
                                             manifest::Profile profile,
                                             const Target& target,
                                             Findings& findings)
{
  if (cuda != nullptr && profile == manifest::Profile::runtime) {
    return std::nullopt;
  }
  if (cuda != nullptr && !cuda->gcc) {
    findings.caution("cuda",
                     fmt::format("which gcc CUDA {} takes is not known: the usual one is used", cuda->version.text()));
  }
  GccMajors need;
  if (cuda != nullptr && cuda->gcc) {
    need = {cuda->gcc->least, cuda->gcc->most};
  }
  if (torch != nullptr && torch->gcc) {
    need.least = std::max(need.least, *torch->gcc);
  }
  if ((cuda == nullptr || !cuda->gcc) && (torch == nullptr || !torch->gcc)) {
    return std::nullopt;
  }
  const auto packaged = packaged_gcc(target);
  const GccChoice choice = choose_gcc(need, target.gcc, packaged);
  switch (choice.fit) {
  case GccFit::usual:
    break;
  case GccFit::beside:
    findings.reason("cuda",
                    fmt::format("{}{}: g++-{} is installed beside it",
                                needed(cuda, torch),
                                target.gcc ? fmt::format(", and the usual one is gcc {}", *target.gcc) : std::string(),
                                *choice.major));
    break;
  case GccFit::none:
    refuse_compiler(cuda, torch, need, packaged, target, findings);
    break;
  case GccFit::unknown:
    findings.caution("cuda", needed(cuda, torch) + ", and which gcc this system has is not known");
    break;
  }
  return choice.major;
}

} // namespace cudasetup::resolve
