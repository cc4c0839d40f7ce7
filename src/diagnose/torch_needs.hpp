#pragma once

#include "manifest/types.hpp"

#include <optional>

namespace cudasetup::diagnose {

/// The CMake that `find_package(Torch)` of a build needs; nullopt: that of every Ubuntu that is served. From
/// pytorch/pytorch, cmake/public/cuda.cmake since 1.13, which builds for the CPU alone do not read; and from CMake's
/// own notes of what CXX_STANDARD knows.
std::optional<base::Version> least_cmake(const manifest::TorchRelease& release, const manifest::TorchBuild& build);

} // namespace cudasetup::diagnose
