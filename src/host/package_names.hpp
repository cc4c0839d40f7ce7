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

/// Whether the package's name carries this minor ("11-1"): cuda-nvcc-11-1 does, cuda-toolkit-config-common does not.
bool is_of_minor(std::string_view name, std::string_view dashed_minor);

/// Whether the package is a local installer: a folder of packages with its source, which is in no archive itself.
bool is_local_installer(std::string_view name);

/// Whether the package is part of NVIDIA's driver: its module, what makes one, its libraries and tools.
bool is_driver_package(std::string_view name);

/// Whether the package is of a kernel: its image, its own modules, its headers. Modules of NVIDIA's for it are not.
bool is_kernel_package(std::string_view name);

} // namespace cudasetup::host
