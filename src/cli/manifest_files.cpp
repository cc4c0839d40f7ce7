#include "cli/manifest_files.hpp"

#include "built_in/built_in.hpp"
#include "manifest/lint.hpp"

namespace cudasetup::cli {

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

base::Command lint_command(const std::vector<std::string>& paths)
{
  base::Command command{{"cudasetup", "manifest", "lint"}};
  command.argv.insert(command.argv.end(), paths.begin(), paths.end());
  return command;
}

} // namespace cudasetup::cli
