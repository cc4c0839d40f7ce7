#include "resolve/pair_check.hpp"

#include "host/os_support.hpp"
#include "resolve/search.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>
#include <utility>

namespace cudasetup::resolve {

namespace {

/// One GPU of each kind: those the resolver cannot tell apart are tried once.
std::vector<base::PciId> kinds_of_gpus(const manifest::Manifest& manifest)
{
  std::set<std::tuple<std::optional<base::ComputeCapability>,
                      manifest::KernelModule,
                      std::optional<std::uint32_t>,
                      std::optional<std::uint32_t>>>
      seen;
  std::vector<base::PciId> ids;
  for (const manifest::Gpu& gpu : manifest.gpus) {
    if (seen.insert({gpu.compute_capability, gpu.module, gpu.first_branch, gpu.last_branch}).second) {
      ids.push_back(gpu.id);
    }
  }
  return ids;
}

/// A machine without anything of NVIDIA's but one GPU. The facts stay where they are: the target points at them.
struct Machine {
  host::HostFacts facts;
  Target target;
};

std::deque<Machine> machines_of(const manifest::Manifest& manifest)
{
  std::deque<Machine> machines;
  const std::vector<base::PciId> gpus = kinds_of_gpus(manifest);
  for (const base::Arch arch : {base::Arch::amd64, base::Arch::arm64}) {
    for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
      if (!host::is_served(release.version)) {
        continue; // also WSL's, which has no version
      }
      for (const base::PciId gpu : gpus) {
        Machine& machine = machines.emplace_back();
        machine.facts.os.id = "ubuntu";
        machine.facts.os.version_id = release.version.text();
        machine.facts.arch = arch;
        machine.facts.pci_readable = true;
        machine.facts.gpus.emplace_back().id = gpu;
        machine.target = find_target(manifest, machine.facts);
      }
    }
  }
  return machines;
}

bool resolves(const manifest::Pair& pair, const manifest::Manifest& manifest, const Target& target)
{
  Request request;
  request.cuda = {Choice::exact, pair.cuda};
  request.torch = {Choice::exact, pair.torch, pair.platform};
  if (target.arch == base::Arch::arm64) {
    request.python = "/opt/torch-venv"; // there are wheels alone
  }
  return find_selection(ask(request, manifest, target)).has_value();
}

} // namespace

std::vector<std::size_t> pairs_without_host(const manifest::Manifest& manifest,
                                            const std::vector<manifest::Pair>& pairs)
{
  const std::deque<Machine> machines = machines_of(manifest);
  std::vector<std::size_t> without;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const bool somewhere = std::any_of(machines.begin(), machines.end(), [&](const Machine& machine) {
      return resolves(pairs[i], manifest, machine.target);
    });
    if (!somewhere) {
      without.push_back(i);
    }
  }
  return without;
}

} // namespace cudasetup::resolve
