#pragma once

#include "apply/unneeded.hpp"
#include "effects/files.hpp"
#include "host/facts.hpp"
#include "journal/transaction.hpp"
#include "plan/uninstall.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace cudasetup::apply {

/// What uninstalling depends on.
struct UninstallInput {
  plan::UninstallRequest request;
  plan::Trace trace = plan::Trace::kept; ///< kept, or noted: nothing is kept for undo
  unsigned lock_timeout_seconds = 0;
  host::HostFacts facts;
  /// The transactions that are not taken back, oldest first; the last with what a step that was cut off did.
  std::vector<journal::Transaction> standing;
  journal::SystemState now;
  std::map<std::string, Relations> relations;
  std::map<std::string, journal::PathState> paths_now;       ///< of every path with an original
  std::map<std::string, std::string> texts;                  ///< of saved originals, and of records in trees of ours
  std::map<std::string, std::vector<std::string>> conffiles; ///< of the NVIDIA packages that are there
  std::map<std::string, std::vector<std::string>> choices;   ///< of alternatives: what may be chosen
  std::set<std::string> present;                             ///< uninstallers and kept trees that are there
  /// What the same request meant to remove before it was cut off.
  std::set<std::string> intended;
  bool dpkg_was_cut_off = false;
};

/// Looks at everything that uninstalling depends on. @p arguments: those of an unfinished transaction that this one
/// goes on with. Errors: a journal or a file that cannot be read.
base::Result<UninstallInput> look_for_uninstall(effects::Files& target,
                                                const host::HostFacts& facts,
                                                const plan::UninstallRequest& request,
                                                const std::vector<std::string>& arguments);

/// What removes it: packages that nothing else needs by exact names, trees, and what is registered of them; where
/// something of its kind stays (another toolkit, another LibTorch), what is registered is that. All of ours goes back
/// to what was there before, but for versions of packages that were changed. Without steps where nothing of it is
/// there. Pure.
plan::UninstallPlan plan_uninstall(const UninstallInput& input);

} // namespace cudasetup::apply
