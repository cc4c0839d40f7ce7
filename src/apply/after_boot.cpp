#include "apply/after_boot.hpp"

#include "apply/preflight.hpp"
#include "base/text.hpp"
#include "journal/journal.hpp"
#include "plan/after_boot.hpp"

namespace cudasetup::apply {

namespace {

const std::vector<std::string>& unit_paths()
{
  static const std::vector<std::string> paths = {std::string(plan::k_after_boot_link),
                                                 std::string(plan::k_after_boot_unit)};
  return paths;
}

} // namespace

std::string boot_id(effects::Files& files)
{
  return std::string(base::trim(files.read("/proc/sys/kernel/random/boot_id").value_or("")));
}

base::Result<void> end_after_boot(const effects::Effects& effects,
                                  const journal::Transaction& transaction,
                                  std::string_view verdict,
                                  const ApplyOptions& options)
{
  const Tools tools(effects, options.root, options.lock_timeout_seconds);
  CUDASETUP_TRY_ASSIGN(const std::shared_ptr<void> lock, take_lock(effects.target, tools));
  CUDASETUP_TRY_ASSIGN(journal::Journal journal, journal::Journal::reopen(effects.target, effects.clock, transaction));
  CUDASETUP_TRY(journal.results(unit_paths()));
  CUDASETUP_TRY(journal.verified(verdict));
  return journal.ended(journal::Outcome::done);
}

void drop_after_boot_unit(effects::Files& target)
{
  for (const std::string& path : unit_paths()) {
    if (target.status(path, effects::FollowLinks::no)) {
      // One that stays finds nothing to go on with at the next boot, and is tried again then.
      static_cast<void>(target.remove(path));
    }
  }
}

} // namespace cudasetup::apply
