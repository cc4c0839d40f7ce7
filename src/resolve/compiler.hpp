#pragma once

#include "manifest/types.hpp"
#include "resolve/findings.hpp"
#include "resolve/target.hpp"

#include <cstdint>
#include <optional>

namespace cudasetup::resolve {

/// The g++ to install beside the usual one so that nvcc and LibTorch's headers both compile; nullopt where the usual
/// one does. Where the release's archive has none that does, the findings refuse. Either of @p cuda and @p torch may be
/// null;
/// @p profile runtime compiles nothing.
std::optional<std::uint32_t> choose_compiler(const manifest::CudaRelease* cuda,
                                             const manifest::TorchRelease* torch,
                                             manifest::Profile profile,
                                             const Target& target,
                                             Findings& findings);

} // namespace cudasetup::resolve
