#pragma once

#include <string_view>

namespace cudasetup::host {

/// Whether a package (by its name, without architecture) matters to CUDA, NVIDIA's driver or LibTorch: theirs, the
/// compilers and tools they need, kernels and headers, what tells a desktop from a server. A pattern with `*`, as in
/// apt preferences, matters when a name it matches could.
bool is_relevant_package(std::string_view name);

/// Whether the package is NVIDIA's own work (CUDA, its libraries, driver, tools), whoever packaged it. Patterns as
/// above.
bool is_nvidia_package(std::string_view name);

} // namespace cudasetup::host
