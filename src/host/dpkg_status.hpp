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
  /// Those of them that must be installed again, unless they are to go: whatever their names, in the order of the file.
  std::vector<std::string> cut_off;
  /// The architecture of the package dpkg itself, which is the system's.
  std::optional<base::Arch> arch;
};

/// Reads /var/lib/dpkg/status (dpkg(1), "Package states"). Stanzas without name or status are passed over; any text
/// gives a value. A few milliseconds for several megabytes. @p updates: the files of /var/lib/dpkg/updates, in order,
/// where dpkg was cut off: what they say counts.
DpkgStatus parse_dpkg_status(std::string_view text, const std::vector<std::string>& updates = {});

/// The names among those of a directory that are such files: numbers.
std::vector<std::string> update_names(std::vector<std::string> names);

} // namespace cudasetup::host
