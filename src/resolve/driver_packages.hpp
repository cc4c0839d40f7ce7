#pragma once

#include "manifest/types.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cudasetup::resolve {

/// NVIDIA's package of the branch with this module; null where it has none, or none is known.
const std::string* package_of(const manifest::Manifest& manifest, std::uint32_t branch, host::ModuleFlavour flavour);

/// Whether NVIDIA's packages of the branch carry it in their names: packages without it depend on "this or later".
bool is_named_by_branch(const manifest::Manifest& manifest, std::uint32_t branch);

/// NVIDIA's package that holds apt to the branch where the names do not; null where none is needed or known.
const std::string* pin_of(const manifest::Manifest& manifest, std::uint32_t branch);

/// Whether apt can be held to the branch, by name or pin.
bool can_be_held(const manifest::Manifest& manifest, std::uint32_t branch);

/// The module that drives all GPUs (which must be possible, see common_obstacle) and is what was asked for. Where both
/// do: the open one where NVIDIA packages it, its own default from there.
host::ModuleFlavour choose_module(const manifest::Manifest& manifest,
                                  const std::vector<TargetGpu>& gpus,
                                  std::uint32_t branch,
                                  ModuleChoice asked);

/// "open" or "proprietary"
std::string_view name_of(host::ModuleFlavour flavour);

/// Where packages come from: a local installer has one driver alone, so that nothing holds apt to it.
enum class DriverSource { archive, local_installer };

/// NVIDIA's packages of exactly this driver: cuda-drivers-455=455.32.00-1, nvidia-open-570=570.124.06-* (see
/// AptPackage: the revision is not known); before it, without a version, the one that holds apt to its branch
/// (pin_of). The last is the driver. None where package_of knows none.
std::vector<manifest::AptPackage> packages_of(const manifest::Manifest& manifest,
                                              const base::Version& driver,
                                              host::ModuleFlavour flavour,
                                              DriverSource source);

} // namespace cudasetup::resolve
