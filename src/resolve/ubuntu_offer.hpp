#pragma once

#include "host/facts.hpp"
#include "manifest/types.hpp"
#include "resolve/resolution.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cudasetup::resolve {

/// One of Ubuntu's own drivers for a machine, and how its kernel module would come there.
struct UbuntuDriver {
  const manifest::DriverBranch* branch = nullptr;
  std::string name;            ///< what follows nvidia-driver-: 580-server-open
  std::string set;             ///< what its libraries and tools end with: 580-server
  base::Version version;       ///< 580.178.04
  std::string package_version; ///< 580.178.04-0ubuntu0.24.04.1
  std::string component;
  host::ModuleFlavour module = host::ModuleFlavour::proprietary;
  /// Whether modules are there that Ubuntu has built and signed for every kernel that counts; else DKMS builds them.
  DriverOrigin origin = DriverOrigin::ubuntu_dkms;
  std::vector<std::string> modules; ///< where they are there: their packages
  std::string without;              ///< where they are not: why, in a clause
  std::string not_followed;         ///< why modules will not come by themselves with new kernels; empty: they will
  bool is_listed = false;           ///< whether apt's own lists say so; else the manifest does
  bool is_current = false;          ///< whether Ubuntu builds modules of it for the kernels it has now

  bool is_server() const { return set.ends_with("-server"); }
  std::string package() const { return "nvidia-driver-" + name; }
};

/// The kernels that a driver must serve: the one that runs and the one that boots next. Empty where neither is known,
/// as of a machine that is only planned for.
std::vector<std::string> kernels_to_serve(const host::HostFacts& facts);

/// The flavour of Ubuntu's kernels that the machine follows; nullopt: not known.
std::optional<std::string> flavour_of(const host::HostFacts& facts);

/// Ubuntu's drivers for the machine, oldest first: as apt's lists have them, and as the manifest does (of amd64 alone)
/// where these were not read. Transitional packages are left out.
std::vector<UbuntuDriver> ubuntu_drivers(const manifest::Manifest& manifest,
                                         const manifest::UbuntuRelease& release,
                                         const host::HostFacts& facts);

/// What a transitional package of Ubuntu's installs in the end: nvidia-driver-580 of nvidia-driver-535. Empty where it
/// is none.
std::string becomes(const manifest::Manifest& manifest,
                    const manifest::UbuntuRelease& release,
                    const host::HostFacts& facts,
                    std::string package);

} // namespace cudasetup::resolve
