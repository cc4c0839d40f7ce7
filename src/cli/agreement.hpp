#pragma once

#include "cli/options.hpp"
#include "cli/outside.hpp"
#include "resolve/resolution.hpp"

#include <string>
#include <vector>

/// What verbs that change what is there ask before they do.
namespace cudasetup::cli {

/// The same command line with more options, as root: with sudo where this process is not root, or became it so.
base::Command again(const Options& options, const Outside& outside, const std::vector<std::string>& more);

/// Commands that reasons name, `sudo …`, for the system that the command line is about: below --root they run inside
/// it.
std::vector<resolve::Reason> for_root(std::vector<resolve::Reason> reasons, const Options& options);
/// The same for what a plan says of what it leaves, and of what cannot be had back.
template<typename Plan> Plan for_root(Plan plan, const Options& options)
{
  plan.left = for_root(std::move(plan.left), options);
  plan.lost = for_root(std::move(plan.lost), options);
  if constexpr (requires { plan.stays; }) {
    plan.stays = for_root(std::move(plan.stays), options);
  }
  return plan;
}

/// Errors: usage where nobody agreed beforehand and nobody can be asked.
base::Result<void> check_can_agree(const Options& options, const Outside& outside);
/// Whether somebody agrees: beforehand, or now. Errors: as check_can_agree; refused; interrupted where the question was
/// answered by ^C.
base::Result<void>
agree(const Options& options, Outside& outside, effects::Interrupts& interrupts, const std::string& question);

} // namespace cudasetup::cli
