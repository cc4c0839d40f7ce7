#include "report/explanation.hpp"

#include "base/text.hpp"
#include "resolve/arguments.hpp"

namespace cudasetup::report {

namespace {

using resolve::PassedOver;

std::string command_of(std::vector<std::string> words,
                       const std::vector<std::string>& arguments,
                       const std::vector<std::string>& more)
{
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.insert(words.end(), more.begin(), more.end());
  return base::to_shell(base::Command{std::move(words)});
}

std::string ask_for(const PassedOver& one, const NextCommands& next)
{
  return command_of(next.ask, {one.option(), one.version}, next.ask_more);
}

/// What stands in the way first, or makes it unsure, without its numbers; "" where nothing does.
std::string shape_of(const PassedOver& one)
{
  std::string text = one.constraints.empty() ? one.doubt : one.constraints.front().text;
  std::erase_if(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return text;
}

std::string passed_over_text(const std::vector<PassedOver>& all, const NextCommands& next)
{
  std::string text;
  for (std::size_t first = 0; first < all.size();) {
    const PassedOver& one = all[first];
    std::vector<std::string> same;
    std::size_t end = first + 1;
    for (; end < all.size() && all[end].about == one.about && shape_of(all[end]) == shape_of(one); ++end) {
      same.push_back(all[end].version);
    }
    if (one.constraints.empty()) {
      text += "newer:   " + one.name() + (one.doubt.empty() ? " works as well" : " may work") +
              (one.text.empty() ? "" : ", " + one.text) + (one.doubt.empty() ? "" : ": " + one.doubt) + "\n";
    } else {
      const resolve::Constraint& reason = one.constraints.front();
      text += "not:     " + one.name() + ": " + reason.text + "\n";
      text += "         (" + reason.constraint + (reason.source.empty() ? "" : "; source: " + reason.source) + ")\n";
    }
    if (!same.empty()) {
      text += (one.constraints.empty() && one.doubt.empty() ? "         so do " : "         the same holds for ") +
              base::join(same, ", ") + "\n";
    }
    text += "         " + ask_for(one, next) + "\n";
    first = end;
  }
  return text;
}

json::Array reasons_json(const std::vector<resolve::Reason>& reasons)
{
  json::Array array;
  for (const resolve::Reason& reason : reasons) {
    array.emplace_back(json::Object{{"about", reason.about}, {"text", reason.text}});
  }
  return array;
}

} // namespace

std::string text_of(const Explanation& explanation, const NextCommands& next)
{
  const resolve::Resolution& resolution = explanation.resolution;
  std::string text = "works:   " + resolve::selection_of(resolution) + "\n";
  text += "         " + command_of(next.instead, explanation.arguments, next.instead_more) + "\n";
  for (const resolve::Reason& reason : resolution.reasons) {
    text += "why:     " + reason.about + ": " + reason.text + "\n";
  }
  for (const resolve::Reason& caution : resolution.cautions) {
    text += "careful: " + caution.about + ": " + caution.text + "\n";
  }
  return base::printable(text + passed_over_text(explanation.passed_over, next));
}

json::Value to_json(const Explanation& explanation, json::Value choice, const NextCommands& next)
{
  json::Array passed_over;
  for (const PassedOver& one : explanation.passed_over) {
    passed_over.emplace_back(json::Object{{"about", one.about},
                                          {"version", one.version},
                                          {"works", one.constraints.empty()},
                                          {"text", one.text},
                                          {"doubt", one.doubt},
                                          {"reasons", constraints_json(one.constraints)},
                                          {"command", ask_for(one, next)}});
  }
  const resolve::Resolution& resolution = explanation.resolution;
  return json::Object{{"schema", "cudasetup.resolution/1"},
                      {"selection", resolve::selection_of(resolution)},
                      {"command", command_of(next.instead, explanation.arguments, next.instead_more)},
                      {"choice", std::move(choice)},
                      {"reasons", reasons_json(resolution.reasons)},
                      {"cautions", reasons_json(resolution.cautions)},
                      {"passed_over", std::move(passed_over)}};
}

} // namespace cudasetup::report
