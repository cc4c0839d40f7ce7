#include "resolve/resolution.hpp"

#include "resolve/alternatives.hpp"
#include "resolve/search.hpp"

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
  if (auto other = on_nearest_release(request, manifest, facts, target)) {
    refusal.alternatives.push_back(std::move(*other));
  }
  return refusal;
}

} // namespace cudasetup::resolve
