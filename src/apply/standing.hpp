#pragma once

#include "journal/transaction.hpp"

#include <vector>

namespace cudasetup::apply {

/// The transactions that are not taken back, oldest first; undos are not among them. One that cannot be read is an
/// Error.
base::Result<std::vector<journal::Transaction>> standing_transactions(effects::Files& target);

/// All of them as if they were one: what was there before the first, and what the last made of it. What was uninstalled
/// counts as never installed. Its id, plan and steps are empty.
journal::Transaction merged(const std::vector<journal::Transaction>& transactions);

} // namespace cudasetup::apply
