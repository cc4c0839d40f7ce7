#pragma once

#include "effects/files.hpp"
#include "host/facts.hpp"

namespace cudasetup::probe {

/// Packages, holds, dpkg's health, architecture and the versions of apt, dpkg and glibc, from dpkg's database.
void probe_packages(effects::Files& target, host::HostFacts& facts);

/// NVIDIA's apt sources, keyrings and the pins that touch its packages; Ubuntu's own sources.
void probe_apt(effects::Files& target, host::HostFacts& facts);

} // namespace cudasetup::probe
