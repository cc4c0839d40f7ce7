#include "cli/pipeline.hpp"

#include "built_in/built_in.hpp"
#include "cli/host_overrides.hpp"
#include "cli/typed.hpp"
#include "host/os_support.hpp"
#include "manifest/load.hpp"

namespace cudasetup::cli {

namespace {

constexpr std::string_view k_again = "mend what is named, then check again";

/// This program, where the plan is for the running system and systemd can have it run after a reboot.
std::string program_after_boot(const Options& options, effects::Files& files)
{
  const HostOptions& host = options.host;
  const bool running = base::is_running_system(host.root) && !host.os_release_file && can_be_installed(host);
  // systemd's own sign that it is what booted the machine: sd_booted(3).
  return running && files.status("/run/systemd/system", effects::FollowLinks::yes)
             ? files.link_target("/proc/self/exe").value_or("")
             : "";
}

} // namespace

effects::Effects effects_of(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  effects.network.set_limits(options.how.network);
  return effects;
}

base::Result<ManifestFiles> read_overlay(const HowOptions& how, effects::Files& files)
{
  if (!how.manifest_directory) {
    return ManifestFiles{};
  }
  const std::vector<std::string> paths = manifests_below(files, *how.manifest_directory);
  if (paths.empty()) {
    return base::fail(
        base::make_error(base::ErrorKind::document,
                         "--manifest " + base::quote(*how.manifest_directory) + ": there is no *.json file")
            .with_hint("see what is there", base::Command{{"ls", "-l", *how.manifest_directory}}));
  }
  ManifestFiles overlay = read_manifests(files, paths);
  if (!overlay.unreadable.empty()) {
    return base::fail(
        json::to_error(problems_of(overlay)).with_hint(std::string(k_again), lint_command({*how.manifest_directory})));
  }
  return overlay;
}

base::Result<manifest::Manifest> load_manifest(const HowOptions& how, effects::Files& files)
{
  CUDASETUP_TRY_ASSIGN(const ManifestFiles overlay, read_overlay(how, files));
  auto manifest = manifest::load(built_in::manifest(), overlay.sources());
  if (!manifest) {
    return base::fail(
        std::move(manifest).error().with_hint(std::string(k_again), lint_command({*how.manifest_directory})));
  }
  return manifest;
}

base::Result<void> check_places(const HostOptions& host, effects::Files& files)
{
  using effects::FileType;
  const auto check = [&](const std::string& option, const std::string& path, FileType type) -> base::Result<void> {
    const auto status = files.status(path, effects::FollowLinks::yes);
    if (status && status->type == type) {
      return {};
    }
    const std::string what = type == FileType::directory ? "folder" : "file";
    return base::fail(
        base::make_error(base::ErrorKind::usage, option + " " + base::quote(path) + ": there is no such " + what)
            .with_hint("see what is there", base::Command{{"ls", "-ld", path}}));
  };
  if (!host.root.empty()) {
    CUDASETUP_TRY(check("--root", host.root, FileType::directory));
  }
  if (host.os_release_file) {
    CUDASETUP_TRY(check("--os-release", *host.os_release_file, FileType::regular));
  }
  return host.sys_path ? check("--sys-path", *host.sys_path, FileType::directory) : base::Result<void>{};
}

probe::ProbeOptions probe_options(const Options& options, bool is_root)
{
  const HostOptions& host = options.host;
  probe::ProbeOptions look;
  look.root = host.root;
  look.os_release_file = host.os_release_file;
  look.sys_path = host.sys_path;
  look.libtorch_directory = options.request.libtorch_dir;
  look.python_directory = options.request.python;
  look.privilege = is_root ? probe::Privilege::root : probe::Privilege::user;
  return look;
}

base::Result<host::HostFacts>
find_facts(const Options& options, const manifest::Manifest& manifest, const effects::Effects& effects, bool is_root)
{
  CUDASETUP_TRY(check_places(options.host, effects.files));
  const probe::ProbeOptions how = probe_options(options, is_root);
  host::HostFacts facts = probe::identify(effects.files, effects.target, how);
  // Of a machine that is not this one, nothing here tells anything.
  const bool is_another = facts.arch && names_another_machine(options.host, facts);
  if (!is_another) {
    facts = probe::probe(effects.files, effects.target, effects.processes, how);
  }
  CUDASETUP_TRY(override_facts(options.host, manifest, facts));
  if (auto served = host::check_os(facts.os); !served) {
    return base::fail(with_typed_plan(std::move(served).error(), options));
  }
  if (!is_another && !facts.gpus.empty() && !facts.wsl && facts.container == host::Container::none) {
    probe::probe_ubuntu_archive(effects.target, facts);
  }
  return facts;
}

plan::Settings settings_of(const Options& options, const manifest::Manifest& manifest)
{
  plan::Settings settings;
  settings.nvidia_mirror = options.how.nvidia_mirror;
  settings.pytorch_mirror = options.how.pytorch_mirror;
  settings.holds = options.how.holds;
  settings.keep_downloads = options.how.keep_downloads == Switch::on;
  settings.lock_timeout_seconds = options.how.lock_timeout_seconds;
  settings.manifest_digest = manifest.digest;
  settings.keys = manifest.keys;
  return settings;
}

base::Result<std::variant<Prepared, resolve::Refusal>>
prepare(const Options& options, Outside& outside, const effects::Effects& effects)
{
  Prepared prepared;
  CUDASETUP_TRY_ASSIGN(manifest::Manifest manifest, load_manifest(options.how, effects.files));
  prepared.manifest = std::make_unique<manifest::Manifest>(std::move(manifest));
  CUDASETUP_TRY_ASSIGN(prepared.facts, find_facts(options, *prepared.manifest, effects, outside.is_root));
  resolve::Outcome outcome = resolve::resolve(options.request, *prepared.manifest, prepared.facts);
  if (auto* refusal = std::get_if<resolve::Refusal>(&outcome)) {
    return std::move(*refusal);
  }
  plan::Settings settings = settings_of(options, *prepared.manifest);
  settings.program = program_after_boot(options, effects.files);
  prepared.plan = plan::make_plan(options.request, std::get<resolve::Resolution>(outcome), prepared.facts, settings);
  return prepared;
}

} // namespace cudasetup::cli
