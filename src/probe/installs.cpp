#include "probe/installs.hpp"

#include "base/text.hpp"
#include "host/paths.hpp"
#include "host/tool_version.hpp"
#include "host/toolkit_version.hpp"

#include <algorithm>
#include <string_view>

namespace cudasetup::probe {

namespace {

/// Files of ours and of NVIDIA's are a few hundred bytes; what is longer is neither.
constexpr std::size_t k_most_file_bytes = 64 * 1024;

/// CUDART_VERSION is defined after the licence text, within the first 10 KiB in releases 10 to 13.
constexpr std::size_t k_header_bytes = 64 * 1024;

bool is_directory(effects::Files& target, const std::string& path)
{
  const auto status = target.status(path, effects::FollowLinks::no);
  return status && status->type == effects::FileType::directory;
}

/// The release by a toolkit's own meta packages, which alone carry the patch where the toolkit's files do not.
std::optional<base::Version> version_by_package(const host::HostFacts& facts, const base::Version& minor)
{
  const std::string suffix = std::to_string(minor.major_part()) + "-" + std::to_string(minor.minor_part());
  for (const char* name : {"cuda-toolkit-", "cuda-compiler-", "cuda-libraries-", "cuda-minimal-build-"}) {
    const auto package = facts.packages.find(name + suffix);
    const auto version =
        package == facts.packages.end() ? std::nullopt : host::upstream_version(package->second.version);
    if (version && version->begins_with(minor)) {
      return version;
    }
  }
  return std::nullopt;
}

std::optional<base::Version> version_by_files(effects::Files& target, const std::string& directory)
{
  if (auto version = host::parse_version_json(target.read(directory + "/version.json").value_or(""))) {
    return version;
  }
  if (auto version = host::parse_version_txt(target.read(directory + "/version.txt").value_or(""))) {
    return version;
  }
  const auto header = target.read_range(directory + "/include/cuda_runtime_api.h", 0, k_header_bytes);
  return header ? host::parse_runtime_header(*header) : std::nullopt;
}

std::optional<base::Version>
toolkit_version(effects::Files& target, const host::HostFacts& facts, const std::string& directory)
{
  auto version = version_by_files(target, directory);
  if (version && version->parts().size() == 2) {
    const auto exact = version_by_package(facts, *version);
    return exact ? exact : version;
  }
  return version;
}

void probe_toolkits(effects::Files& target, host::HostFacts& facts)
{
  const std::string_view prefix = "cuda-";
  for (const std::string& name : target.list("/usr/local")) {
    const std::string directory = "/usr/local/" + name;
    const bool is_named = name.starts_with(prefix) && base::Version::parse(name.substr(prefix.size()));
    if (!is_named || !is_directory(target, directory)) {
      continue;
    }
    const bool has_nvcc = target.status(directory + "/bin/nvcc", effects::FollowLinks::yes).has_value();
    facts.toolkits.push_back({directory, toolkit_version(target, facts, directory), has_nvcc});
  }
  facts.active_toolkit = target.resolve("/usr/local/cuda");
}

void probe_libtorch(effects::Files& target, const ProbeOptions& options, host::HostFacts& facts)
{
  facts.current_libtorch = target.resolve(std::string(host::k_current_libtorch));
  std::vector<std::string> directories;
  for (const std::string& name : target.list("/opt/libtorch")) {
    // What a run left that was cut off is no tree.
    if (!name.starts_with('.') && !name.ends_with(".cudasetup-new") && !name.ends_with(".cudasetup-old")) {
      directories.push_back("/opt/libtorch/" + name);
    }
  }
  for (const auto& named : {options.libtorch_directory, facts.current_libtorch}) {
    if (named && std::find(directories.begin(), directories.end(), *named) == directories.end()) {
      directories.push_back(*named);
    }
  }
  for (const std::string& directory : directories) {
    if (is_directory(target, directory)) {
      const std::string build = host::parse_build_version(target.read(directory + "/build-version").value_or(""));
      facts.libtorch.push_back({directory, build});
    }
  }
}

} // namespace

void probe_installs(effects::Files& target, const ProbeOptions& options, host::HostFacts& facts)
{
  probe_toolkits(target, facts);
  probe_libtorch(target, options, facts);
}

void probe_files(effects::Files& target, const ProbeOptions& options, host::HostFacts& facts)
{
  const auto keep = [&](const std::string& path) {
    const auto status = target.status(path, effects::FollowLinks::yes);
    if (!status || status->type != effects::FileType::regular || status->bytes > k_most_file_bytes) {
      return;
    }
    if (auto content = target.read(path)) {
      facts.files.emplace(path, *std::move(content));
    }
  };
  for (const std::string directory : {"/etc/apt/apt.conf.d/",
                                      "/etc/apt/preferences.d/",
                                      "/etc/apt/sources.list.d/",
                                      "/etc/ld.so.conf.d/",
                                      "/etc/profile.d/",
                                      "/usr/local/lib/pkgconfig/",
                                      "/etc/modprobe.d/"}) {
    for (const std::string& name : target.list(directory)) {
      const bool is_source = name.ends_with(".list") || name.ends_with(".sources");
      const bool is_theirs = name == "cuda-repository-pin-600" || (name.starts_with("cuda") && is_source);
      if (is_theirs || name.find("cudasetup") != std::string::npos || name.find("libtorch") != std::string::npos) {
        keep(directory + name);
      }
    }
  }
  if (options.python_directory) {
    keep(*options.python_directory + "/" + std::string(host::k_python_record_name));
  }
}

void probe_space(effects::Files& target, host::HostFacts& facts)
{
  for (const char* path : {"/", "/var", "/tmp", "/usr/local", "/opt", "/boot"}) {
    if (const auto space = target.space(path)) {
      facts.file_systems.push_back({path, space->free_bytes, space->device});
    }
  }
}

} // namespace cudasetup::probe
