#include "report/tool_text.hpp"

#include "base/text.hpp"

namespace cudasetup::report {

namespace {

json::Value or_null(const std::string& text)
{
  return text.empty() ? json::Value() : json::Value(text);
}

} // namespace

std::string text_of(const std::vector<diagnose::Explained>& known, const std::string& text)
{
  std::string said;
  for (const diagnose::Explained& each : known) {
    said += (said.empty() ? "" : "\n") + each.failure.cause + "\n";
    if (!each.line.empty()) {
      said += "    shown by: " + each.line + "\n";
    }
    const char* before = "    do:       ";
    for (const base::Hint& hint : each.failure.hints) {
      said += before + hint.text + (hint.command ? ": " + base::to_shell(*hint.command) : "") + "\n";
      before = "    or:       ";
    }
  }
  if (known.empty()) {
    said = text + (text.empty() || text.ends_with('\n') ? "" : "\n");
    said += "\nNot known: none of the failures known here has a line of this text.\n";
  }
  return base::printable(said);
}

json::Value to_json(const std::vector<diagnose::Explained>& known, const std::string& text)
{
  json::Array causes;
  for (const diagnose::Explained& each : known) {
    json::Array remedies;
    for (const base::Hint& hint : each.failure.hints) {
      remedies.emplace_back(json::Object{
          {"text", hint.text}, {"command", hint.command ? json::Value(base::to_shell(*hint.command)) : json::Value()}});
    }
    causes.emplace_back(json::Object{{"cause", each.failure.cause},
                                     {"kind", base::name_of(each.failure.kind)},
                                     {"line", or_null(base::printable(each.line))},
                                     {"remedies", std::move(remedies)}});
  }
  return json::Object{{"schema", "cudasetup.explain/1"},
                      {"causes", std::move(causes)},
                      {"text", known.empty() ? json::Value(base::printable(text)) : json::Value()}};
}

} // namespace cudasetup::report
