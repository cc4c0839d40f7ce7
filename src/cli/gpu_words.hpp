#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace cudasetup::cli {

/// Whether the values of --gpu are PCI ids of NVIDIA's, capabilities (sm_75), or the one word none. Errors: usage, with
/// what was probably meant.
base::Result<void> check_gpus(const std::vector<std::string>& gpus);

} // namespace cudasetup::cli
