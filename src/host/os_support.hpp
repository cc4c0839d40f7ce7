#pragma once

#include "base/result.hpp"
#include "base/version.hpp"
#include "host/facts.hpp"

#include <optional>
#include <string_view>

namespace cudasetup::host {

/// The Ubuntu LTS release with this code name, or the LTS release before it for an interim one. nullopt for names that
/// are not Ubuntu's.
std::optional<base::Version> nearest_lts(std::string_view codename);

/// Whether an Ubuntu release is not older than the oldest that cudasetup serves (18.04).
bool is_served(const base::Version& ubuntu);

/// Whether cudasetup can work on this system. Ubuntu's LTS releases from 18.04 on are fine (whether the manifest knows
/// the release is not asked here). Derivatives and interim releases are refused with the nearest LTS named for `--os`;
/// everything else is refused with what can be done instead. Errors are ErrorKind::refused and always have a hint.
base::Result<void> check_os(const OsRelease& os);

} // namespace cudasetup::host
