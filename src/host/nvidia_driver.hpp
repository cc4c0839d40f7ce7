#pragma once

#include "host/facts.hpp"

#include <optional>
#include <string_view>

namespace cudasetup::host {

/// The loaded driver from /proc/driver/nvidia/version ("NVRM version: …", on amd64 and arm64, open or proprietary).
/// nullopt when there is no version in it.
std::optional<LoadedDriver> parse_proc_driver_version(std::string_view text);

/// The loaded driver's version from /sys/module/nvidia/version.
std::optional<base::Version> parse_module_version(std::string_view text);

} // namespace cudasetup::host
