#pragma once

#include "resolve/settle.hpp"

#include <optional>
#include <vector>

namespace cudasetup::resolve {

/// Up to three selections near to the refused one that work on the same machine, nearest first: each was settled like
/// any other request. None where the machine itself is what is refused.
std::vector<Alternative> find_alternatives(const Question& refused);

/// For an Ubuntu release that is not known: the same request on the nearest one that is, planned with `--os`. nullopt
/// where the system is known, is no Ubuntu, or the request works there neither.
std::optional<Alternative> on_nearest_release(const Request& request,
                                              const manifest::Manifest& manifest,
                                              const host::HostFacts& facts,
                                              const Target& target);

} // namespace cudasetup::resolve
