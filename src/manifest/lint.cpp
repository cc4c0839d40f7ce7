#include "manifest/lint.hpp"

#include "base/text.hpp"
#include "manifest/identity.hpp"
#include "manifest/lint_rules.hpp"

#include <algorithm>

namespace cudasetup::manifest {

namespace {

using Problems = std::vector<json::Problem>;

/// Within a file records ascend, so that a reader finds them and a difference shows one place.
template<typename Record> void lint_order(const std::vector<Located<Record>>& records, Problems& problems)
{
  for (std::size_t i = 1; i < records.size(); ++i) {
    const Located<Record>& before = records[i - 1];
    if (before.place.file == records[i].place.file && identity(records[i].record) < identity(before.record)) {
      json::add_problem(problems,
                        problem_at(records[i].place, "", "expected in ascending order, found after a later one"));
    }
  }
}

/// A file named after a minor version (cuda/11.1.json) holds releases of that one.
void lint_file_name(const Place& place, const base::Version& version, Problems& problems)
{
  const std::size_t slash = place.file->rfind('/');
  const std::string name = place.file->substr(slash == std::string::npos ? 0 : slash + 1);
  if (!name.ends_with(".json")) {
    return;
  }
  const auto said = base::Version::parse(name.substr(0, name.size() - 5));
  if (said && !version.begins_with(*said)) {
    json::add_problem(problems, problem_at(place, "", version.text() + " belongs into another file than " + name));
  }
}

template<typename Record>
void lint_records(const std::vector<Located<Record>>& records, const Manifest& manifest, Problems& problems)
{
  for (const Located<Record>& located : records) {
    lint_record({located.place, manifest, problems}, located.record);
  }
}

} // namespace

void Subject::report(const std::string& pointer, std::string text) const
{
  json::add_problem(problems, problem_at(place, pointer, std::move(text)));
}

void Subject::want(bool right, const std::string& pointer, const std::string& text) const
{
  if (!right) {
    report(pointer, text);
  }
}

void Subject::want_sources(const std::string& pointer, const std::vector<std::string>& sources) const
{
  const bool named = std::any_of(
      sources.begin(), sources.end(), [](const std::string& source) { return !base::trim(source).empty(); });
  want(named, pointer + "/sources", "no source is named");
  for (std::size_t i = 0; i < sources.size(); ++i) {
    want(sources[i].find("http://") == std::string::npos,
         json::element_pointer(pointer + "/sources", i),
         "an address without https");
  }
}

void Subject::want_sources(const std::string& pointer, const RemoteFile& file) const
{
  if (file.evidence == Evidence::seen && file.sources.empty()) {
    report(pointer + "/sources", "the file is said to be seen, but no source is named");
    return;
  }
  want_sources(pointer, file.sources);
  const bool says_rule = std::any_of(file.sources.begin(), file.sources.end(), [](const std::string& source) {
    return source.starts_with("derived: ");
  });
  want(file.evidence == Evidence::seen || says_rule,
       pointer + "/sources",
       "the file is said to be derived, but no source (\"derived: ...\") says by which rule");
}

void Subject::want_part(const std::string& pointer,
                        const RemoteFile& file,
                        std::string_view part,
                        std::string_view what) const
{
  want(file.url.file_name().find(part) != std::string::npos,
       pointer + "/url",
       "expected \"" + std::string(part) + "\", the " + std::string(what) + ", in the file's name, found \"" +
           file.url.file_name() + "\"");
}

std::uint32_t platform_number(std::string_view platform)
{
  const auto number = base::parse_number(platform.substr(std::min<std::size_t>(platform.size(), 2)));
  return number ? static_cast<std::uint32_t>(*number) : 0;
}

std::vector<json::Problem> lint(Manifest base, const std::vector<Source>& files)
{
  Problems problems;
  const Manifest manifest = load(std::move(base), files, problems);
  if (!problems.empty()) {
    return problems;
  }
  std::deque<json::Value> documents;
  const Layer layer = read_layer(files, documents, problems);
  lint_records(layer.cuda, manifest, problems);
  lint_records(layer.pairs, manifest, problems);
  lint_records(layer.ubuntu, manifest, problems);
  lint_records(layer.keys, manifest, problems);
  lint_records(layer.gpus, manifest, problems);
  lint_records(layer.drivers, manifest, problems);
  lint_records(layer.torch, manifest, problems);
  lint_order(layer.cuda, problems);
  lint_order(layer.ubuntu, problems);
  lint_order(layer.keys, problems);
  lint_order(layer.gpus, problems);
  lint_order(layer.drivers, problems);
  lint_order(layer.torch, problems);
  for (const auto& located : layer.cuda) {
    lint_file_name(located.place, located.record.version, problems);
  }
  for (const auto& located : layer.pairs) {
    lint_file_name(located.place, located.record.cuda, problems);
  }
  for (const auto& located : layer.torch) {
    lint_file_name(located.place, located.record.version, problems);
  }
  return problems;
}

} // namespace cudasetup::manifest
