#include "cli/manifest_files.hpp"

#include "built_in/built_in.hpp"
#include "manifest/layer.hpp"
#include "manifest/lint.hpp"
#include "resolve/pair_check.hpp"

#include <deque>

namespace cudasetup::cli {

namespace {

constexpr int k_folder_levels = 2;

bool is_folder(effects::Files& files, const std::string& path)
{
  const auto status = files.status(path, effects::FollowLinks::yes);
  return status && status->type == effects::FileType::directory;
}

void collect(effects::Files& files, const std::string& directory, int levels, std::vector<std::string>& paths)
{
  for (const std::string& name : files.list(directory)) {
    const std::string path = directory + "/" + name;
    if (levels > 1 && name != "schema" && is_folder(files, path)) {
      collect(files, path, levels - 1, paths);
    } else if (name.ends_with(".json")) {
      paths.push_back(path);
    }
  }
}

} // namespace

std::vector<std::string> manifests_below(effects::Files& files, const std::string& directory)
{
  std::vector<std::string> paths;
  collect(files, directory, k_folder_levels, paths);
  return paths;
}

std::vector<std::string> with_folders_opened(effects::Files& files, const std::vector<std::string>& paths)
{
  std::vector<std::string> opened;
  for (const std::string& path : paths) {
    std::vector<std::string> below = is_folder(files, path) ? manifests_below(files, path) : std::vector<std::string>();
    if (below.empty()) {
      below.push_back(path);
    }
    opened.insert(opened.end(), below.begin(), below.end());
  }
  return opened;
}

std::vector<manifest::Source> ManifestFiles::sources() const
{
  std::vector<manifest::Source> sources;
  for (std::size_t i = 0; i < names.size(); ++i) {
    sources.push_back(manifest::Source{names[i], texts[i]});
  }
  return sources;
}

ManifestFiles read_manifests(effects::Files& files, const std::vector<std::string>& paths)
{
  ManifestFiles read;
  for (const std::string& path : paths) {
    if (auto text = files.read(path)) {
      read.names.push_back(path);
      read.texts.push_back(std::move(*text));
    } else {
      read.unreadable.push_back(json::Problem{path, "", 0, "cannot be read"});
    }
  }
  return read;
}

std::vector<json::Problem> problems_of(const ManifestFiles& files)
{
  std::vector<json::Problem> problems = files.unreadable;
  const std::vector<json::Problem> found = manifest::lint(built_in::manifest(), files.sources());
  problems.insert(problems.end(), found.begin(), found.end());
  return problems;
}

std::vector<json::Problem> pairs_without_host(const ManifestFiles& files)
{
  std::vector<json::Problem> problems;
  const std::vector<manifest::Source> sources = files.sources();
  const manifest::Manifest manifest = manifest::load(built_in::manifest(), sources, problems);
  std::deque<json::Value> documents;
  const manifest::Layer layer = manifest::read_layer(sources, documents, problems);
  std::vector<manifest::Pair> pairs;
  for (const auto& located : layer.pairs) {
    pairs.push_back(located.record);
  }
  for (const std::size_t i : resolve::pairs_without_host(manifest, pairs)) {
    const std::string cuda = pairs[i].cuda.text();
    const std::string torch = pairs[i].torch.text() + "+" + pairs[i].platform;
    problems.push_back(manifest::problem_at(layer.pairs[i].place,
                                            "",
                                            "CUDA " + cuda + " with torch " + torch +
                                                " resolves on no Ubuntu release, architecture and GPU that is known; "
                                                "see cudasetup why-not --cuda " +
                                                cuda + " --torch " + torch));
  }
  return problems;
}

base::Command lint_command(const std::vector<std::string>& paths)
{
  base::Command command{{"cudasetup", "manifest", "lint"}};
  command.argv.insert(command.argv.end(), paths.begin(), paths.end());
  return command;
}

} // namespace cudasetup::cli
