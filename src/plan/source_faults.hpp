#pragma once

#include "host/apt_faults.hpp"
#include "plan/plan.hpp"
#include "resolve/target.hpp"

namespace cudasetup::plan {

/// The machine, as far as a source of NVIDIA's is made for it. Pure.
resolve::Resolution machine_of(const resolve::Target& target);

/// What is wrong with apt's sources and keys of NVIDIA's on this machine: what make_repair_plan mends. Pure.
host::AptFaults
find_source_faults(const manifest::Manifest& manifest, const host::HostFacts& facts, const Settings& settings);

} // namespace cudasetup::plan
