#pragma once

#include "apply/actions.hpp"
#include "apply/apt_simulation.hpp"
#include "fetch/download.hpp"

#include <string>
#include <vector>

/// apt fetches one package after the other of each host, over one connection. What it would fetch can be put into its
/// archives before, by address and by the digest of the index that it has checked.
namespace cudasetup::apply {

/// Packages to fetch, and the folder for them.
struct PackagesAhead {
  std::vector<PackageFile> files;
  std::string archives;
};

/// What an `apt-get … install` lacks and we can fetch. Errors: those of the commands that are asked.
base::Result<PackagesAhead> packages_lacking(Workbench& bench, const base::Command& install);

/// Fetches them at the same time, each under apt's name for it. Errors: those of a download, with the parts kept.
base::Result<void> fetch_into_archives(Workbench& bench, const PackagesAhead& packages, fetch::Patience patience);

/// Removes the parts of those that are not whole.
void drop_parts(effects::Files& target, const PackagesAhead& packages);

/// Fetches what an `apt-get … install` lacks, as far as that can be done; the rest is left to apt, as is all of it
/// where apt is told to use a proxy. The result is what it was. Errors: interrupted alone, with the parts kept.
base::Result<PackagesAhead> fetch_ahead(Workbench& bench, const base::Command& install);

} // namespace cudasetup::apply
