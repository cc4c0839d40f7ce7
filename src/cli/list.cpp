#include "base/text.hpp"
#include "cli/lists.hpp"
#include "cli/manifest_files.hpp"
#include "cli/pipeline.hpp"
#include "cli/verbs.hpp"

#include <array>

namespace cudasetup::cli {

namespace {

struct Kind {
  std::string_view name;
  List (*make)(const manifest::Manifest&);
};

constexpr std::array k_kinds = {Kind{"cuda", list_cuda},
                                Kind{"torch", list_torch},
                                Kind{"drivers", list_drivers},
                                Kind{"gpus", list_gpus},
                                Kind{"pairs", list_pairs}};

/// Rows with columns as wide as their widest cell.
std::string table(const List& list)
{
  std::vector<std::size_t> widths(list.header.size());
  const auto widen = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  };
  widen(list.header);
  std::for_each(list.rows.begin(), list.rows.end(), widen);
  std::string text;
  const auto print = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  print(list.header);
  std::for_each(list.rows.begin(), list.rows.end(), print);
  return text;
}

} // namespace

base::Result<int> run_list(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for("");
  std::vector<std::string> names;
  for (const Kind& kind : k_kinds) {
    names.emplace_back(kind.name);
    if (kind.name != options.subject) {
      continue;
    }
    CUDASETUP_TRY_ASSIGN(const manifest::Manifest manifest, load_manifest(options.how, effects.files));
    const List list = kind.make(manifest);
    if (options.json == Switch::on) {
      outside.print(
          json::write(json::Object{{"schema", "cudasetup.list/1"}, {"kind", options.subject}, {"items", list.items}},
                      json::Layout::indented));
    } else {
      outside.print(table(list));
    }
    return 0;
  }
  base::Error error = base::make_error(
      base::ErrorKind::usage, "list " + base::quote(options.subject) + ": expected one of " + base::join(names, ", "));
  if (const auto near = base::nearest(options.subject, names)) {
    error.hints.push_back(base::Hint{"did you mean " + *near + "?", base::Command{{"cudasetup", "list", *near}}});
  } else {
    error.hints.push_back(base::Hint{"see, for one, the CUDA releases", base::Command{{"cudasetup", "list", "cuda"}}});
  }
  return base::fail(std::move(error));
}

base::Result<int> run_manifest(const Options& options, Outside& outside)
{
  if (options.subject != "lint") {
    return base::fail(
        base::make_error(base::ErrorKind::usage, "manifest " + base::quote(options.subject) + ": expected lint")
            .with_hint("check files", base::Command{{"cudasetup", "manifest", "lint", "FILE"}}));
  }
  const effects::Effects effects = outside.effects_for("");
  const ManifestFiles files = read_manifests(effects.files, options.files);
  const std::vector<json::Problem> problems = problems_of(files);
  if (!problems.empty()) {
    return base::fail(
        json::to_error(problems).with_hint("mend what is named, then check again", lint_command(options.files)));
  }
  outside.print("no problem found in " + std::to_string(files.names.size()) + " file(s)\n");
  return 0;
}

} // namespace cudasetup::cli
