#include "resolve/resolution.hpp"

#include "resolve/alternatives.hpp"
#include "resolve/elsewhere.hpp"
#include "resolve/search.hpp"

#include <algorithm>
#include <utility>

namespace cudasetup::resolve {

Outcome resolve(const Request& request, const manifest::Manifest& manifest, const host::HostFacts& facts)
{
  const Target target = find_target(manifest, facts);
  const Question question = ask(request, manifest, target);
  if (auto resolution = find_selection(question)) {
    return std::move(*resolution);
  }
  Refusal refusal{explain_refusal(question), find_alternatives(question)};
  std::vector<Alternative> elsewhere = find_elsewhere(question, facts, refusal.alternatives);
  // A toolkit on another Ubuntu or for one GPU of two comes before what is had here without one.
  elsewhere.insert(elsewhere.end(), refusal.alternatives.begin(), refusal.alternatives.end());
  elsewhere.resize(std::min(elsewhere.size(), k_most_alternatives));
  refusal.alternatives = std::move(elsewhere);
  return refusal;
}

std::string_view name_of(DriverOrigin origin)
{
  switch (origin) {
  case DriverOrigin::nvidia_archive:
    return "nvidia";
  case DriverOrigin::local_installer:
    return "local-installer";
  case DriverOrigin::ubuntu_prebuilt:
    return "ubuntu-prebuilt";
  case DriverOrigin::ubuntu_dkms:
    break;
  }
  return "ubuntu-dkms";
}

bool is_ubuntus(DriverOrigin origin)
{
  return origin == DriverOrigin::ubuntu_prebuilt || origin == DriverOrigin::ubuntu_dkms;
}

} // namespace cudasetup::resolve
