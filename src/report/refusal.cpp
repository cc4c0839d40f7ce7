#include "report/refusal.hpp"

#include "base/command.hpp"
#include "base/text.hpp"

namespace cudasetup::report {

namespace {

std::string command_of(const resolve::Alternative& alternative)
{
  base::Command command{{"cudasetup", "install"}};
  command.argv.insert(command.argv.end(), alternative.arguments.begin(), alternative.arguments.end());
  return base::to_shell(command);
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
    text += "hint: see what there is: cudasetup list cuda\n";
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
    alternatives.emplace_back(json::Object{
        {"selection", alternative.selection}, {"text", alternative.text}, {"command", command_of(alternative)}});
  }
  return json::Object{
      {"schema", "cudasetup.refusal/1"}, {"reasons", std::move(reasons)}, {"alternatives", std::move(alternatives)}};
}

} // namespace cudasetup::report
