#include "matrix/machine.hpp"

#include "matrix/rules.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::matrix {

namespace {

using manifest::KernelModule;

/// A GPU named by its compute capability alone. The architectures' modules and last branches: facts/gpu/validation.md
/// and gpu/gotchas.md 2 to 4 (Kepler until 470; Maxwell, Pascal, Volta proprietary and until 580; Blackwell open only).
/// GH200 (9.0) is open only by its id, not by its capability.
Card card_of_capability(const manifest::Manifest& manifest, base::ComputeCapability capability)
{
  Card card;
  card.name = capability.sm();
  card.capability = capability;
  if (capability.major_part < 3) {
    card.last_branch = 390; // Fermi
  } else if (capability.major_part < 5) {
    card.last_branch = 470;
  } else if (capability < base::ComputeCapability{7, 5}) {
    card.last_branch = 580;
  }
  if (card.last_branch) {
    card.module = KernelModule::proprietary_only;
  } else if (capability.major_part >= 10) {
    card.module = KernelModule::open_only;
  }
  for (const manifest::Gpu& gpu : manifest.gpus) { // no card of this capability was listed earlier
    if (gpu.compute_capability == capability && gpu.first_branch) {
      card.first_branch = std::min(card.first_branch.value_or(*gpu.first_branch), *gpu.first_branch);
    }
  }
  return card;
}

bool add_card(Machine& machine, const host::GpuDevice& device)
{
  if (device.bound_driver == "vfio-pci") {
    return true; // handed to a virtual machine
  }
  if (device.id) {
    const auto gpu = std::find_if(machine.manifest->gpus.begin(),
                                  machine.manifest->gpus.end(),
                                  [&](const manifest::Gpu& known) { return known.id == *device.id; });
    if (gpu == machine.manifest->gpus.end()) {
      return false;
    }
    machine.cards.push_back({gpu->name, gpu->compute_capability, gpu->module, gpu->first_branch, gpu->last_branch});
    return true;
  }
  if (device.capability) {
    machine.cards.push_back(card_of_capability(*machine.manifest, *device.capability));
  }
  return true;
}

} // namespace

bool is_jetsons(base::ComputeCapability capability)
{
  constexpr std::array k_jetsons = {base::ComputeCapability{5, 3},
                                    base::ComputeCapability{6, 2},
                                    base::ComputeCapability{7, 2},
                                    base::ComputeCapability{8, 7},
                                    base::ComputeCapability{10, 1}};
  return std::find(k_jetsons.begin(), k_jetsons.end(), capability) != k_jetsons.end();
}

Machine look_at(const manifest::Manifest& manifest, const host::HostFacts& facts)
{
  Machine machine;
  machine.manifest = &manifest;
  machine.facts = &facts;
  machine.place = facts.wsl ? Place::wsl : Place::machine;
  if (facts.container != host::Container::none) {
    machine.place = Place::container;
  }
  for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
    if (facts.os.id == "ubuntu" && release.version.text() == facts.os.version_id) {
      machine.ubuntu = &release;
    }
  }
  machine.fit = machine.ubuntu != nullptr && machine.ubuntu->version.major_part() >= 18 && facts.arch && !facts.jetson;
  if (machine.ubuntu != nullptr) {
    machine.os =
        facts.wsl ? "wsl-ubuntu" : machine.ubuntu->os; // one archive for every Ubuntu in WSL: cuda/repos.json wsl
    machine.glibc = facts.glibc ? facts.glibc : machine.ubuntu->glibc;
    const auto gcc = facts.gcc ? facts.gcc : machine.ubuntu->gcc;
    machine.python = facts.python ? facts.python : machine.ubuntu->python;
    machine.gcc = gcc ? std::optional(gcc->major_part()) : std::nullopt;
  }
  machine.arch = facts.arch.value_or(base::Arch::amd64);
  for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
    for (const manifest::Archive& archive : release.archives) {
      if (archive.os == machine.os && archive.arch == machine.arch) {
        machine.archive = &archive;
      }
    }
  }
  if (facts.driver) {
    machine.driver = facts.driver->version;
  }
  for (const host::GpuDevice& device : facts.gpus) {
    machine.fit = add_card(machine, device) && machine.fit;
  }
  machine.fit = machine.fit && std::none_of(machine.cards.begin(), machine.cards.end(), is_too_old);
  // gpu/detect.md section 5: what is a Jetson's has JetPack's driver and CUDA.
  machine.fit = machine.fit && (machine.arch != base::Arch::arm64 ||
                                std::none_of(machine.cards.begin(), machine.cards.end(), [](const Card& card) {
                                  return card.capability && is_jetsons(*card.capability);
                                }));
  return machine;
}

} // namespace cudasetup::matrix
