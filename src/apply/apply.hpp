#pragma once

#include "base/result.hpp"
#include "effects/effects.hpp"
#include "host/facts.hpp"
#include "plan/plan.hpp"

#include <string>

namespace cudasetup::apply {

struct ApplyOptions {
  /// The tree that is changed; "" or "/": the running system.
  std::string root;
  unsigned lock_timeout_seconds = 300;
};

struct Applied {
  /// The transaction's number in the journal, e.g. 0001; empty when there was nothing to do.
  std::string transaction;
  std::size_t steps = 0;
};

/// Runs a plan: takes our lock, checks root, dpkg's health and free space, asks apt what would
/// happen, fetches every file of the plan, and only then changes anything, step by step with a journal. Errors:
/// needs_root, busy, packages, network, untrusted, no_space, interrupted, document (a damaged journal).
base::Result<Applied> apply(const effects::Effects& effects,
                            const plan::Plan& plan,
                            const host::HostFacts& facts,
                            const ApplyOptions& options);

} // namespace cudasetup::apply
