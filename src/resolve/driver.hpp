#pragma once

#include "manifest/types.hpp"
#include "resolve/driver_need.hpp"
#include "resolve/findings.hpp"
#include "resolve/resolution.hpp"
#include "resolve/target.hpp"

namespace cudasetup::resolve {

/// What the driver is chosen for.
struct DriverQuestion {
  const manifest::Manifest& manifest;
  const Target& target;
  const Request& request;
  const ToolkitChoice* toolkit; ///< null: no toolkit is installed
  DriverNeed need;
};

/// Keeps, installs or leaves out the driver, as asked and as the place allows; never one in a container or WSL, never
/// one by runfile. The findings get the reason and, where the selection could not run, the constraint.
DriverSelection choose_driver(const DriverQuestion& question, Findings& findings);

} // namespace cudasetup::resolve
