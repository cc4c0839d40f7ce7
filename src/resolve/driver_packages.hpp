#pragma once

#include "manifest/types.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"

#include <cstdint>
#include <vector>

namespace cudasetup::resolve {

/// First branch with NVIDIA's packages of the open module under a name of their own, and last one whose package names
/// carry the branch (facts of NVIDIA's Ubuntu archives; NVIDIA/gpu-driver-container ubuntu26.04/install.sh).
inline constexpr std::uint32_t k_first_open_branch = 560;
inline constexpr std::uint32_t k_last_named_branch = 580;

/// The module that drives all GPUs (which must be possible, see module_obstacle) and is what was asked for. Where both
/// do: the open one from branch 560 on, NVIDIA's own default from there.
host::ModuleFlavour choose_module(const std::vector<TargetGpu>& gpus, std::uint32_t branch, ModuleChoice asked);

/// Whether NVIDIA's packages have this module in this branch.
bool is_packaged(const manifest::Manifest& manifest, std::uint32_t branch, host::ModuleFlavour flavour);

/// "open" or "proprietary"
std::string_view name_of(host::ModuleFlavour flavour);

/// NVIDIA's packages of exactly this driver: cuda-drivers-455=455.32.00-1, nvidia-open-570=570.124.06-1; without the
/// branch in the name from 590 on.
std::vector<manifest::AptPackage> packages_of(const base::Version& driver, host::ModuleFlavour flavour);

} // namespace cudasetup::resolve
