#include "base/text.hpp"
#include "cli/verbs.hpp"
#include "diagnose/tool_errors.hpp"
#include "report/tool_text.hpp"

namespace cudasetup::cli {

namespace {

/// No log of a tool that anybody reads is longer.
constexpr std::size_t k_most = 64U << 20U;
constexpr int k_not_known = 1;

base::Result<std::string> read_text(const Options& options, Outside& outside)
{
  using base::ErrorKind;
  if (!options.files.empty()) {
    const effects::Effects effects = outside.effects_for("");
    auto text = effects.files.read_range(options.files.front(), 0, k_most);
    if (!text) {
      return base::fail(base::make_error(ErrorKind::usage, text.error().message)
                            .with_hint("see what is there", base::Command{{"ls", "-l", options.files.front()}}));
    }
    return text;
  }
  if (outside.input_terminal == Terminal::yes || !outside.read_input) {
    return base::fail(
        base::make_error(ErrorKind::usage, "explain: no FILE is named, and standard input is a terminal")
            .with_hint("name a file", base::Command{{"cudasetup", "explain", "/var/log/cuda-installer.log"}}));
  }
  return outside.read_input(k_most);
}

} // namespace

base::Result<int> run_explain(const Options& options, Outside& outside)
{
  CUDASETUP_TRY_ASSIGN(const std::string text, read_text(options, outside));
  const std::vector<diagnose::Explained> known = diagnose::explain(text);
  outside.print(options.json == Switch::on ? json::write(report::to_json(known, text), json::Layout::indented)
                                           : report::text_of(known, text));
  return known.empty() ? k_not_known : 0;
}

} // namespace cudasetup::cli
