#include "base/text.hpp"
#include "cli/outside.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "report/errors.hpp"

#include <algorithm>
#include <map>

namespace cudasetup::cli {

namespace {

using Verb = base::Result<int> (*)(const Options&, Outside&);

const std::map<std::string, Verb>& verbs()
{
  static const std::map<std::string, Verb> map = {{"install", run_install},
                                                  {"plan", run_plan},
                                                  {"resume", run_resume},
                                                  {"undo", run_undo},
                                                  {"repair", run_repair},
                                                  {"uninstall", run_uninstall},
                                                  {"verify", run_verify},
                                                  {"status", run_status},
                                                  {"doctor", run_doctor},
                                                  {"explain", run_explain},
                                                  {"list", run_list},
                                                  {"why-not", run_why_not},
                                                  {"history", run_history},
                                                  {"manifest", run_manifest}};
  return map;
}

int show(const base::Error& error, Switch as_json, Outside& outside)
{
  if (as_json == Switch::on) {
    outside.print(json::write(report::to_json(error), json::Layout::indented));
  }
  outside.console.insist(report::text_of(error));
  return base::exit_status(error.kind);
}

} // namespace

int run(const std::vector<std::string>& arguments, Outside& outside)
{
  auto parsed = parse_options(arguments, outside.environment, outside.error_terminal);
  if (!parsed) {
    const bool as_json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    return show(parsed.error(), as_json ? Switch::on : Switch::off, outside);
  }
  if (!parsed->options) {
    outside.print(parsed->text);
    return 0;
  }
  Options& options = *parsed->options;
  options.arguments = arguments;
  outside.console.set_style(options.style);
  const auto status = verbs().at(options.verb)(options, outside);
  return status ? *status : show(with_typed(status.error(), options), options.json, outside);
}

} // namespace cudasetup::cli
