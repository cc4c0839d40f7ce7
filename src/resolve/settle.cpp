#include "resolve/settle.hpp"

#include "resolve/compiler.hpp"
#include "resolve/cuda.hpp"
#include "resolve/driver.hpp"
#include "resolve/driver_need.hpp"
#include "resolve/kernels.hpp"
#include "resolve/method.hpp"
#include "resolve/secure_boot.hpp"
#include "resolve/torch_check.hpp"

#include <algorithm>

namespace cudasetup::resolve {

namespace {

void settle_compiler(const Question& question, Attempt& attempt)
{
  Resolution& resolution = attempt.resolution;
  const manifest::CudaRelease* cuda = resolution.cuda ? resolution.cuda->release : nullptr;
  const manifest::TorchRelease* torch = attempt.torch ? attempt.torch->release : nullptr;
  const std::size_t before = attempt.findings.constraints.size();
  const auto beside = choose_compiler(cuda, torch, question.request.profile, question.target, attempt.findings);
  if (resolution.cuda) {
    resolution.cuda->host_gcc = beside;
  }
  if (attempt.findings.constraints.size() > before && (torch == nullptr || !torch->gcc)) {
    attempt.mendable = false;
  }
}

void settle_driver(const Question& question, Attempt& attempt)
{
  Resolution& resolution = attempt.resolution;
  const manifest::CudaRelease* cuda = resolution.cuda ? resolution.cuda->release : nullptr;
  DriverNeed need =
      need_of(cuda, attempt.torch ? attempt.torch->release : nullptr, attempt.torch ? attempt.torch->build : nullptr);
  const bool asked_by_torch = need.least && (cuda == nullptr || need.least != need_of(*cuda).least);
  const std::size_t before = attempt.findings.constraints.size();
  const ToolkitChoice* toolkit = resolution.cuda ? &*resolution.cuda : nullptr;
  resolution.driver =
      choose_driver({question.manifest, question.target, question.request, toolkit, std::move(need)}, attempt.findings);
  if (attempt.findings.constraints.size() > before && !asked_by_torch) {
    attempt.mendable = false;
  }
  if (std::string need_of_console = console_need(resolution.driver, *question.target.facts); !need_of_console.empty()) {
    attempt.findings.caution("driver", std::move(need_of_console));
  }
}

} // namespace

Question ask(const Request& request, const manifest::Manifest& manifest, const Target& target)
{
  Question question{request, manifest, target, target.findings};
  const bool torch = request.torch.choice != Choice::none;
  if (request.python && !torch) {
    question.basis.refuse(
        "python", "--python installs the wheels of a torch build, and --torch none was given", "the request");
  }
  if (request.python && torch && request.require_digests) {
    question.basis.refuse("digest",
                          "pip fetches the wheels of --python, whose digests are not known here, and "
                          "--require-digests was given",
                          "the request");
  }
  const Obstacle age = age_obstacle(manifest, target.gpus);
  if (age.stands()) {
    question.basis.refuse("gpu", age.text, age.source);
  }
  const bool all_driven =
      target.driver != nullptr &&
      std::all_of(target.gpus.begin(), target.gpus.end(), [](const TargetGpu& gpu) { return gpu.driven; });
  if (target.place == Place::machine && request.driver.choice != DriverChoice::none && !all_driven && !age.stands()) {
    const Obstacle obstacle = common_obstacle(target.gpus, request.module);
    if (obstacle.stands()) {
      question.basis.refuse("driver", obstacle.text, obstacle.source);
    }
  }
  if (target.arch == base::Arch::arm64 && torch && !request.python) {
    question.basis.refuse(
        "architecture",
        "LibTorch zips are made for amd64, none for arm64; the wheel that --python installs has the same libraries, "
        "--torch none leaves them out",
        "LaurentMazare/tch-rs issue 963");
  }
  return question;
}

Toolkit
settle_toolkit(const Question& question, const manifest::CudaRelease* release, const std::vector<PassedMethod>& passed)
{
  Toolkit toolkit;
  if (release == nullptr) {
    return toolkit;
  }
  check_toolkit(*release, question.target, question.request.profile, toolkit.findings);
  toolkit.choice = choose_method(*release, question.target, question.request, passed, toolkit.findings);
  return toolkit;
}

Attempt
settle(const Question& question, const Toolkit& toolkit, const std::optional<TorchCandidate>& torch, Depth depth)
{
  const Target& target = question.target;
  Attempt attempt;
  attempt.torch = torch;
  attempt.findings = question.basis;
  attempt.findings.add(toolkit.findings);
  attempt.mendable = attempt.works();
  Resolution& resolution = attempt.resolution;
  resolution.ubuntu = target.ubuntu;
  resolution.arch = target.arch.value_or(base::Arch::amd64);
  resolution.archive = target.archive;
  resolution.cuda = toolkit.choice;
  if (torch) {
    resolution.torch = check_torch(*torch,
                                   question.manifest,
                                   toolkit.choice ? &*toolkit.choice : nullptr,
                                   target,
                                   question.request,
                                   attempt.findings);
    if (question.request.python) {
      check_python(*torch->release, target, attempt.findings);
      attempt.findings.caution("python", "the wheels are fetched by pip over https; cudasetup knows no digest of them");
      resolution.python = PythonChoice{*question.request.python};
    }
  }
  if (depth == Depth::first_constraint && !attempt.works()) {
    return attempt;
  }
  settle_compiler(question, attempt);
  settle_driver(question, attempt);
  return attempt;
}

} // namespace cudasetup::resolve
