#include "plan/source_faults.hpp"

#include "plan/parts.hpp"

namespace cudasetup::plan {

resolve::Resolution machine_of(const resolve::Target& target)
{
  resolve::Resolution machine;
  machine.ubuntu = target.ubuntu;
  machine.archive = target.archive;
  machine.arch = target.arch.value_or(machine.arch);
  return machine;
}

host::AptFaults
find_source_faults(const manifest::Manifest& manifest, const host::HostFacts& facts, const Settings& settings)
{
  const resolve::Resolution machine = machine_of(resolve::find_target(manifest, facts));
  const resolve::Request request;
  return plan_mend(Input{request, machine, facts, settings}, host::Harm::untidy).faults;
}

} // namespace cudasetup::plan
