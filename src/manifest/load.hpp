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

/// The files of `manifests/`, put into the program when it was built.
const std::vector<Source>& built_in_sources();

/// Reads @p base, then @p overlay, whose records replace or add to those of the same identity (a CUDA version, a torch
/// version, an Ubuntu version, a key id, a GPU id, a driver branch; the pairs of one CUDA version as a whole). Every
/// fault of every file is in the one Error (ErrorKind::document): file, line, JSON pointer, what was expected; also
/// broken references, doubled records within a layer, addresses that are not https, names with characters that do not
/// belong (names.hpp). The digest covers file names (without directories), order and bytes of all sources.
base::Result<Manifest> load(const std::vector<Source>& base, const std::vector<Source>& overlay);

/// The same with the faults one by one; the Manifest is good for use only where none was added.
Manifest
load(const std::vector<Source>& base, const std::vector<Source>& overlay, std::vector<json::Problem>& problems);

} // namespace cudasetup::manifest
