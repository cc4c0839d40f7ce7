#pragma once

#include "base/result.hpp"
#include "effects/effects.hpp"
#include "host/facts.hpp"
#include "journal/transaction.hpp"
#include "plan/plan.hpp"

#include <functional>
#include <string>
#include <vector>

namespace cudasetup::apply {

struct ApplyOptions {
  /// The tree that is changed; "" or "/": the running system.
  std::string root;
  unsigned lock_timeout_seconds = 300;
  /// The options that ask for this plan, as words of a command line: with the same ones a transaction that did not end
  /// well is gone on with.
  std::vector<std::string> arguments = {};
  /// What the journal says that it does.
  journal::Verb verb = journal::Verb::install;
  /// For the program of the plan that asks for a new password (plan::Asks); nothing of ours writes it down.
  std::string new_password = {};
};

/// Asked once, when what it costs is known as far as it can be before the first change: an Error ends it all.
using Agree = std::function<base::Result<void>(const plan::Plan& costed)>;

struct Applied {
  /// The transaction's number in the journal, e.g. 0001; empty when there was nothing to do.
  std::string transaction;
  std::size_t steps = 0;
  plan::Totals totals; ///< with what was found out meanwhile
};

/// Waits for another cudasetup on that system, or what one left running, before anything is looked at or planned: see
/// Tools::wait_for_turn.
base::Result<void> wait_for_turn(const effects::Effects& effects, const ApplyOptions& options);

/// Runs a plan: takes our lock, checks root and free space, asks apt what would happen and what it
/// costs, asks @p agree (before what apt can tell only after much is fetched or changed), fetches every file of the
/// plan, and only then changes anything, step by step with a journal. A zip that a step unpacks goes on arriving, and
/// is unpacked, during the steps before that, once it is known that it can be had and how much room it takes; that its
/// digest is wrong is hence told by its own step. Errors: needs_root, busy, packages, network,
/// untrusted, no_space, interrupted, document (a damaged journal), and those of @p agree.
base::Result<Applied> apply(const effects::Effects& effects,
                            const plan::Plan& plan,
                            const host::HostFacts& facts,
                            const ApplyOptions& options,
                            const Agree& agree);

} // namespace cudasetup::apply
