#pragma once

#include "apply/apply.hpp"
#include "journal/transaction.hpp"

#include <string>
#include <string_view>

namespace cudasetup::apply {

/// The kernel's name for the boot that is running; empty where it has none (no /proc).
std::string boot_id(effects::Files& files);

/// Records what verifying came to after the boot that @p transaction awaited; the unit that had it verified
/// is gone by then. Errors: busy, no_space, document (the state directory is not root's alone).
base::Result<void> end_after_boot(const effects::Effects& effects,
                                  const journal::Transaction& transaction,
                                  std::string_view verdict,
                                  const ApplyOptions& options);

/// Takes the unit away where nothing awaits a boot; nothing happens where there is none.
void drop_after_boot_unit(effects::Files& target);

} // namespace cudasetup::apply
