#pragma once

#include "host/facts.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::host {

/// The loaded driver from /proc/driver/nvidia/version ("NVRM version: …", on amd64 and arm64, open or proprietary).
/// nullopt when there is no version in it.
std::optional<LoadedDriver> parse_proc_driver_version(std::string_view text);

/// A driver by its package, loaded or not.
struct PackagedDriver {
  std::string package; ///< of its libraries: libnvidia-compute-580
  LoadedDriver driver;
};

/// The driver whose libraries and whose kernel module @p packages have, all configured; the newest of several. nullopt
/// where there is none: libraries alone, as Ubuntu's CUDA brings them, are no driver.
std::optional<PackagedDriver> packaged_driver(const std::map<std::string, InstalledPackage>& packages);

/// The loaded driver's version from /sys/module/nvidia/version.
std::optional<base::Version> parse_module_version(std::string_view text);

} // namespace cudasetup::host
