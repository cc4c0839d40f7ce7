#include "plan/parts.hpp"

#include "base/hash.hpp"
#include "host/json.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

/// Whether NVIDIA's archive for this machine was among what is switched off, and would work with what its keyring
/// package brings: not where this apt refuses the very key that signs it.
bool lacks_archive(const Input& input, const Mend& mend)
{
  const manifest::Archive* archive = find_archive(input);
  if (archive == nullptr || !archive->keyring) {
    return false;
  }
  const std::string own = host::archive_identity(nvidia_address(input, archive->url).text());
  const std::string nvidias = host::archive_identity(archive->url.text());
  const auto& faulty = mend.faults.sources;
  const bool refused = std::any_of(faulty.begin(), faulty.end(), [&](const host::FaultySource& each) {
    const std::string identity = host::archive_identity(each.source.uri);
    return each.fault == host::SourceFault::refused_key && (identity == own || identity == nvidias);
  });
  const bool had = std::any_of(faulty.begin(), faulty.end(), [&](const host::FaultySource& each) {
    return each.fault != host::SourceFault::gone && each.fault != host::SourceFault::machine_learning;
  });
  const auto& left = mend.facts.nvidia_sources;
  const bool has = std::any_of(left.begin(), left.end(), [&](const host::AptSource& source) {
    const std::string identity = host::archive_identity(source.uri);
    return identity == own || identity == nvidias;
  });
  return had && !has && !refused;
}

void append(std::vector<Step>& steps, const std::vector<Step>& more)
{
  steps.insert(steps.end(), more.begin(), more.end());
}

} // namespace

Plan make_repair_plan(const resolve::Resolution& resolution, const host::HostFacts& facts, const Settings& settings)
{
  Plan plan;
  plan.purpose = Purpose::repair_sources;
  plan.resolution.ubuntu = resolution.ubuntu;
  plan.resolution.archive = resolution.archive;
  plan.resolution.arch = resolution.arch;
  const resolve::Resolution machine = plan.resolution;
  const Mend mend = plan_mend(Input{plan.request, machine, facts, settings}, host::Harm::untidy);
  const Input input{plan.request, machine, mend.facts, settings};
  for (const host::FaultySource& faulty : mend.faults.sources) {
    plan.resolution.reasons.push_back({faulty.source.file, faulty.because});
    if (faulty.fault == host::SourceFault::refused_key) {
      plan.resolution.cautions.push_back(
          {faulty.source.file,
           "only NVIDIA can renew that key. `--method local` and `--method runfile` do without the archive; who would "
           "rather trust SHA-1 copies /usr/share/apt/default-sequoia.config to "
           "/etc/crypto-policies/back-ends/apt-sequoia.config and sets a later date there"});
    }
  }
  for (const host::FaultyKeyring& keyring : mend.faults.keyrings) {
    plan.resolution.reasons.push_back({keyring.path, keyring.because});
  }
  for (const auto& [file, text] : mend.faults.notes) {
    plan.resolution.cautions.push_back({file, text});
  }
  if (!mend.switched_off.empty()) {
    std::vector<Step> archive;
    if (lacks_archive(input, mend)) {
      archive = network_source_steps(input);
    }
    plan.steps = mend_steps(mend);
    append(plan.steps, cache_steps(archive));
    append(plan.steps, archive);
    plan.steps.push_back(update_step(SourceKind::network));
    append(plan.steps, cleanup_steps(input, archive));
  }
  plan.totals = totals_of(costs_of(plan.steps), false);
  plan.manifest_digest = manifest_digest(settings);
  if (plan.steps.empty()) {
    plan.already.push_back({"apt", "nothing is wrong with its sources and keys of NVIDIA's"});
  }
  return plan;
}

} // namespace cudasetup::plan
