#include "resolve/torch.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace cudasetup::resolve {

namespace {

using Minor = std::pair<std::uint32_t, std::uint32_t>;

Minor minor_of(const base::Version& version)
{
  return {version.major_part(), version.minor_part()};
}

std::optional<Minor> cuda_of(const manifest::TorchBuild& build)
{
  if (const auto named = cuda_of_platform(build.platform)) {
    return named;
  }
  return build.cuda ? std::optional(minor_of(*build.cuda)) : std::nullopt;
}

bool kernels_known(const TorchCandidate& torch)
{
  return !torch.build->sm.empty() || !torch.build->ptx.empty();
}

void refuse_platform(const manifest::TorchRelease& release,
                     const std::optional<std::string>& platform,
                     Findings& findings)
{
  std::vector<std::string_view> known;
  for (const manifest::TorchBuild& build : release.builds) {
    known.push_back(build.platform);
  }
  findings.refuse("torch",
                  fmt::format("there is no torch {}{}; its platforms are {}",
                              release.version.text(),
                              platform ? "+" + *platform : " for CUDA",
                              fmt::join(known, ", ")),
                  record_source("torch " + release.version.text(), release.sources));
}

} // namespace

std::optional<Minor> cuda_of_platform(std::string_view platform)
{
  if (platform.size() < 4 || platform.substr(0, 2) != "cu") {
    return std::nullopt;
  }
  const auto number = base::parse_number(platform.substr(2));
  if (!number || *number > 9999) {
    return std::nullopt;
  }
  return Minor{static_cast<std::uint32_t>(*number / 10), static_cast<std::uint32_t>(*number % 10)};
}

Pairing pairing_of(const TorchCandidate& torch, const base::Version& toolkit)
{
  if (torch.build->is_cpu()) {
    return Pairing::good;
  }
  const std::optional<Minor> built = cuda_of(*torch.build);
  if (built && built->first != toolkit.major_part()) {
    return Pairing::other;
  }
  if (minor_of(torch.release->version) <= Minor{2, 7} && minor_of(toolkit) >= Minor{12, 9}) {
    return Pairing::nvtoolsext;
  }
  return built && *built > minor_of(toolkit) ? Pairing::newer : Pairing::good;
}

bool is_paired(const manifest::Manifest& manifest, const manifest::CudaRelease& cuda, const TorchCandidate& torch)
{
  const auto pairs = manifest.pairs.find(cuda.version.text());
  return pairs != manifest.pairs.end() &&
         std::any_of(pairs->second.begin(), pairs->second.end(), [&](const manifest::Pair& pair) {
           return pair.torch == torch.release->version && pair.platform == torch.build->platform;
         });
}

bool goes_with(const manifest::Manifest& manifest, const TorchCandidate& torch, const manifest::CudaRelease* cuda)
{
  if (cuda == nullptr) {
    return true;
  }
  const Pairing pairing = pairing_of(torch, cuda->version);
  return pairing == Pairing::good || (pairing == Pairing::newer && is_paired(manifest, *cuda, torch));
}

std::vector<TorchCandidate> paired_torch(const manifest::Manifest& manifest, const manifest::CudaRelease& cuda)
{
  std::vector<TorchCandidate> candidates;
  const auto pairs = manifest.pairs.find(cuda.version.text());
  if (pairs == manifest.pairs.end()) {
    return candidates;
  }
  for (const manifest::Pair& pair : pairs->second) {
    const manifest::TorchRelease* release = manifest.find_torch(pair.torch);
    if (release == nullptr) {
      continue;
    }
    for (const manifest::TorchBuild& build : release->builds) {
      if (build.platform == pair.platform) {
        candidates.push_back({release, &build, TorchOrigin::pair});
      }
    }
  }
  return candidates;
}

std::vector<TorchCandidate> newest_torch(const manifest::Manifest& manifest, const manifest::CudaRelease* cuda)
{
  std::vector<TorchCandidate> candidates;
  for (auto release = manifest.torch.rbegin(); release != manifest.torch.rend(); ++release) {
    for (const manifest::TorchBuild& build : release->builds) {
      const TorchCandidate candidate{&*release, &build, TorchOrigin::newest};
      if (!build.is_cpu() && goes_with(manifest, candidate, cuda)) {
        candidates.push_back(candidate);
      }
    }
  }
  std::stable_partition(candidates.begin(), candidates.end(), kernels_known);
  return candidates;
}

std::vector<TorchCandidate>
asked_torch(const TorchRequest& request, const manifest::Manifest& manifest, const manifest::CudaRelease* cuda)
{
  std::vector<TorchCandidate> candidates;
  const manifest::TorchRelease* release = manifest.find_torch(*request.version);
  if (release == nullptr) {
    return candidates;
  }
  for (const manifest::TorchBuild& build : release->builds) {
    if (request.platform ? build.platform == *request.platform : !build.is_cpu()) {
      candidates.push_back({release, &build, TorchOrigin::asked});
    }
  }
  std::stable_partition(candidates.begin(), candidates.end(), kernels_known);
  const auto others = std::stable_partition(candidates.begin(), candidates.end(), [&](const TorchCandidate& torch) {
    return goes_with(manifest, torch, cuda);
  });
  if (others != candidates.begin()) {
    candidates.erase(others, candidates.end());
  }
  return candidates;
}

void refuse_unknown_torch(const TorchRequest& request, const manifest::Manifest& manifest, Findings& findings)
{
  const manifest::TorchRelease* release = manifest.find_torch(*request.version);
  if (release != nullptr) {
    refuse_platform(*release, request.platform, findings);
    return;
  }
  std::vector<std::string> names;
  for (const manifest::TorchRelease* near : nearest_torch(manifest, *request.version)) {
    if (names.size() < 3) {
      names.push_back(near->version.text());
    }
  }
  findings.refuse("torch",
                  fmt::format("there is no torch {}{}{}",
                              request.version->text(),
                              names.empty() ? "" : "; near it are ",
                              fmt::join(names, ", ")),
                  "manifest, torch");
}

std::vector<const manifest::TorchRelease*> nearest_torch(const manifest::Manifest& manifest,
                                                         const base::Version& version)
{
  // Releases are sorted: walk away from the place of the asked one, newer before older.
  const auto above = std::upper_bound(
      manifest.torch.begin(), manifest.torch.end(), version, [](const base::Version& asked, const auto& release) {
        return asked < release.version;
      });
  std::vector<const manifest::TorchRelease*> nearest;
  auto newer = above;
  auto older = above;
  if (older != manifest.torch.begin() && std::prev(older)->version == version) {
    --older;
  }
  while (newer != manifest.torch.end() || older != manifest.torch.begin()) {
    if (newer != manifest.torch.end()) {
      nearest.push_back(&*newer++);
    }
    if (older != manifest.torch.begin()) {
      nearest.push_back(&*--older);
    }
  }
  return nearest;
}

} // namespace cudasetup::resolve
