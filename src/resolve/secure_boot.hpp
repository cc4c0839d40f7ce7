#pragma once

#include "host/facts.hpp"
#include "resolve/resolution.hpp"

#include <string>

namespace cudasetup::resolve {

/// Why the module of a driver that is to be installed would not be loaded until somebody was at the machine's console:
/// DKMS builds it, Secure Boot is on, and the firmware does not know the key that DKMS signs with. Empty where nothing
/// is in the way: modules that Ubuntu has built are signed with a key that the firmware knows.
std::string console_need(const DriverSelection& driver, const host::HostFacts& facts);

} // namespace cudasetup::resolve
