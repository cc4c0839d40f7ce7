#include "report/errors.hpp"

#include "base/text.hpp"

namespace cudasetup::report {

namespace {

json::Array strings(const std::vector<std::string>& texts)
{
  json::Array array;
  for (const std::string& text : texts) {
    array.emplace_back(text);
  }
  return array;
}

} // namespace

std::string text_of(const base::Error& error)
{
  std::string text = "error: " + error.message + "\n";
  for (const std::string& detail : error.details) {
    text += "  " + detail + "\n";
  }
  for (const std::string& context : error.context) {
    text += "  while: " + context + "\n";
  }
  for (const std::string_view line : base::lines(error.output_tail)) {
    text += "  | " + std::string(line) + "\n";
  }
  if (!error.log.empty()) {
    text += "  log: " + error.log + "\n";
  }
  for (const base::Hint& hint : error.hints) {
    const std::string_view joint = hint.text.ends_with('?') ? " " : ": ";
    text += "hint: " + hint.text + (hint.command ? std::string(joint) + base::to_shell(*hint.command) : "") + "\n";
  }
  return base::printable(text);
}

json::Value to_json(const base::Error& error)
{
  json::Array hints;
  for (const base::Hint& hint : error.hints) {
    hints.emplace_back(json::Object{
        {"text", hint.text}, {"command", hint.command ? json::Value(base::to_shell(*hint.command)) : json::Value()}});
  }
  return json::Object{{"schema", "cudasetup.error/1"},
                      {"kind", base::name_of(error.kind)},
                      {"status", base::exit_status(error.kind)},
                      {"message", error.message},
                      {"details", strings(error.details)},
                      {"context", strings(error.context)},
                      {"output_tail", error.output_tail},
                      {"log", error.log.empty() ? json::Value() : json::Value(error.log)},
                      {"hints", std::move(hints)}};
}

} // namespace cudasetup::report
