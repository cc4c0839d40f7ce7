#pragma once

#include "base/hardware.hpp"
#include "host/facts.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::host {

/// What dpkg's database says, as far as it matters here.
struct DpkgStatus {
  /// Installed (or half installed) packages whose names matter, by name; those of a foreign architecture as
  /// "name:arch".
  std::map<std::string, InstalledPackage> packages;
  /// Held packages whose names matter, sorted, named as above.
  std::vector<std::string> holds;
  /// "name: state" of every package that is not finished, whatever its name; empty when all are.
  std::vector<std::string> unfinished;
  /// The architecture of the package dpkg itself, which is the system's.
  std::optional<base::Arch> arch;
};

/// Reads /var/lib/dpkg/status (dpkg(1), "Package states"). Stanzas without name or status are passed over; any text
/// gives a value. A few milliseconds for several megabytes.
DpkgStatus parse_dpkg_status(std::string_view text);

} // namespace cudasetup::host
