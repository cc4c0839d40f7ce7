#pragma once

#include "apply/apply.hpp"
#include "journal/transaction.hpp"
#include "plan/undo.hpp"

namespace cudasetup::apply {

/// Takes @p transaction back as @p plan says, in a transaction of its own. Errors: needs_root, busy, packages,
/// no_space, interrupted, document (a damaged journal).
base::Result<Applied> undo(const effects::Effects& effects,
                           const journal::Transaction& transaction,
                           const plan::UndoPlan& plan,
                           const ApplyOptions& options);

} // namespace cudasetup::apply
