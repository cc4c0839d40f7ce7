#pragma once

#include "resolve/driver_need.hpp"

#include <string>

namespace cudasetup::resolve {

/// Whether somebody may sit before the machine's desktop.
bool has_desktop(const host::HostFacts& facts);

/// Which of Ubuntu's packages suit the machine, where that was not asked for: those of a server where it has
/// NVSwitches; headless where its packages are known and no desktop is among them.
DriverPackages kind_of(const Target& target, DriverPackages asked);

/// Why no driver can be installed on the machine, whichever: a part of a GPU that a hypervisor lends, or a driver that
/// NVIDIA's own installer put there.
Obstacle machine_obstacle(const Target& target);

/// Why a driver's module that only DKMS builds is not to be had: a kernel is beyond what the branch was made for.
Obstacle kernel_obstacle(const Target& target, const UbuntuDriver& driver);

/// The same as far as it is not known: a kernel that is newer than all that Ubuntu has for this release. Empty: none
/// is.
std::string kernel_doubt(const Target& target);

} // namespace cudasetup::resolve
