#include "report/refusal.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace cudasetup::report {

namespace {

std::string command_of(const resolve::Alternative& alternative)
{
  base::Command command{{"cudasetup", "install"}};
  command.argv.insert(command.argv.end(), alternative.arguments.begin(), alternative.arguments.end());
  return base::to_shell(command);
}

/// What to do next where nothing else can be had: by what the first reason is about.
base::Hint next_of(const resolve::Refusal& refusal)
{
  const std::string about = refusal.reasons.empty() ? "" : refusal.reasons.front().constraint;
  if (about == "os") {
    return {"see what would be done on another machine", base::Command{{"cudasetup", "plan", "--os", "ubuntu24.04"}}};
  }
  const std::string kind = about == "gpu"      ? "gpus"
                           : about == "driver" ? "drivers"
                           : about == "torch"  ? "torch"
                                               : "cuda";
  return {"see what there is", base::Command{{"cudasetup", "list", kind}}};
}

} // namespace

std::string text_of(const resolve::Refusal& refusal)
{
  std::string text;
  for (std::size_t i = 0; i < refusal.reasons.size(); ++i) {
    const resolve::Constraint& reason = refusal.reasons[i];
    text += (i == 0 ? "refused: " : "and:     ") + reason.text + "\n";
    if (!reason.source.empty()) {
      text += "         (" + reason.constraint + "; source: " + reason.source + ")\n";
    }
  }
  for (const resolve::Alternative& alternative : refusal.alternatives) {
    text += "instead: " + alternative.selection + (alternative.text.empty() ? "" : " - " + alternative.text) + "\n";
    text += "         " + command_of(alternative) + "\n";
  }
  if (refusal.alternatives.empty()) {
    const base::Hint hint = next_of(refusal);
    text += "hint: " + hint.text + ": " + base::to_shell(*hint.command) + "\n";
  }
  return base::printable(text);
}

json::Value to_json(const resolve::Refusal& refusal)
{
  json::Array reasons;
  for (const resolve::Constraint& reason : refusal.reasons) {
    reasons.emplace_back(
        json::Object{{"constraint", reason.constraint}, {"text", reason.text}, {"source", reason.source}});
  }
  json::Array alternatives;
  for (const resolve::Alternative& alternative : refusal.alternatives) {
    alternatives.emplace_back(
        json::Object{{"selection", alternative.selection},
                     {"text", alternative.text.empty() ? alternative.selection : alternative.text},
                     {"command", command_of(alternative)}});
  }
  return json::Object{
      {"schema", "cudasetup.refusal/1"}, {"reasons", std::move(reasons)}, {"alternatives", std::move(alternatives)}};
}

} // namespace cudasetup::report
