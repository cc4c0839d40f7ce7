#pragma once

#include "verify/checks.hpp"

#include <string>
#include <vector>

namespace cudasetup::verify {

/// The gcc major that our environment file names for nvcc ("-ccbin /usr/bin/g++-10"); nullopt: none.
std::optional<std::uint32_t> named_host_gcc(const host::HostFacts& facts);

/// What can be told of a toolkit without running it: headers and libraries of nvcc's release, the loader that finds
/// them, and where /usr/local/cuda leads.
std::vector<Check>
check_toolkit_files(const Context& context, const std::string& directory, const base::Version& release);

} // namespace cudasetup::verify
