#include "cli/pipeline.hpp"

#include "cli/host_overrides.hpp"
#include "host/os_support.hpp"
#include "manifest/load.hpp"
#include "probe/probe.hpp"

namespace cudasetup::cli {

namespace {

constexpr int k_folder_levels = 2;

/// Paths of the manifests below a folder; `schema` holds schemas, not manifests.
void collect_manifests(effects::Files& files, const std::string& directory, int levels, std::vector<std::string>& paths)
{
  for (const std::string& name : files.list(directory)) {
    const std::string path = directory + "/" + name;
    const auto status = files.status(path, effects::FollowLinks::yes);
    if (status && status->type == effects::FileType::directory && levels > 1 && name != "schema") {
      collect_manifests(files, path, levels - 1, paths);
    } else if (name.ends_with(".json")) {
      paths.push_back(path);
    }
  }
}

} // namespace

base::Result<manifest::Manifest> load_manifest(const HowOptions& how, effects::Files& files)
{
  std::vector<std::string> paths;
  if (how.manifest_directory) {
    collect_manifests(files, *how.manifest_directory, k_folder_levels, paths);
    if (paths.empty()) {
      return base::fail(base::ErrorKind::document, "--manifest " + *how.manifest_directory + ": no *.json file there");
    }
  }
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    auto text = files.read(path);
    if (!text) {
      return base::fail(base::ErrorKind::document, path + ": cannot be read");
    }
    texts.push_back(std::move(*text));
  }
  std::vector<manifest::Source> overlay;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    overlay.push_back(manifest::Source{paths[i], texts[i]});
  }
  return manifest::load(manifest::built_in_sources(), overlay);
}

base::Result<host::HostFacts>
find_facts(const HostOptions& host, const manifest::Manifest& manifest, const effects::Effects& effects, bool is_root)
{
  probe::ProbeOptions options;
  options.root = host.root;
  options.os_release_file = host.os_release_file;
  options.sys_path = host.sys_path;
  options.privilege = is_root ? probe::Privilege::root : probe::Privilege::user;
  host::HostFacts facts = probe::probe(effects.files, effects.target, effects.processes, options);
  CUDASETUP_TRY(override_facts(host, manifest, facts));
  CUDASETUP_TRY(host::check_os(facts.os));
  return facts;
}

base::Result<std::variant<Prepared, resolve::Refusal>>
prepare(const Options& options, Outside& outside, const effects::Effects& effects)
{
  Prepared prepared;
  CUDASETUP_TRY_ASSIGN(manifest::Manifest manifest, load_manifest(options.how, effects.files));
  prepared.manifest = std::make_unique<manifest::Manifest>(std::move(manifest));
  CUDASETUP_TRY_ASSIGN(prepared.facts, find_facts(options.host, *prepared.manifest, effects, outside.is_root));
  resolve::Outcome outcome = resolve::resolve(options.request, *prepared.manifest, prepared.facts);
  if (auto* refusal = std::get_if<resolve::Refusal>(&outcome)) {
    return std::move(*refusal);
  }
  plan::Settings settings;
  settings.nvidia_mirror = options.how.nvidia_mirror;
  settings.pytorch_mirror = options.how.pytorch_mirror;
  settings.keep_downloads = options.how.keep_downloads == Switch::on;
  settings.lock_timeout_seconds = options.how.lock_timeout_seconds;
  settings.manifest_digest = prepared.manifest->digest;
  prepared.plan = plan::make_plan(options.request, std::get<resolve::Resolution>(outcome), prepared.facts, settings);
  return prepared;
}

} // namespace cudasetup::cli
