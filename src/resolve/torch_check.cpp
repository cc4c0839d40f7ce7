#include "resolve/torch_check.hpp"

#include "resolve/kernels.hpp"
#include "resolve/supplies.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cudasetup::resolve {

namespace {

using manifest::Abi;

std::string source_of(const TorchCandidate& torch)
{
  return record_source("torch " + torch.text(),
                       torch.build->sources.empty() ? torch.release->sources : torch.build->sources,
                       "manywheel/");
}

std::string list_of(const CodeList& code)
{
  std::vector<std::string> names;
  for (const base::ComputeCapability capability : code.sm) {
    names.push_back(capability.sm());
  }
  for (const base::ComputeCapability capability : code.ptx) {
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
  const base::Arch arch = target.arch.value_or(base::Arch::amd64);
  for (const TargetGpu& gpu : target.gpus) {
    if (!gpu.capability) {
      continue;
    }
    switch (kernels_for(*torch.build, *gpu.capability, arch)) {
    case Kernels::machine_code:
      if (gpu.unheard_of) {
        findings.doubt(
            "torch",
            fmt::format("torch {} has code for {}, which should run on every later GPU of its major, and so on "
                        "{}, of which nothing is known",
                        torch.text(),
                        list_of(code_of(*torch.build, arch)),
                        gpu.label()));
      }
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
      findings.refuse("torch",
                      fmt::format("torch {} has code for {}, none of which runs on {}",
                                  torch.text(),
                                  list_of(code_of(*torch.build, arch)),
                                  gpu.label()),
                      source_of(torch));
      break;
    case Kernels::unknown:
      findings.doubt("torch",
                     fmt::format("which GPUs {} {} has code for is not published: not checked against {}",
                                 arch == base::Arch::arm64 ? "the arm64 wheel of torch" : "torch",
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
    findings.doubt("torch",
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

void want_toolkit(const TorchCandidate& torch, const ToolkitChoice* toolkit, Findings& findings)
{
  if (!torch.build->is_cpu() && toolkit == nullptr) {
    findings.caution(
        "torch", fmt::format("without a CUDA toolkit, CMake's find_package(Torch) fails for torch {}", torch.text()));
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
        fmt::format(
            "nobody has published a digest for {}: it is accepted over https; cudasetup records its digest when it "
            "fetches it, and later runs compare",
            name));
  }
}

/// On arm64 there are wheels alone.
void check_wheels_only(const TorchCandidate& torch, const Request& request, Findings& findings)
{
  const auto& wheel = torch.build->arm64_wheel;
  if (wheel && wheel->exists == manifest::Arm64Wheel::Existence::no) {
    findings.refuse("architecture",
                    fmt::format("torch {} has no CUDA wheel for arm64", torch.text()),
                    record_source("torch " + torch.text(), wheel->sources));
    return;
  }
  if (!wheel && !torch.build->is_cpu()) {
    findings.doubt("torch", fmt::format("whether torch {} has a CUDA wheel for arm64 is not known", torch.text()));
  } else if (wheel && wheel->evidence == manifest::Evidence::derived) {
    findings.doubt(
        "torch",
        fmt::format("that torch {} has a CUDA wheel for arm64 follows from what its project builds; the wheel was "
                    "not seen",
                    torch.text()));
  }
  if (request.python) {
    findings.reason(
        "torch",
        fmt::format("for arm64 the wheel is the LibTorch: its libraries, headers and CMake files are where "
                    "`{}/bin/python -c 'import torch; print(torch.utils.cmake_prefix_path)'` says, which is what "
                    "CMAKE_PREFIX_PATH wants",
                    *request.python));
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
                        const ToolkitChoice* toolkit,
                        const Target& target,
                        const Request& request,
                        Findings& findings)
{
  TorchChoice choice;
  choice.release = torch.release;
  choice.build = torch.build;
  if (toolkit != nullptr) {
    check_pairing(torch, manifest, *toolkit->release, findings);
  }
  check_kernels(torch, target, findings);
  check_glibc(torch, target, findings);
  if (target.arch == base::Arch::arm64) {
    check_wheels_only(torch, request, findings);
    return choice;
  }
  choice.prefix = prefix_of(torch, request);
  take_zip(torch, request, choice, findings);
  want_toolkit(torch, toolkit, findings);
  if (findings.allow()) {
    add_supplies(toolkit, target, choice, findings);
  }
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

bool serves_python(const manifest::TorchRelease& release, const Target& target)
{
  if (!target.python) {
    return true;
  }
  const auto minor_of = [](const base::Version& version) {
    return std::pair(version.major_part(), version.minor_part());
  };
  const auto python = minor_of(*target.python);
  return (!release.least_python || python >= minor_of(*release.least_python)) &&
         (!release.most_python || python <= minor_of(*release.most_python));
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
                     fmt::format("torch {} has wheels for Python {}, and this system's Python is not known",
                                 release.version.text(),
                                 span()));
    return;
  }
  if (!serves_python(release, target)) {
    findings.refuse("python",
                    fmt::format("torch {} has wheels for Python {}, and this system has {}",
                                release.version.text(),
                                span(),
                                target.python->text()),
                    record_source("torch " + release.version.text(), release.sources, "compatibility tables"));
  }
}

} // namespace cudasetup::resolve
