#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/url.hpp"
#include "host/facts.hpp"
#include "manifest/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::apply {

/// What `apt-get --simulate install` says it would do; names with an architecture
/// (`libc6:i386`) where it is not the system's own.
struct AptSimulation {
  std::map<std::string, std::string> installs; ///< upgrades too; the version by name
  std::vector<std::string> removals;
};

/// Reads the `Inst`, `Remv` and `Purg` lines. Pure.
AptSimulation parse_simulation(std::string_view output);

/// Refuses, with an Error of kind packages, the removal of a package that is not NVIDIA's own. Pure.
base::Result<void> check_simulation(const AptSimulation& simulated);

/// Refuses, with an Error of kind packages, a simulation without a package that was asked for (`name` or
/// `name=version`; `name-` is one that shall go) and that is not among @p installed: old apt takes what it does not
/// know for a pattern. Pure.
base::Result<void> check_asked(const std::vector<std::string>& asked,
                               const AptSimulation& simulated,
                               const std::map<std::string, host::InstalledPackage>& installed);

/// What apt tells of an installation beforehand.
struct AptCost {
  std::vector<std::string> addresses; ///< of the packages that would be fetched
  std::vector<std::string> changes;   ///< the packages that would be installed, changed or removed
  std::vector<std::string> removes;   ///< those of them that would be removed
  /// Of those that are not on this machine (file:) already.
  std::uint64_t download_bytes = 0;
  /// What the packages add on the disk, as apt rounds it; 0 where they free some. nullopt: apt did not say.
  std::optional<std::uint64_t> disk_bytes;
};

/// Reads the lines `'ADDRESS' FILE BYTES DIGEST` and "After this operation, …"; the changes are the simulation's. Pure.
AptCost parse_cost(std::string_view output);

/// A package as apt would fetch it.
struct PackageFile {
  base::Url url;
  std::string name; ///< in apt's archives
  std::uint64_t bytes = 0;
  base::Digest digest;
};

/// Those lines `'ADDRESS' NAME BYTES SHA256:DIGEST` of `apt-get --print-uris` that can be fetched by us: over https, or
/// from this machine. Pure.
std::vector<PackageFile> parse_package_files(std::string_view output);

} // namespace cudasetup::apply
