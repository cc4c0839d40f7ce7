#pragma once

#include "manifest/types.hpp"

#include <cstddef>
#include <vector>

namespace cudasetup::resolve {

/// Which of @p pairs (by place in it) resolve on no host: no served Ubuntu release of the manifest, on amd64 or (by
/// wheels) arm64, with any one of its GPUs and no driver loaded.
std::vector<std::size_t> pairs_without_host(const manifest::Manifest& manifest,
                                            const std::vector<manifest::Pair>& pairs);

} // namespace cudasetup::resolve
