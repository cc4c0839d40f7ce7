#pragma once

#include "apply/actions.hpp"
#include "host/facts.hpp"

#include <memory>

namespace cudasetup::apply {

/// What can be known before anything is done: are we root.
base::Result<void> check_before(const host::HostFacts& facts);

/// That nothing is on hold which the plan has to change. Errors: packages, with the command that ends the holds.
base::Result<void> check_holds(const plan::Plan& plan, const Tools& tools);

/// Whether what the plan unpacks may go where it says, so that nothing is fetched in vain: see
/// fetch::check_destination.
base::Result<void> check_destinations(effects::Files& target, const plan::Plan& plan);

/// Refuses a cache of downloads that is not root's.
base::Result<void> check_cache(effects::Files& target, const Tools& tools);

/// Our lock, held for the life of the result; an Error of kind busy when another run has it.
base::Result<std::shared_ptr<void>> take_lock(effects::Files& target, const Tools& tools);

/// Fetches into our cache what the simulation reads: the keyring package or the local installer. No change to the
/// system; the steps find the files there and do not fetch them again.
base::Result<void> fetch_for_simulation(Workbench& bench, const plan::Plan& plan);

/// Fetches into our cache all that the steps will find there, but for what is fetched ahead of its step, so that what
/// cannot be had, or is not what was meant, is known before the system is changed.
base::Result<void> fetch_for_steps(Workbench& bench, const plan::Plan& plan);

} // namespace cudasetup::apply
