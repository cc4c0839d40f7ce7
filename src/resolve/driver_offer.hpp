#pragma once

#include "manifest/types.hpp"

#include <vector>

namespace cudasetup::resolve {

/// A driver that can be installed.
struct DriverOffer {
  const base::Version* version = nullptr; ///< in the manifest
  /// Whether apt stays with its branch. From 590 on the packages of the network archive are not named by branch and
  /// depend on "this or later", so that apt may take a later one where no package is known that pins it.
  bool held = true;
  /// Whether the archive is known to have it: it came with a release that the archive lists.
  bool seen = true;
};

/// What the archive (null: there is none) has, oldest first: the drivers of the releases it lists and, not seen there,
/// the newest known of the branches between them.
std::vector<DriverOffer> drivers_in(const manifest::Manifest& manifest, const manifest::Archive* archive);

/// Whether the archive lists @p version: nothing before its oldest, nothing after the minor of its newest. nullopt
/// where its range is not known.
std::optional<bool> carries(const manifest::Archive& archive, const base::Version& version);

} // namespace cudasetup::resolve
