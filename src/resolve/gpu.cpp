#include "resolve/gpu.hpp"

#include "resolve/kernels.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cudasetup::resolve {

namespace {

using base::ComputeCapability;
using manifest::KernelModule;

/// The newest branch before @p first whose list of GPUs was read.
std::optional<std::uint32_t> branch_without(const manifest::Manifest& manifest, std::optional<std::uint32_t> first)
{
  std::optional<std::uint32_t> newest;
  for (const manifest::DriverBranch& branch : manifest.drivers) { // oldest first
    if (first && branch.device_list && branch.branch < *first) {
      newest = branch.branch;
    }
  }
  return newest;
}

TargetGpu from_record(const manifest::Gpu& record)
{
  TargetGpu gpu;
  gpu.record = &record;
  gpu.capability = record.compute_capability;
  gpu.module = record.module;
  gpu.first_branch = record.first_branch;
  gpu.last_branch = record.last_branch;
  return gpu;
}

/// Turing (7.5) is the first with the processor the open module needs, Blackwell (10.0) the first that the proprietary
/// one does not drive (NVIDIA driver README 595, chapter 45B).
KernelModule module_of(ComputeCapability capability)
{
  if (capability < ComputeCapability{7, 5}) {
    return KernelModule::proprietary_only;
  }
  return capability >= ComputeCapability{10, 0} ? KernelModule::open_only : KernelModule::either;
}

/// The last branch for GPUs of a capability: Fermi's (2.x) is 390, Kepler's (3.x) 470, that of Maxwell to Volta 580
/// (NVIDIA's driver device lists, legacy GPUs).
std::optional<std::uint32_t> last_branch_of(ComputeCapability capability)
{
  if (capability >= ComputeCapability{7, 5}) {
    return std::nullopt;
  }
  return capability.major_part < 3 ? 390 : (capability.major_part < 5 ? 470 : 580);
}

/// What some known GPU of this capability can: the widest span of branches, and a module only where all agree.
TargetGpu from_capability(const manifest::Manifest& manifest, ComputeCapability capability)
{
  TargetGpu gpu;
  gpu.capability = capability;
  gpu.module = module_of(capability);
  bool known = false;
  bool still_supported = false;
  for (const manifest::Gpu& record : manifest.gpus) {
    if (record.compute_capability != capability) {
      continue;
    }
    if (record.first_branch && (!gpu.first_branch || *record.first_branch < *gpu.first_branch)) {
      gpu.first_branch = record.first_branch;
    }
    still_supported = still_supported || !record.last_branch;
    if (record.last_branch && (!gpu.last_branch || *record.last_branch > *gpu.last_branch)) {
      gpu.last_branch = record.last_branch;
    }
    gpu.module = !known || gpu.module == record.module ? record.module : KernelModule::either;
    known = true;
  }
  if (still_supported) {
    gpu.last_branch.reset();
  }
  if (!known) {
    gpu.unheard_of = true;
    gpu.last_branch = last_branch_of(capability);
  }
  return gpu;
}

bool same_kind(const TargetGpu& a, const TargetGpu& b)
{
  return a.record == b.record && a.capability == b.capability;
}

void add_kind(std::vector<TargetGpu>& gpus, const TargetGpu& gpu)
{
  const auto same =
      std::find_if(gpus.begin(), gpus.end(), [&](const TargetGpu& other) { return same_kind(other, gpu); });
  if (same == gpus.end()) {
    gpus.push_back(gpu);
  } else {
    same->driven = same->driven && gpu.driven;
  }
}

/// What the known GPUs of the same 64 numbers are, where all are of one kind: NVIDIA numbers its chips in such blocks.
/// nullopt: there are none, or of several kinds.
const manifest::Gpu* neighbour_of(const manifest::Manifest& manifest, base::PciId id)
{
  constexpr unsigned k_block = 0x3f;
  const manifest::Gpu* neighbour = nullptr;
  for (const manifest::Gpu& gpu : manifest.gpus) {
    if ((gpu.id.device | k_block) != (id.device | k_block) || !gpu.compute_capability) {
      continue;
    }
    if (neighbour != nullptr &&
        (neighbour->architecture != gpu.architecture || neighbour->compute_capability != gpu.compute_capability)) {
      return nullptr;
    }
    neighbour = &gpu;
  }
  return neighbour;
}

void ask_for_capability(const manifest::Manifest& manifest, base::PciId id, Findings& findings)
{
  const manifest::Gpu* neighbour = neighbour_of(manifest, id);
  const std::string sm = neighbour != nullptr ? neighbour->compute_capability->sm() : "sm_90";
  const std::string guess =
      neighbour != nullptr
          ? fmt::format("; by its number it is perhaps of {} ({}), which is a guess: if so, give --gpu {}",
                        neighbour->architecture,
                        sm,
                        sm)
          : fmt::format("; name its compute capability, e.g. --gpu {}", sm);
  findings.refuse(
      "gpu",
      fmt::format("the NVIDIA GPU {} is not known here{} (`nvidia-smi --query-gpu=compute_cap --format=csv` "
                  "or developer.nvidia.com/cuda-gpus tell it)",
                  id.text(),
                  guess),
      "manifest, gpus");
}

/// NVIDIA's own system for GB10 has its own kernel and archive.
constexpr base::PciId k_dgx_spark{base::k_nvidia_vendor, 0x2e12};

void say_what_is_odd(const TargetGpu& gpu, base::Arch arch, Findings& findings)
{
  if (!gpu.capability) {
    findings.caution("host",
                     fmt::format("the compute capability of {} is not published: toolkit and LibTorch could "
                                 "not be checked against it",
                                 gpu.label()));
    return;
  }
  if (is_jetson(*gpu.capability) && arch == base::Arch::arm64) {
    findings.refuse("gpu",
                    fmt::format("{} is a Jetson's: its driver, CUDA and torch come with JetPack, and packages for "
                                "servers break them; use JetPack",
                                gpu.capability->sm()),
                    "NVIDIA/nvidia-container-toolkit issue 883");
  } else if (is_jetson(*gpu.capability)) {
    findings.caution("host",
                     fmt::format("{} is a Jetson's: its driver and CUDA come with JetPack, and NVIDIA's packages for "
                                 "servers break them",
                                 gpu.capability->sm()));
  } else if (gpu.unheard_of) {
    findings.caution(
        "host",
        fmt::format("no GPU of {} is known here: that may be a slip, or a GPU of the future", gpu.capability->sm()));
  }
}

void say_nothing_found(const host::HostFacts& facts, Findings& findings)
{
  if (facts.wsl) {
    findings.caution("host",
                     "WSL shows no GPU on the PCI bus, so none was checked; name it with --gpu sm_XX to have it "
                     "checked");
  } else if (facts.pci_readable || facts.container != host::Container::none) {
    findings.caution("host",
                     "no NVIDIA GPU was found, so nothing was checked against one; name one with --gpu where "
                     "the result is meant for another machine");
  } else {
    findings.caution("host",
                     "the PCI bus could not be read: whether there is a GPU is not known; name it with --gpu to "
                     "have it checked");
  }
}

} // namespace

std::string TargetGpu::label() const
{
  if (record == nullptr) {
    return "a GPU of " + (capability ? capability->sm() : std::string("unknown capability"));
  }
  const std::string suffix = capability ? ", " + capability->sm() : std::string();
  return record->name + " (" + record->id.text() + suffix + ")";
}

std::string TargetGpu::source() const
{
  return record == nullptr ? std::string("manifest, gpus")
                           : record_source("gpu " + record->id.text(), record->sources, "device lists");
}

std::vector<TargetGpu> find_gpus(const manifest::Manifest& manifest, const host::HostFacts& facts, Findings& findings)
{
  std::vector<TargetGpu> gpus;
  bool seen = false;
  for (const host::GpuDevice& device : facts.gpus) {
    if (device.id && device.id->vendor != base::k_nvidia_vendor) {
      continue;
    }
    const manifest::Gpu* record = device.id ? manifest.find_gpu(*device.id) : nullptr;
    if (device.bound_driver == "vfio-pci") {
      const std::string name = record != nullptr ? record->name : device.address;
      findings.caution("host", name + " is handed to virtual machines (vfio-pci) and was not counted");
      continue;
    }
    seen = true;
    if (record == nullptr && !device.capability) {
      ask_for_capability(manifest, device.id.value_or(base::PciId{base::k_nvidia_vendor, 0}), findings);
      continue;
    }
    TargetGpu gpu = record != nullptr ? from_record(*record) : from_capability(manifest, *device.capability);
    if (device.capability) {
      gpu.capability = device.capability;
    }
    gpu.absent_branch = branch_without(manifest, gpu.first_branch);
    gpu.driven = device.bound_driver == "nvidia";
    say_what_is_odd(gpu, facts.arch.value_or(base::Arch::amd64), findings);
    if (device.id == k_dgx_spark && facts.kernel.ends_with("-nvidia")) {
      findings.caution("host",
                       "this is a DGX Spark: its driver and kernel come from NVIDIA's own archive for it, and others "
                       "break them; keep its driver");
    }
    add_kind(gpus, gpu);
  }
  if (!seen) {
    say_nothing_found(facts, findings);
  }
  return gpus;
}

} // namespace cudasetup::resolve
