#pragma once

#include "host/facts.hpp"
#include "resolve/resolution.hpp"

#include <string>

namespace cudasetup::resolve {

/// Why the module of a driver that is to be installed would not be loaded until somebody was at the machine's console:
/// DKMS builds it, Secure Boot is on, and the firmware does not know the key that DKMS signs with. Empty where nothing
/// is in the way: modules that Ubuntu has built are signed with a key that the firmware knows.
std::string console_need(const DriverSelection& driver, const host::HostFacts& facts);

/// What is to be done at the console during the next boot, once the key was given to mokutil; a clause. Shim's
/// MokManager waits 10 s for a key, then starts the system and forgets what it was asked for (rhboot/shim,
/// MokManager.c).
std::string console_steps();

} // namespace cudasetup::resolve
