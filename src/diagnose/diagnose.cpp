#include "diagnose/diagnose.hpp"

#include "diagnose/rules.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

std::array<std::span<const Rule>, 10> all_rules()
{
  return {apt_rules(),
          package_rules(),
          place_rules(),
          gpu_rules(),
          module_rules(),
          driver_rules(),
          toolkit_rules(),
          path_rules(),
          torch_rules(),
          later_rules()};
}

void ask(const Rule& rule, const Case& at, std::vector<Finding>& findings)
{
  for (Sign& sign : rule.look(at)) {
    findings.push_back({rule.id,
                        rule.blocks,
                        rule.cause,
                        std::move(sign.evidence),
                        sign.source.empty() ? std::string(rule.source) : std::move(sign.source),
                        std::move(sign.remedies),
                        rule.fix});
  }
}

} // namespace

std::string_view name_of(Blocks blocks)
{
  switch (blocks) {
  case Blocks::packages:
    return "packages";
  case Blocks::gpu:
    return "gpu";
  case Blocks::toolkit:
    return "toolkit";
  case Blocks::torch:
    return "torch";
  case Blocks::later:
    return "later";
  case Blocks::nothing:
    break;
  }
  return "nothing";
}

std::vector<Finding> find_faults(const Known& known)
{
  const Case at{known, known.facts, known.details, known.manifest, resolve::find_target(known.manifest, known.facts)};
  std::vector<Finding> findings;
  for (const Order order : {Order::first, Order::last}) {
    for (const std::span<const Rule> rules : all_rules()) {
      for (const Rule& rule : rules) {
        const bool is_told = std::any_of(
            findings.begin(), findings.end(), [&](const Finding& finding) { return finding.blocks == rule.blocks; });
        if (rule.order == order && (order == Order::first || !is_told)) {
          ask(rule, at, findings);
        }
      }
    }
  }
  std::stable_sort(
      findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return a.blocks < b.blocks; });
  return findings;
}

std::vector<std::string_view> rule_ids()
{
  std::vector<std::string_view> ids;
  for (const std::span<const Rule> rules : all_rules()) {
    for (const Rule& rule : rules) {
      if (std::find(ids.begin(), ids.end(), rule.id) == ids.end()) {
        ids.push_back(rule.id);
      }
    }
  }
  return ids;
}

} // namespace cudasetup::diagnose
