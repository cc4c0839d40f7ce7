#pragma once

#include "cli/lists.hpp"
#include "host/facts.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cudasetup::cli {

/// What was taken out of a list.
struct LeftOut {
  std::size_t count = 0;
  std::vector<std::string> why; ///< arguments of `cudasetup why-not` that ask about the last of them; empty: none
};

/// Leaves in @p list what the resolver settles on the machine of @p facts.
LeftOut keep_what_runs(List& list, const manifest::Manifest& manifest, const host::HostFacts& facts);

} // namespace cudasetup::cli
