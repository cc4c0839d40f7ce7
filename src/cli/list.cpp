#include "base/text.hpp"
#include "cli/here.hpp"
#include "cli/lists.hpp"
#include "cli/pipeline.hpp"
#include "cli/typed.hpp"
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

base::Result<const Kind*> kind_of(const std::string& word)
{
  std::vector<std::string> names;
  for (const Kind& kind : k_kinds) {
    if (kind.name == word) {
      return &kind;
    }
    names.emplace_back(kind.name);
  }
  base::Error error = base::make_error(base::ErrorKind::usage,
                                       "list " + base::quote(word) + ": expected one of " + base::join(names, ", "));
  if (const auto near = base::nearest(word, names)) {
    error.hints.push_back(base::Hint{"did you mean " + *near + "?", base::Command{{"cudasetup", "list", *near}}});
  } else {
    error.hints.push_back(base::Hint{"see, for one, the CUDA releases", base::Command{{"cudasetup", "list", "cuda"}}});
  }
  return base::fail(std::move(error));
}

json::Value document(const Options& options, List list)
{
  return json::Object{{"schema", "cudasetup.list/1"}, {"kind", options.subject}, {"items", std::move(list.items)}};
}

} // namespace

base::Result<int> run_list(const Options& options, Outside& outside)
{
  CUDASETUP_TRY_ASSIGN(const Kind* const kind, kind_of(options.subject));
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY_ASSIGN(const manifest::Manifest manifest, load_manifest(options.how, effects.files));
  List list = kind->make(manifest);
  std::optional<LeftOut> left_out;
  if (names_a_machine(options)) {
    CUDASETUP_TRY_ASSIGN(const host::HostFacts facts, find_facts(options, manifest, effects, outside.is_root));
    left_out = keep_what_runs(list, manifest, facts);
  }
  const std::string why =
      left_out && left_out->count > 0 ? base::to_shell(why_not_here(options, left_out->why)) : std::string();
  if (options.json == Switch::on) {
    json::Value all = document(options, std::move(list));
    if (left_out) {
      all.set("left_out",
              json::Object{{"count", std::uint64_t{left_out->count}}, {"command", why.empty() ? json::Value() : why}});
    }
    outside.print(json::write(all, json::Layout::indented));
    return 0;
  }
  outside.print(table(list));
  if (!why.empty()) {
    outside.console.say(std::to_string(list.rows.size()) + " can run here, " + std::to_string(left_out->count) +
                        " cannot; why, for one of them: " + why);
  }
  return 0;
}

} // namespace cudasetup::cli
