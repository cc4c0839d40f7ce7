#include "apply/undo_parts.hpp"
#include "host/paths.hpp"

#include <algorithm>

namespace cudasetup::apply {

bool is_kept_key(const UndoInput& input, const std::string& path)
{
  return input.key.is_enrolled && (path == host::k_module_key || path == host::k_module_key_secret);
}

void plan_key(const UndoInput& input, plan::UndoPlan& plan)
{
  if (input.key.was_given && input.key.is_pending) {
    // Before any package goes: mokutil may be among them.
    plan.steps.push_back(
        undo_step("undo-module-key",
                  "Take back the request to enrol a key",
                  "nobody needs to be at the console any more; every key that waits is left out of the "
                  "next boot",
                  {{"mokutil", "--revoke-import"}}));
  }
  const auto& originals = input.transaction.originals;
  const bool is_ours = std::any_of(originals.begin(), originals.end(), [&](const journal::Original& original) {
    return is_kept_key(input, original.path) && !original.before.exists;
  });
  if (is_ours || (input.key.was_given && input.key.is_enrolled)) {
    plan.stays.push_back({std::string(host::k_module_key),
                          "the firmware knows this key by now, and other modules may be signed with it; `sudo mokutil "
                          "--delete " +
                              std::string(host::k_module_key) +
                              "` has it forgotten, with somebody at the console during the next boot"});
  }
}

} // namespace cudasetup::apply
