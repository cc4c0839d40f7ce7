#include "cli/pipeline.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "report/explanation.hpp"
#include "resolve/arguments.hpp"

namespace cudasetup::cli {

namespace {

/// What newer things were left out, for what was resolved before.
std::vector<resolve::PassedOver> find_passed_over(const Options& options, const Prepared& prepared)
{
  const resolve::Target target = resolve::find_target(*prepared.manifest, prepared.facts);
  const resolve::Question question = resolve::ask(options.request, *prepared.manifest, target);
  return resolve::passed_over(question, prepared.plan.resolution);
}

json::Value choice_of(const Prepared& prepared, const std::string& root)
{
  const json::Value plan = plan::to_json(prepared.plan, prepared.facts, root);
  return *plan.find("choice");
}

} // namespace

base::Result<int> run_why_not(const Options& options, Outside& outside)
{
  constexpr int k_refused = 1;
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY_ASSIGN(auto outcome, prepare(options, outside, effects));
  const report::NextCommands next = next_commands(options);
  const bool as_json = options.json == Switch::on;
  if (const auto* refusal = std::get_if<resolve::Refusal>(&outcome)) {
    outside.print(as_json ? json::write(report::to_json(*refusal, next), json::Layout::indented)
                          : report::text_of(*refusal, next));
    return k_refused;
  }
  const Prepared& prepared = std::get<Prepared>(outcome);
  const resolve::Resolution& resolution = prepared.plan.resolution;
  const report::Explanation explanation{
      resolution, resolve::arguments_of(options.request, resolution), find_passed_over(options, prepared)};
  outside.print(as_json ? json::write(report::to_json(explanation, choice_of(prepared, options.host.root), next),
                                      json::Layout::indented)
                        : report::text_of(explanation, next));
  return 0;
}

} // namespace cudasetup::cli
