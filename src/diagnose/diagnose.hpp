#pragma once

#include "base/error.hpp"
#include "host/apt_faults.hpp"
#include "host/details.hpp"
#include "host/facts.hpp"
#include "manifest/types.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is known of a machine → what is wrong with it. Pure.
namespace cudasetup::diagnose {

/// What a fault keeps from being, what blocks most first.
enum class Blocks {
  packages, ///< nothing can be installed
  gpu,      ///< the GPU cannot be used
  toolkit,  ///< CUDA programs cannot be made, or not with what is meant
  torch,    ///< LibTorch or torch cannot compute on the GPU
  later,    ///< it works, until the next boot or upgrade
  nothing   ///< untidy
};
std::string_view name_of(Blocks blocks);

/// Whether `doctor --fix` mends it: only what can be taken back exactly.
enum class Fix { by_hand, by_repair };

struct Finding {
  std::string_view id; ///< stable: "driver-version-mismatch"
  Blocks blocks = Blocks::nothing;
  std::string_view cause;
  std::string evidence; ///< what on this machine shows it
  std::string source;   ///< where the fault is known from
  std::vector<base::Hint> remedies;
  Fix fix = Fix::by_hand;
};

/// What the journal tells.
struct Past {
  std::string unfinished;    ///< the transaction that was cut off, if the newest was
  std::string awaiting_boot; ///< the one whose driver only a reboot loads, while that has not happened
  std::string failed_after_boot;
  std::string damaged; ///< what is wrong with the journal itself
};

struct Known {
  const host::HostFacts& facts;
  const host::Details& details;
  const manifest::Manifest& manifest;
  const host::AptFaults& apt;
  Past past = {};
};

/// What is wrong, what blocks most first; of equal weight in the order of the rules. A fact that is not known gives no
/// finding.
std::vector<Finding> find_faults(const Known& known);

/// The ids of all rules, in their order; those of several rules for one fault once.
std::vector<std::string_view> rule_ids();

} // namespace cudasetup::diagnose
