#include "resolve/explain.hpp"

#include "resolve/cuda.hpp"
#include "resolve/kernels.hpp"
#include "resolve/method.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudasetup::resolve {

namespace {

std::string gpus_of(const Target& target)
{
  std::vector<std::string> labels;
  for (const TargetGpu& gpu : target.gpus) {
    labels.push_back(gpu.label());
  }
  return fmt::format("{}", fmt::join(labels, " and "));
}

/// "Tesla T4 (10de:1eb8, sm_75) on Ubuntu 22.04 with driver 535.104.05"
std::string machine_of(const Target& target)
{
  std::string text = target.gpus.empty() ? std::string() : gpus_of(target) + " on ";
  text += "Ubuntu " + target.ubuntu->version.text();
  return target.driver == nullptr ? text : text + " with driver " + target.driver->version.text();
}

/// Why a release was chosen for the torch that was asked for.
std::string why_best_match(const Question& question, const manifest::CudaRelease& release)
{
  const TorchRequest& torch = question.request.torch;
  const auto pairs = question.manifest.pairs.find(release.version.text());
  const bool is_paired = pairs != question.manifest.pairs.end() &&
                         std::any_of(pairs->second.begin(), pairs->second.end(), [&](const manifest::Pair& pair) {
                           return pair.torch == *torch.version && (!torch.platform || pair.platform == *torch.platform);
                         });
  return is_paired ? " is the manifest's pair for torch " + torch.version->text() + " that works for "
                   : " is the nearest to torch " + torch.version->text() + " that works for ";
}

std::string automatic_text(const Question& question, const manifest::CudaRelease& release)
{
  const TorchRequest& torch = question.request.torch;
  std::string text = release.version.text();
  if (torch.choice == Choice::exact && torch.version) {
    return text + why_best_match(question, release) + machine_of(question.target);
  }
  text += torch.choice == Choice::none ? " is the newest for " : " is the newest with a LibTorch build for ";
  text += machine_of(question.target);
  const manifest::CudaRelease& newest = question.manifest.cuda.back();
  if (serves(newest, question.target, question.request.profile) && comes_by_apt(release, question.target) &&
      !comes_by_apt(newest, question.target)) {
    text += fmt::format("; {} has no packages for {}", newest.version.text(), question.target.os);
  }
  return text;
}

Reason cuda_reason(const Question& question, const ToolkitChoice& cuda)
{
  const CudaRequest& request = question.request.cuda;
  const std::string version = cuda.release->version.text();
  std::string text;
  if (request.choice == Choice::exact && request.version->text() == version) {
    text = version + " was asked for";
  } else if (request.choice == Choice::exact) {
    text = fmt::format("{} is the newest {} that works here", version, request.version->text());
  } else if (request.choice == Choice::latest) {
    text = fmt::format("{} is the newest release for {}", version, machine_of(question.target));
  } else {
    text = automatic_text(question, *cuda.release);
  }
  return {"cuda", text + "; CUDA " + version + " makes code for " + capabilities_of(*cuda.release)};
}

Reason method_reason(const Question& question, const ToolkitChoice& cuda)
{
  const std::string asked = question.request.method == cuda.method ? ", as asked" : "";
  switch (cuda.method) {
  case Method::local:
    return {"method", "the local installer " + cuda.local_installer->file.url.file_name() + asked};
  case Method::runfile:
    return {"method", "the runfile " + cuda.runfile->file.url.file_name() + ", its toolkit alone" + asked};
  case Method::network:
  case Method::automatic:
    break;
  }
  const manifest::Archive& archive = *question.target.archive;
  if (!archive.oldest_cuda || !archive.newest_cuda) {
    return {"method", "NVIDIA's network archive for " + archive.os + asked};
  }
  return {"method",
          fmt::format("NVIDIA's network archive for {} has CUDA {} to {}{}",
                      archive.os,
                      archive.oldest_cuda->text(),
                      archive.newest_cuda->text(),
                      asked)};
}

std::string why_kernels(const TorchCandidate& torch, const Target& target)
{
  std::vector<std::string> served;
  for (const TargetGpu& gpu : target.gpus) {
    if (gpu.capability && !gpu.unheard_of &&
        kernels_for(*torch.build, *gpu.capability, *target.arch) == Kernels::machine_code) {
      served.push_back(gpu.label());
    }
  }
  return served.empty() || torch.build->is_cpu() ? std::string()
                                                 : fmt::format("; it has code for {}", fmt::join(served, " and "));
}

/// The pairs before the chosen one that came after it because nobody published which GPUs they serve.
std::string why_not_first(const Question& question, const TorchCandidate& torch, const manifest::CudaRelease& release)
{
  const base::Arch arch = question.target.arch.value_or(base::Arch::amd64);
  if (question.target.gpus.empty() || !code_of(*torch.build, arch).is_known()) {
    return {};
  }
  std::vector<std::string> unknown;
  for (const TorchCandidate& pair : paired_torch(question.manifest, release)) {
    if (pair.build == torch.build) {
      break;
    }
    if (!pair.build->is_cpu() && !code_of(*pair.build, arch).is_known()) {
      unknown.push_back(pair.text());
    }
  }
  return unknown.empty() ? std::string()
                         : fmt::format(" of which it is known what runs on, unlike {}", fmt::join(unknown, " and "));
}

Reason torch_reason(const Question& question, const TorchCandidate& torch, const manifest::CudaRelease* release)
{
  std::string text = torch.text();
  switch (torch.origin) {
  case TorchOrigin::pair:
    text += " is the manifest's pair for CUDA " + release->version.text() + why_not_first(question, torch, *release);
    break;
  case TorchOrigin::newest:
    text += release != nullptr ? " is the newest that runs here with CUDA " + release->version.text()
                               : " is the newest that runs here";
    break;
  case TorchOrigin::asked:
    text += " was asked for";
    break;
  }
  return {"torch", text + why_kernels(torch, question.target)};
}

/// The thing's own reason first, then what was passed over.
void sort_by_thing(std::vector<Reason>& reasons)
{
  static constexpr std::array<std::string_view, 6> k_order = {"host", "cuda", "method", "driver", "torch", "python"};
  std::stable_sort(reasons.begin(), reasons.end(), [](const Reason& a, const Reason& b) {
    return std::find(k_order.begin(), k_order.end(), a.about) < std::find(k_order.begin(), k_order.end(), b.about);
  });
}

} // namespace

Resolution explain(const Question& question, Attempt attempt)
{
  Resolution resolution = std::move(attempt.resolution);
  std::vector<Reason>& reasons = resolution.reasons;
  if (resolution.cuda) {
    reasons.push_back(cuda_reason(question, *resolution.cuda));
    reasons.push_back(method_reason(question, *resolution.cuda));
  } else {
    reasons.push_back({"cuda", "no toolkit was asked for"});
  }
  if (attempt.torch) {
    reasons.push_back(torch_reason(question, *attempt.torch, resolution.cuda ? resolution.cuda->release : nullptr));
  } else {
    reasons.push_back({"torch", "none was asked for"});
  }
  if (resolution.python) {
    reasons.push_back({"python", "the wheels of the same build go into " + resolution.python->directory});
  }
  for (Reason& found : attempt.findings.reasons) {
    reasons.push_back(std::move(found));
  }
  sort_by_thing(reasons);
  for (const TargetGpu& gpu : question.target.gpus) {
    if (gpu.record != nullptr) {
      resolution.gpu_names[gpu.record->id.text()] = gpu.record->name;
    }
  }
  resolution.cautions = std::move(attempt.findings.cautions);
  resolution.doubts = std::move(attempt.findings.doubts);
  return resolution;
}

} // namespace cudasetup::resolve
