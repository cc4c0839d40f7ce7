#include "report/refusal.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::report {

namespace {

base::Command command_of(std::vector<std::string> words, const std::vector<std::string>& more)
{
  words.insert(words.end(), more.begin(), more.end());
  return base::Command{std::move(words)};
}

bool has(const std::vector<std::string>& words, std::string_view word)
{
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// @p more without the HOST options that @p arguments name themselves, where another machine is offered.
std::vector<std::string> without_named(const std::vector<std::string>& more, const std::vector<std::string>& arguments)
{
  std::vector<std::string> left;
  for (auto word = more.begin(); word != more.end(); ++word) {
    const bool flag = *word == "--container" || *word == "--wsl";
    const bool valued = *word == "--os" || *word == "--gpu" || *word == "--driver-present";
    if ((!flag && !valued) || !has(arguments, *word)) {
      left.push_back(*word);
    } else if (valued) {
      ++word;
    }
  }
  return left;
}

std::string command_of(const resolve::Alternative& alternative, const NextCommands& next)
{
  std::vector<std::string> words = next.instead;
  if (has(alternative.arguments, "--os") && !has(next.instead_more, "--dry-run")) {
    words.back() = "plan"; // another release can only be planned for
  }
  return base::to_shell(command_of(command_of(std::move(words), alternative.arguments).argv,
                                   without_named(next.instead_more, alternative.arguments)));
}

/// What to do next where nothing else can be had: by what the first reason is about.
base::Hint next_of(const resolve::Refusal& refusal, const NextCommands& next)
{
  const std::string about = refusal.reasons.empty() ? "" : refusal.reasons.front().constraint;
  if (about == "os") {
    return {"see what would be done on another machine",
            command_of({"cudasetup", "plan", "--os", "ubuntu24.04"}, next.plan_more)};
  }
  const std::string kind = about == "gpu"      ? "gpus"
                           : about == "driver" ? "drivers"
                           : about == "torch"  ? "torch"
                                               : "cuda";
  return {"see what there is", command_of({"cudasetup", "list", kind}, next.list_more)};
}

} // namespace

std::string text_of(const resolve::Refusal& refusal, const NextCommands& next)
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
    for (const resolve::Reason& doubt : alternative.doubts) {
      text += "         careful: " + doubt.about + ": " + doubt.text + "\n";
    }
    text += "         " + command_of(alternative, next) + "\n";
  }
  if (refusal.alternatives.empty()) {
    const base::Hint hint = next_of(refusal, next);
    text += "hint: " + hint.text + ": " + base::to_shell(*hint.command) + "\n";
  }
  return base::printable(text);
}

json::Array constraints_json(const std::vector<resolve::Constraint>& constraints)
{
  json::Array array;
  for (const resolve::Constraint& constraint : constraints) {
    array.emplace_back(
        json::Object{{"constraint", constraint.constraint}, {"text", constraint.text}, {"source", constraint.source}});
  }
  return array;
}

json::Value to_json(const resolve::Refusal& refusal, const NextCommands& next)
{
  json::Array alternatives;
  for (const resolve::Alternative& alternative : refusal.alternatives) {
    json::Array doubts;
    for (const resolve::Reason& doubt : alternative.doubts) {
      doubts.emplace_back(json::Object{{"about", doubt.about}, {"text", doubt.text}});
    }
    alternatives.emplace_back(
        json::Object{{"selection", alternative.selection},
                     {"text", alternative.text.empty() ? alternative.selection : alternative.text},
                     {"doubts", std::move(doubts)},
                     {"command", command_of(alternative, next)}});
  }
  return json::Object{{"schema", "cudasetup.refusal/1"},
                      {"reasons", constraints_json(refusal.reasons)},
                      {"alternatives", std::move(alternatives)}};
}

} // namespace cudasetup::report
