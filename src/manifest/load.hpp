#pragma once

#include "base/result.hpp"
#include "manifest/types.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::manifest {

/// One manifest file's bytes with the name for messages ("manifests/cuda/11.1.json", or a path).
struct Source {
  std::string file;
  std::string_view text;
};

/// Reads @p files over @p base (a manifest of `load` or the built-in one; Manifest{} for none): their records replace
/// or add to those of the same identity (a CUDA version, a torch version, an Ubuntu version, a key id, a GPU id, a
/// driver branch; the pairs of one CUDA version as a whole). Every fault of every file is in the one Error
/// (ErrorKind::document): file, line, JSON pointer, what was expected; also broken references, doubled records among
/// the files, addresses that are not https, names with characters that do not belong (names.hpp). The digest covers
/// that of the base, and names (without directories), order and bytes of the files. Without files it is the base.
base::Result<Manifest> load(Manifest base, const std::vector<Source>& files);

/// The same with the faults one by one; the Manifest is good for use only where none was added.
Manifest load(Manifest base, const std::vector<Source>& files, std::vector<json::Problem>& problems);

} // namespace cudasetup::manifest
