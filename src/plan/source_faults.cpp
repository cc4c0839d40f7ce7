#include "plan/source_faults.hpp"

#include "plan/parts.hpp"
#include "resolve/target.hpp"

namespace cudasetup::plan {

host::AptFaults
find_source_faults(const manifest::Manifest& manifest, const host::HostFacts& facts, const Settings& settings)
{
  const resolve::Target target = resolve::find_target(manifest, facts);
  resolve::Resolution machine;
  machine.ubuntu = target.ubuntu;
  machine.archive = target.archive;
  machine.arch = target.arch.value_or(machine.arch);
  const resolve::Request request;
  return plan_mend(Input{request, machine, facts, settings}, host::Harm::untidy).faults;
}

} // namespace cudasetup::plan
