#pragma once

#include "apply/apply.hpp"
#include "plan/uninstall.hpp"

#include <functional>

namespace cudasetup::apply {

/// Asked once, when it is known what undo could not bring back: an Error ends it all.
using AgreeToUninstall = std::function<base::Result<void>(const plan::UninstallPlan& plan)>;

/// Carries out an uninstallation as a transaction: asks apt whether exactly the plan's packages would go, finds out
/// which of their installers can still be had, asks @p agree, puts these installers aside (where @p trace is `kept`),
/// and only then changes anything. @p seen: the packages and alternatives that the plan was made for; where they are
/// others now, that is an Error of kind busy. Errors: needs_root, busy, packages, no_space, interrupted, document (a
/// damaged journal), and those of @p agree.
base::Result<Applied> uninstall(const effects::Effects& effects,
                                plan::UninstallPlan plan,
                                const journal::SystemState& seen,
                                plan::Trace trace,
                                const ApplyOptions& options,
                                const AgreeToUninstall& agree);

} // namespace cudasetup::apply
