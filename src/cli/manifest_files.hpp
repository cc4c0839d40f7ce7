#pragma once

#include "base/command.hpp"
#include "effects/files.hpp"
#include "manifest/load.hpp"
#include "json/value.hpp"

#include <string>
#include <vector>

namespace cudasetup::cli {

/// Manifest files as they were read; one that cannot be read is a problem and does not keep the rest from being read.
struct ManifestFiles {
  std::vector<std::string> names;
  std::vector<std::string> texts; ///< as long as `names`
  std::vector<json::Problem> unreadable;

  /// Points into this.
  std::vector<manifest::Source> sources() const;
};

/// The manifest files below a folder, two levels deep; `schema` holds schemas, not manifests.
std::vector<std::string> manifests_below(effects::Files& files, const std::string& directory);

/// The same paths, folders with manifests in them replaced by these.
std::vector<std::string> with_folders_opened(effects::Files& files, const std::vector<std::string>& paths);

ManifestFiles read_manifests(effects::Files& files, const std::vector<std::string>& paths);

/// What is wrong in the files, those that cannot be read first.
std::vector<json::Problem> problems_of(const ManifestFiles& files);

/// The pairs in @p files (of which nothing else is wrong) that resolve on no host.
std::vector<json::Problem> pairs_without_host(const ManifestFiles& files);

/// The command that checks these files.
base::Command lint_command(const std::vector<std::string>& paths);

} // namespace cudasetup::cli
