#pragma once

#include "apply/apt_simulation.hpp"
#include "apply/tools.hpp"
#include "plan/plan.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::apply {

/// Room that something takes below a place of the target.
struct Need {
  std::string place;
  std::uint64_t bytes = 0;
  std::string what;

  bool operator==(const Need&) const = default;
};

/// The plan with what is known of its costs by now: files that were fetched already, and what apt told, where it did.
plan::Plan with_known_costs(const plan::Plan& plan, effects::Files& target, const std::optional<AptCost>& apt);

/// Whether the zips that are there were compared with what is expected, or may be others of an earlier run.
enum class Zips { not_compared, compared };

/// The room that the plan takes, as far as it is known: what is fetched into our cache and apt's, what apt unpacks, the
/// simulation's copy of a local installer, LibTorch once its zip is there, copies for undo. @p on_its_way: the zip
/// whose room is counted elsewhere, where there is one. Errors: untrusted for a bad zip that was compared.
base::Result<std::vector<Need>> needs_of(const plan::Plan& plan,
                                         effects::Files& target,
                                         const std::optional<AptCost>& apt,
                                         Zips zips,
                                         std::string_view on_its_way = {});

/// Whether each file system has room for what is put on it, all together. An Error of kind no_space names the first
/// that has not, what is needed there and for what, and what is free.
base::Result<void> check_space(effects::Files& target, const Tools& tools, const std::vector<Need>& needs);

} // namespace cudasetup::apply
