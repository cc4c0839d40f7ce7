#pragma once

#include "base/result.hpp"
#include "effects/files.hpp"
#include "json/reader.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>

namespace cudasetup::journal {

/// Whether a path is changed by itself, or as a tree that is made, replaced and removed as a whole (an unpacked
/// LibTorch, a runfile's toolkit, a virtual environment).
enum class Extent { single, tree };

/// What is, or was, at a path.
struct PathState {
  bool exists = false;
  effects::FileStatus status; ///< type, mode, owner and group; bytes are not looked at
  std::string link_target;    ///< of a link
  /// SHA-256 in hexadecimal digits: of a regular file's bytes; of the names, types, modes, owners, sizes and times of
  /// change in a tree (its gigabytes are not read), but for what Python compiles for itself (__pycache__). Empty for
  /// what is neither.
  std::string digest;

  bool operator==(const PathState& other) const;
};

/// Looks at a path; links are not followed. An Error where a regular file cannot be read.
base::Result<PathState> look_at(effects::Files& files, const std::string& path, Extent extent);

json::Object to_json(const PathState& state);
PathState read_path_state(json::Reader& reader);

} // namespace cudasetup::journal
