#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"
#include "host/facts.hpp"
#include "manifest/types.hpp"

namespace cudasetup::cli {

/// Puts HOST options in the place of probed facts. Another release or architecture than the probed one means another
/// machine: its facts are then those of a fresh installation, and nothing of this machine's is taken.
/// Errors: usage.
base::Result<void>
override_facts(const HostOptions& options, const manifest::Manifest& manifest, host::HostFacts& facts);

/// Whether the options speak of a machine that is not this one, for which things can only be planned.
/// @p probed: this machine's own facts.
bool names_another_machine(const HostOptions& options, const host::HostFacts& probed);

} // namespace cudasetup::cli
