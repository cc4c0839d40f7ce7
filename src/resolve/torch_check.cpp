#include "resolve/torch_check.hpp"

#include "resolve/kernels.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cudasetup::resolve {

namespace {

using manifest::Abi;

/// First torch with CUDA wheels for arm64 (pytorch/audio issue 3827; pytorch/builder release/2.4).
constexpr std::uint32_t k_arm64_wheels_major = 2;
constexpr std::uint32_t k_arm64_wheels_minor = 4;

std::string source_of(const TorchCandidate& torch)
{
  return record_source("torch " + torch.text(),
                       torch.build->sources.empty() ? torch.release->sources : torch.build->sources);
}

std::string list_of(const manifest::TorchBuild& build)
{
  std::vector<std::string> names;
  for (const base::ComputeCapability capability : build.sm) {
    names.push_back(capability.sm());
  }
  for (const base::ComputeCapability capability : build.ptx) {
    names.push_back("compute_" + capability.sm().substr(3));
  }
  return fmt::format("{}", fmt::join(names, " "));
}

void check_pairing(const TorchCandidate& torch,
                   const manifest::Manifest& manifest,
                   const manifest::CudaRelease& cuda,
                   Findings& findings)
{
  const std::string toolkit = cuda.version.text();
  switch (pairing_of(torch, cuda.version)) {
  case Pairing::good:
    break;
  case Pairing::other:
    findings.refuse("torch",
                    fmt::format("torch {} is made for another major than CUDA {}", torch.text(), toolkit),
                    source_of(torch));
    break;
  case Pairing::nvtoolsext:
    findings.refuse(
        "torch",
        fmt::format("torch {} asks the toolkit for nvToolsExt, which CUDA {} has no more (gone from 12.9 on)",
                    torch.text(),
                    toolkit),
        "pytorch/pytorch issue 152756");
    break;
  case Pairing::newer:
    if (is_paired(manifest, cuda, torch)) {
      findings.caution(
          "torch",
          fmt::format("torch {} is made with a newer CUDA than {}, of the same major; the manifest pairs them",
                      torch.text(),
                      toolkit));
    } else {
      findings.refuse("torch",
                      fmt::format("torch {} is made with a newer CUDA than the toolkit {}", torch.text(), toolkit),
                      source_of(torch));
    }
    break;
  }
}

void check_kernels(const TorchCandidate& torch, const Target& target, Findings& findings)
{
  if (torch.build->is_cpu()) {
    findings.caution("torch", "torch " + torch.text() + " computes on the CPU only");
    return;
  }
  for (const TargetGpu& gpu : target.gpus) {
    if (!gpu.capability) {
      continue;
    }
    switch (kernels_for(*torch.build, *gpu.capability)) {
    case Kernels::machine_code:
      break;
    case Kernels::compiled:
      findings.caution(
          "torch",
          fmt::format("torch {} has no machine code for {}: the driver compiles it at first use, which takes "
                      "minutes and a driver as new as its CUDA",
                      torch.text(),
                      gpu.label()));
      break;
    case Kernels::missing:
      findings.refuse(
          "torch",
          fmt::format(
              "torch {} has code for {}, none of which runs on {}", torch.text(), list_of(*torch.build), gpu.label()),
          source_of(torch));
      break;
    case Kernels::unknown:
      findings.caution("torch",
                       fmt::format("which GPUs torch {} has code for is not published: not checked against {}",
                                   torch.text(),
                                   gpu.label()));
      break;
    }
  }
}

void check_glibc(const TorchCandidate& torch, const Target& target, Findings& findings)
{
  if (!torch.release->glibc) {
    return;
  }
  if (!target.glibc) {
    findings.caution("torch",
                     fmt::format("torch {} needs glibc {} or later, and this system's is not known",
                                 torch.text(),
                                 torch.release->glibc->text()));
  } else if (*target.glibc < *torch.release->glibc) {
    findings.refuse("glibc",
                    fmt::format("torch {} needs glibc {} or later, and this system has {}",
                                torch.text(),
                                torch.release->glibc->text(),
                                target.glibc->text()),
                    source_of(torch));
  }
}

void say_what_zip_lacks(const TorchCandidate& torch, const manifest::CudaRelease* cuda, Findings& findings)
{
  if (torch.build->is_cpu()) {
    return;
  }
  if (cuda == nullptr) {
    findings.caution(
        "torch", fmt::format("without a CUDA toolkit, CMake's find_package(Torch) fails for torch {}", torch.text()));
  }
  const auto built = cuda_of_platform(torch.build->platform);
  if (built && built->first >= 13) {
    findings.caution(
        "torch",
        fmt::format("the zip of torch {} brings no cuFFT, cuRAND, cuSPARSE and cuSOLVER, and not all of cuDNN: "
                    "they must come from the toolkit and from NVIDIA's cuDNN 9",
                    torch.text()));
  }
}

void take_zip(const TorchCandidate& torch, const Request& request, TorchChoice& choice, Findings& findings)
{
  const auto zip = std::find_if(torch.build->zips.begin(),
                                torch.build->zips.end(),
                                [&](const manifest::LibTorchZip& known) { return known.abi == request.abi; });
  if (zip == torch.build->zips.end()) {
    findings.refuse(
        "torch",
        fmt::format("torch {} has no LibTorch zip of the {} ABI{}",
                    torch.text(),
                    manifest::name_of(request.abi),
                    torch.build->zips.empty()
                        ? std::string()
                        : fmt::format("; there is one of {}", manifest::name_of(torch.build->zips.front().abi))),
        source_of(torch));
    return;
  }
  choice.zip = &*zip;
  const std::string name = zip->file.url.file_name();
  if (zip->file.digest()) {
    return;
  }
  if (request.require_digests) {
    findings.refuse("digest",
                    fmt::format("nobody has published a digest for {}, and --require-digests was given", name),
                    source_of(torch));
  } else {
    findings.caution(
        "torch",
        fmt::format("nobody has published a digest for {}: it is accepted over https, and its digest is recorded",
                    name));
  }
}

/// On arm64 there are wheels alone.
void check_wheels_only(const TorchCandidate& torch, Findings& findings)
{
  const base::Version& version = torch.release->version;
  if (!torch.build->is_cpu() &&
      std::pair(version.major_part(), version.minor_part()) < std::pair(k_arm64_wheels_major, k_arm64_wheels_minor)) {
    findings.refuse("architecture",
                    fmt::format("torch has CUDA wheels for arm64 from 2.4 on, and {} is older", torch.text()),
                    "pytorch/audio issue 3827");
  } else {
    findings.caution(
        "torch",
        fmt::format("for arm64 there is the wheel of torch {} alone, whose list of GPUs is not the one checked "
                    "here",
                    torch.text()));
  }
}

std::string prefix_of(const TorchCandidate& torch, const Request& request)
{
  if (request.libtorch_dir) {
    return *request.libtorch_dir;
  }
  return "/opt/libtorch/" + torch.text() + (request.abi == Abi::pre_cxx11 ? "-pre-cxx11" : "");
}

} // namespace

TorchChoice check_torch(const TorchCandidate& torch,
                        const manifest::Manifest& manifest,
                        const manifest::CudaRelease* cuda,
                        const Target& target,
                        const Request& request,
                        Findings& findings)
{
  TorchChoice choice;
  choice.release = torch.release;
  choice.build = torch.build;
  if (cuda != nullptr) {
    check_pairing(torch, manifest, *cuda, findings);
  }
  check_kernels(torch, target, findings);
  check_glibc(torch, target, findings);
  if (target.arch == base::Arch::arm64) {
    check_wheels_only(torch, findings);
    return choice;
  }
  choice.prefix = prefix_of(torch, request);
  take_zip(torch, request, choice, findings);
  say_what_zip_lacks(torch, cuda, findings);
  return choice;
}

bool may_run(const TorchCandidate& torch, const Target& target, const Request& request)
{
  if (target.arch != base::Arch::amd64) {
    return true; // wheels are another matter
  }
  const bool kernels =
      torch.build->is_cpu() || std::all_of(target.gpus.begin(), target.gpus.end(), [&](const TargetGpu& gpu) {
        return !gpu.capability || kernels_for(*torch.build, *gpu.capability) != Kernels::missing;
      });
  const bool glibc = !torch.release->glibc || !target.glibc || *torch.release->glibc <= *target.glibc;
  return kernels && glibc &&
         std::any_of(torch.build->zips.begin(), torch.build->zips.end(), [&](const manifest::LibTorchZip& zip) {
           return zip.abi == request.abi && (!request.require_digests || zip.file.digest());
         });
}

void check_python(const manifest::TorchRelease& release, const Target& target, Findings& findings)
{
  const auto span = [&] {
    return fmt::format("{} to {}",
                       release.least_python ? release.least_python->text() : "the oldest",
                       release.most_python ? release.most_python->text() : "the newest");
  };
  if (!release.least_python && !release.most_python) {
    return;
  }
  if (!target.python) {
    findings.caution("python",
                     fmt::format("torch {} has wheels for Python {}, and this machine's Python is not known",
                                 release.version.text(),
                                 span()));
    return;
  }
  const auto minor_of = [](const base::Version& version) {
    return std::pair(version.major_part(), version.minor_part());
  };
  const bool too_old = release.least_python && minor_of(*target.python) < minor_of(*release.least_python);
  const bool too_new = release.most_python && minor_of(*target.python) > minor_of(*release.most_python);
  if (too_old || too_new) {
    findings.refuse("python",
                    fmt::format("torch {} has wheels for Python {}, and this machine has {}",
                                release.version.text(),
                                span(),
                                target.python->text()),
                    record_source("torch " + release.version.text(), release.sources));
  }
}

} // namespace cudasetup::resolve
