#include "base/text.hpp"
#include "built_in/built_in.hpp"
#include "cli/manifest_files.hpp"
#include "cli/pipeline.hpp"
#include "cli/verbs.hpp"
#include "manifest/records.hpp"
#include "report/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cudasetup::cli {

namespace {

using base::ErrorKind;
using manifest::Record;

/// What was looked at, counted.
struct Tally {
  std::size_t files = 0;
  std::map<std::string, std::size_t> records; ///< by kind
  manifest::EvidenceCount evidence;
};

Tally tally_of(const ManifestFiles& files)
{
  Tally tally;
  tally.files = files.names.size();
  for (const Record& record : manifest::read_records(files.sources())) {
    ++tally.records[record.kind];
    const manifest::EvidenceCount more = manifest::count_evidence(record.value);
    tally.evidence.seen += more.seen;
    tally.evidence.derived += more.derived;
  }
  return tally;
}

std::string text_of(const Tally& tally)
{
  std::vector<std::string> kinds;
  for (const std::string& kind : manifest::record_kinds()) {
    if (const auto found = tally.records.find(kind); found != tally.records.end()) {
      kinds.push_back(std::to_string(found->second) + " " + kind);
    }
  }
  return fmt::format("no problem found in {} file(s): {}; of files and package lists {} seen, {} derived\n",
                     tally.files,
                     kinds.empty() ? "no records" : base::join(kinds, ", "),
                     tally.evidence.seen,
                     tally.evidence.derived);
}

json::Value to_json(const Tally& tally)
{
  json::Object records;
  for (const std::string& kind : manifest::record_kinds()) {
    const auto found = tally.records.find(kind);
    records.emplace_back(kind, std::uint64_t{found == tally.records.end() ? 0 : found->second});
  }
  return json::Object{{"schema", "cudasetup.lint/1"},
                      {"files", std::uint64_t{tally.files}},
                      {"records", std::move(records)},
                      {"seen", std::uint64_t{tally.evidence.seen}},
                      {"derived", std::uint64_t{tally.evidence.derived}}};
}

base::Result<int> lint(const Options& options, Outside& outside)
{
  if (!options.typed.manifest.empty()) {
    return base::fail(base::make_error(ErrorKind::usage, "manifest lint takes files, not --manifest")
                          .with_hint("check one", base::Command{{"cudasetup", "manifest", "lint", "FILE"}}));
  }
  const effects::Effects effects = outside.effects_for("");
  const ManifestFiles files = read_manifests(effects.files, with_folders_opened(effects.files, options.files));
  std::vector<json::Problem> problems = problems_of(files);
  if (problems.empty()) {
    problems = pairs_without_host(files);
  }
  if (!problems.empty()) {
    return base::fail(
        json::to_error(problems).with_hint("mend what is named, then check again", lint_command(options.files)));
  }
  const Tally tally = tally_of(files);
  outside.print(options.json == Switch::on ? json::write(to_json(tally), json::Layout::indented) : text_of(tally));
  return 0;
}

/// The name of an Ubuntu record for a person: ubuntu22.04 and ubuntu2204 are 22.04.
bool is_named(const Record& record, const std::string& id)
{
  const json::Value* os = record.kind == "ubuntu" ? record.value.find("os") : nullptr;
  return record.id == id ||
         (os != nullptr && ((os->string() != nullptr && *os->string() == id) || "ubuntu" + record.id == id));
}

base::Error no_record(const std::vector<Record>& records, const std::string& kind, const std::string& id)
{
  base::Error error = base::make_error(ErrorKind::usage, "manifest show " + kind + ": there is no " + base::quote(id));
  std::vector<std::string> ids;
  std::vector<std::string> longer;
  for (const Record& record : records) {
    if (record.kind == kind && std::find(ids.begin(), ids.end(), record.id) == ids.end()) {
      ids.push_back(record.id);
      if (record.id.starts_with(id + ".") || id.starts_with(record.id + "+")) {
        longer.push_back(record.id);
      }
    }
  }
  if (const auto near = base::nearest(id, ids); near && longer.empty()) {
    longer.push_back(*near);
  }
  if (!longer.empty()) {
    error.hints.push_back(base::Hint{"did you mean " + base::join(longer, " or ") + "?",
                                     base::Command{{"cudasetup", "manifest", "show", kind, longer.back()}}});
  } else if (kind == "ubuntu" || kind == "keys") {
    error.hints.push_back(base::Hint{"there are " + base::join(ids, ", "),
                                     base::Command{{"cudasetup", "manifest", "show", kind, ids.back()}}});
  } else {
    error.hints.push_back(base::Hint{"see what there is", base::Command{{"cudasetup", "list", kind}}});
  }
  return error;
}

base::Result<void> check_kind(const std::string& kind, std::vector<std::string> words)
{
  const auto& kinds = manifest::record_kinds();
  if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) {
    return {};
  }
  base::Error error = base::make_error(ErrorKind::usage,
                                       "manifest show " + base::quote(kind) +
                                           ": expected files, or an id after one of " + base::join(kinds, ", "));
  words.insert(words.begin(), {"cudasetup", "manifest", "show"});
  if (const auto near = base::nearest(kind, kinds)) {
    words[3] = *near;
    return base::fail(std::move(error).with_hint("did you mean " + *near + "?", base::Command{std::move(words)}));
  }
  return base::fail(
      std::move(error).with_hint("for one", base::Command{{"cudasetup", "manifest", "show", "cuda", "11.1.1"}}));
}

/// The records of that kind and id; those of the files that --manifest adds take the place of built-in ones.
base::Result<std::vector<Record>> find_records(const Options& options, effects::Files& files)
{
  const std::string& kind = options.words.front();
  CUDASETUP_TRY(check_kind(kind, options.words));
  if (options.words.size() < 2) {
    return base::fail(base::make_error(ErrorKind::usage, "manifest show " + kind + ": of which one?")
                          .with_hint("see its options", base::Command{{"cudasetup", "manifest", "--help"}}));
  }
  CUDASETUP_TRY_ASSIGN(const ManifestFiles overlay, read_overlay(options.how, files));
  const std::vector<Record> added = manifest::read_records(overlay.sources());
  const std::vector<Record> built_in = manifest::records_of(built_in::manifest());
  std::vector<Record> found;
  for (auto id = std::next(options.words.begin()); id != options.words.end(); ++id) {
    const std::size_t before = found.size();
    for (const std::vector<Record>* records : {&added, &built_in}) {
      for (const Record& record : *records) {
        if (record.kind == kind && is_named(record, *id)) {
          found.push_back(record);
        }
      }
      if (found.size() > before) {
        break;
      }
    }
    if (found.size() == before) {
      std::vector<Record> all = built_in;
      all.insert(all.end(), added.begin(), added.end());
      return base::fail(no_record(all, kind, *id));
    }
  }
  return found;
}

/// The records of the files that are named.
base::Result<std::vector<Record>> records_of_files(const Options& options, effects::Files& files)
{
  const ManifestFiles named = read_manifests(files, with_folders_opened(files, options.files));
  std::vector<json::Problem> problems = named.unreadable;
  manifest::load(built_in::manifest(), named.sources(), problems);
  if (!problems.empty()) {
    return base::fail(
        json::to_error(problems).with_hint("mend what is named, then check again", lint_command(options.files)));
  }
  return manifest::read_records(named.sources());
}

base::Result<int> show(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for("");
  CUDASETUP_TRY_ASSIGN(const std::vector<Record> records,
                       options.files.empty() ? find_records(options, effects.files)
                                             : records_of_files(options, effects.files));
  outside.print(options.json == Switch::on ? json::write(report::to_json(records), json::Layout::indented)
                                           : report::text_of(records));
  return 0;
}

} // namespace

base::Result<int> run_manifest(const Options& options, Outside& outside)
{
  if (options.subject == "lint") {
    return lint(options, outside);
  }
  if (options.subject == "show") {
    return show(options, outside);
  }
  base::Error error =
      base::make_error(ErrorKind::usage, "manifest " + base::quote(options.subject) + ": expected lint or show");
  if (const auto near = base::nearest(options.subject, {"lint", "show"})) {
    error.hints.push_back(base::Hint{"did you mean " + *near + "?", std::nullopt});
  }
  return base::fail(
      std::move(error).with_hint("check files", base::Command{{"cudasetup", "manifest", "lint", "FILE"}}));
}

} // namespace cudasetup::cli
