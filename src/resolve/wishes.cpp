#include "resolve/wishes.hpp"

#include "resolve/cuda.hpp"
#include "resolve/driver_need.hpp"
#include "resolve/kernels.hpp"
#include "resolve/method.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace cudasetup::resolve {

namespace {

using manifest::CudaRelease;

bool is_asked(const TorchRequest& request)
{
  return request.choice == Choice::exact && request.version.has_value();
}

bool fits(const TorchRequest& request, const manifest::TorchBuild& build)
{
  return request.platform ? build.platform == *request.platform : !build.is_cpu();
}

const std::vector<manifest::Pair>* pairs_of(const manifest::Manifest& manifest, const CudaRelease& release)
{
  const auto pairs = manifest.pairs.find(release.version.text());
  return pairs != manifest.pairs.end() && !pairs->second.empty() ? &pairs->second : nullptr;
}

bool goes_with_asked(const Question& question, const manifest::TorchRelease& torch, const CudaRelease& release)
{
  return std::any_of(torch.builds.begin(), torch.builds.end(), [&](const manifest::TorchBuild& build) {
    return fits(question.request.torch, build) && goes_with(question.manifest, {&torch, &build}, &release);
  });
}

/// Where among the pairs of a release the asked torch is.
enum class PairPlace { nowhere, later, first };

PairPlace place_of_asked(const Question& question, const CudaRelease& release)
{
  const auto* pairs = pairs_of(question.manifest, release);
  if (pairs == nullptr) {
    return PairPlace::nowhere;
  }
  const TorchRequest& asked = question.request.torch;
  const auto pair = std::find_if(pairs->begin(), pairs->end(), [&](const manifest::Pair& one) {
    return one.torch == *asked.version && (!asked.platform || one.platform == *asked.platform);
  });
  if (pair == pairs->end()) {
    return PairPlace::nowhere;
  }
  return pair == pairs->begin() ? PairPlace::first : PairPlace::later;
}

/// The least weighty wish first: every later one keeps the order of the earlier within its two parts.
void sort_by_wishes(const Question& question, std::vector<const CudaRelease*>& releases)
{
  const auto prefer = [&](const auto& wish) { std::stable_partition(releases.begin(), releases.end(), wish); };
  const Target& target = question.target;
  const TorchRequest& torch = question.request.torch;
  prefer([&](const CudaRelease* release) { return pairs_of(question.manifest, *release) != nullptr; });
  if (is_asked(torch)) {
    prefer([&](const CudaRelease* release) { return place_of_asked(question, *release) == PairPlace::first; });
  }
  prefer([&](const CudaRelease* release) { return comes_by_apt(*release, target); });
  if (is_asked(torch)) {
    prefer([&](const CudaRelease* release) { return place_of_asked(question, *release) != PairPlace::nowhere; });
  }
  prefer([&](const CudaRelease* release) { return has_targets(*release, target); });
  if (drives_all(target)) {
    prefer([&](const CudaRelease* release) {
      const base::Version* least = least_driver(*release);
      return least == nullptr || *least <= target.driver->version;
    });
  }
  const manifest::TorchRelease* asked = is_asked(torch) ? question.manifest.find_torch(*torch.version) : nullptr;
  if (asked != nullptr) {
    prefer([&](const CudaRelease* release) { return goes_with_asked(question, *asked, *release); });
  }
}

} // namespace

std::vector<const CudaRelease*> wanted_cuda(const Question& question)
{
  const CudaRequest& request = question.request.cuda;
  if (request.choice == Choice::none) {
    return {nullptr};
  }
  std::vector<const CudaRelease*> releases;
  releases.reserve(question.manifest.cuda.size());
  for (auto release = question.manifest.cuda.rbegin(); release != question.manifest.cuda.rend(); ++release) {
    if (request.choice != Choice::exact || (request.version && release->version.begins_with(*request.version))) {
      releases.push_back(&*release);
    }
  }
  if (request.choice == Choice::automatic) {
    sort_by_wishes(question, releases);
  }
  return releases;
}

std::vector<TorchCandidate> wanted_torch(const Question& question, const CudaRelease* release, TorchStage stage)
{
  const TorchRequest& request = question.request.torch;
  if (is_asked(request)) {
    return stage == TorchStage::first ? asked_torch(request, question.manifest, release)
                                      : std::vector<TorchCandidate>{};
  }
  if (request.choice == Choice::automatic && release != nullptr && stage == TorchStage::first) {
    std::vector<TorchCandidate> pairs = paired_torch(question.manifest, *release);
    if (!question.target.gpus.empty()) {
      // A build that is known to serve the GPU is better than one that perhaps does.
      std::stable_partition(pairs.begin(), pairs.end(), [&](const TorchCandidate& torch) {
        // One for the CPU serves every GPU by leaving it alone, as whoever listed it wanted.
        return torch.build->is_cpu() ||
               code_of(*torch.build, question.target.arch.value_or(base::Arch::amd64)).is_known();
      });
    }
    return pairs;
  }
  const TorchStage newest =
      request.choice == Choice::automatic && release != nullptr ? TorchStage::fallback : TorchStage::first;
  return stage == newest ? newest_torch(question.manifest, release) : std::vector<TorchCandidate>{};
}

std::vector<TorchCandidate> nearest_torch_wishes(const Question& question, const CudaRelease* release)
{
  std::vector<TorchCandidate> wishes = wanted_torch(question, release, TorchStage::first);
  if (wishes.empty()) {
    wishes = wanted_torch(question, release, TorchStage::fallback);
  }
  if (!wishes.empty() && wishes.front().origin == TorchOrigin::newest) {
    wishes.resize(1);
  }
  return wishes;
}

void refuse_no_cuda(const Question& question, Findings& findings)
{
  if (question.request.cuda.version) {
    refuse_unknown_cuda(question.manifest, *question.request.cuda.version, findings);
  } else {
    findings.refuse("cuda", "no CUDA release is known", "manifest, cuda");
  }
}

void refuse_no_torch(const Question& question, const CudaRelease* release, Findings& findings)
{
  const TorchRequest& request = question.request.torch;
  if (request.choice == Choice::none) {
    return;
  }
  if (is_asked(request)) {
    refuse_unknown_torch(request, question.manifest, findings);
    return;
  }
  findings.refuse("torch",
                  release != nullptr ? fmt::format("no LibTorch build goes with CUDA {}; --torch none leaves it out",
                                                   release->version.text())
                                     : std::string("no LibTorch build is known"),
                  "manifest, torch");
}

} // namespace cudasetup::resolve
