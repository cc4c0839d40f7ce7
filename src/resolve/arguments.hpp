#pragma once

#include "resolve/resolution.hpp"

#include <string>
#include <vector>

namespace cudasetup::resolve {

/// The arguments of `cudasetup install` that ask for what @p resolution settled, with the options of @p request that
/// still matter; what is automatic is left out, but for the CUDA version.
std::vector<std::string> arguments_of(const Request& request, const Resolution& resolution);

/// "CUDA 12.8.1 with torch 2.7.1+cu128"
std::string selection_of(const Resolution& resolution);

} // namespace cudasetup::resolve
