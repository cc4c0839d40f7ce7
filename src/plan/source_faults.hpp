#pragma once

#include "host/apt_faults.hpp"
#include "plan/plan.hpp"

namespace cudasetup::plan {

/// What is wrong with apt's sources and keys of NVIDIA's on this machine: what make_repair_plan mends. Pure.
host::AptFaults
find_source_faults(const manifest::Manifest& manifest, const host::HostFacts& facts, const Settings& settings);

} // namespace cudasetup::plan
