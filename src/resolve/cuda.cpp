#include "resolve/cuda.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace cudasetup::resolve {

namespace {

using manifest::CudaRelease;

bool same_minor(const base::Version& a, const base::Version& b)
{
  return a.major_part() == b.major_part() && a.minor_part() == b.minor_part();
}

/// Majors count more than any number of minors. A bare major stands for its first minor.
std::int64_t distance(const base::Version& a, const base::Version& b)
{
  constexpr std::int64_t k_major = 100;
  const auto place = [](const base::Version& version) {
    return std::int64_t{version.major_part()} * k_major + std::int64_t{version.minor_part()};
  };
  const std::int64_t difference = place(a) - place(b);
  return difference < 0 ? -difference : difference;
}

/// Capability 11.x came with CUDA 13.0, in the place of 10.1 (release notes 13.0), though 12.8 and 12.9 go beyond it.
constexpr std::uint16_t k_thor_major = 11;
constexpr std::uint32_t k_first_cuda_of_thor = 13;

enum class Reach { target, same_major, older, newer, not_yet };

Reach reach_of(const CudaRelease& release, base::ComputeCapability gpu)
{
  if (release.least_capability && gpu < *release.least_capability) {
    return Reach::older;
  }
  if (release.most_capability && *release.most_capability < gpu) {
    // Code runs on its whole major from its own minor on.
    return release.most_capability->major_part == gpu.major_part ? Reach::same_major : Reach::newer;
  }
  const bool before_thor = gpu.major_part == k_thor_major && release.version.major_part() < k_first_cuda_of_thor;
  return before_thor ? Reach::not_yet : Reach::target;
}

bool runs(Reach reach)
{
  return reach == Reach::target || reach == Reach::same_major;
}

void check_capability(const CudaRelease& release, const TargetGpu& gpu, Findings& findings)
{
  if (!gpu.capability) {
    return;
  }
  const Reach reach = reach_of(release, *gpu.capability);
  if (reach == Reach::target) {
    if (!release.least_capability || !release.most_capability) {
      findings.doubt("cuda",
                     fmt::format("which GPUs CUDA {} makes code for is not fully known: not checked against {}",
                                 release.version.text(),
                                 gpu.label()));
    } else if (gpu.unheard_of) {
      findings.doubt(
          "cuda",
          fmt::format("CUDA {} makes code for {}: whether nvcc has a target for sm_{} among them is not known",
                      release.version.text(),
                      capabilities_of(release),
                      gpu.capability->sm().substr(3)));
    }
    return;
  }
  const std::string makes = fmt::format("CUDA {} makes code for {}", release.version.text(), capabilities_of(release));
  if (reach == Reach::same_major) {
    findings.caution("cuda",
                     fmt::format("{}: that of {} runs on {}, but nvcc has no target for it",
                                 makes,
                                 release.most_capability->sm(),
                                 gpu.label()));
    return;
  }
  const std::string text =
      reach == Reach::not_yet
          ? fmt::format("{} but not for {}, which began with CUDA 13.0", makes, gpu.capability->sm())
          : fmt::format("{}, and {} is {}", makes, gpu.label(), reach == Reach::older ? "older" : "newer");
  findings.refuse(
      "gpu", text, record_source("cuda " + release.version.text(), release.sources, "build_systems/cuda.py"));
}

bool compiles(const CudaRelease& release, const Target& target)
{
  return !release.glibc_below || !target.glibc || *target.glibc < *release.glibc_below;
}

void check_glibc(const CudaRelease& release, const Target& target, Findings& findings)
{
  if (!release.glibc_below) {
    return;
  }
  if (!target.glibc) {
    findings.doubt("cuda",
                   fmt::format("CUDA {} compiles only with glibc below {}, and this system's is not known",
                               release.version.text(),
                               release.glibc_below->text()));
  } else if (!compiles(release, target)) {
    findings.refuse("glibc",
                    fmt::format("the headers of CUDA {} compile only with glibc below {}, and this system has {}; "
                                "--profile runtime compiles nothing",
                                release.version.text(),
                                release.glibc_below->text(),
                                target.glibc->text()),
                    record_source("cuda " + release.version.text(), release.sources, "packages/cuda/package.py"));
  }
}

} // namespace

std::vector<const CudaRelease*> nearest_cuda(const manifest::Manifest& manifest, const base::Version& version)
{
  std::vector<const CudaRelease*> nearest;
  // Oldest first in the manifest: a later release of the same minor replaces the earlier.
  for (const CudaRelease& release : manifest.cuda) {
    if (release.version.begins_with(version)) {
      continue;
    }
    if (!nearest.empty() && same_minor(nearest.back()->version, release.version)) {
      nearest.back() = &release;
    } else {
      nearest.push_back(&release);
    }
  }
  std::sort(nearest.begin(), nearest.end(), [&](const CudaRelease* a, const CudaRelease* b) {
    const std::int64_t far_a = distance(a->version, version);
    const std::int64_t far_b = distance(b->version, version);
    return far_a != far_b ? far_a < far_b : a->version > b->version;
  });
  return nearest;
}

void refuse_unknown_cuda(const manifest::Manifest& manifest, const base::Version& version, Findings& findings)
{
  const auto nearest = nearest_cuda(manifest, version);
  std::vector<std::string> names;
  for (std::size_t index = 0; index < nearest.size() && index < 3; ++index) {
    names.push_back(nearest[index]->version.text());
  }
  findings.refuse(
      "cuda",
      fmt::format(
          "there is no CUDA {}{}{}", version.text(), names.empty() ? "" : "; near it are ", fmt::join(names, ", ")),
      "manifest, cuda");
}

void check_toolkit(const CudaRelease& release, const Target& target, manifest::Profile profile, Findings& findings)
{
  for (const TargetGpu& gpu : target.gpus) {
    check_capability(release, gpu, findings);
  }
  if (profile != manifest::Profile::runtime) {
    check_glibc(release, target, findings);
  }
}

bool serves(const CudaRelease& release, const Target& target, manifest::Profile profile)
{
  const bool headers = profile == manifest::Profile::runtime || compiles(release, target);
  return headers && std::all_of(target.gpus.begin(), target.gpus.end(), [&](const TargetGpu& gpu) {
           return !gpu.capability || runs(reach_of(release, *gpu.capability));
         });
}

bool has_targets(const CudaRelease& release, const Target& target)
{
  return std::all_of(target.gpus.begin(), target.gpus.end(), [&](const TargetGpu& gpu) {
    return !gpu.capability || !release.most_capability || *gpu.capability <= *release.most_capability;
  });
}

std::string capabilities_of(const CudaRelease& release)
{
  if (release.least_capability && release.most_capability) {
    return release.least_capability->sm() + " to " + release.most_capability->sm();
  }
  if (release.least_capability) {
    return release.least_capability->sm() + " and later";
  }
  return release.most_capability ? "up to " + release.most_capability->sm()
                                 : std::string("GPUs that are not known here");
}

} // namespace cudasetup::resolve
