#pragma once

#include "base/result.hpp"
#include "effects/network.hpp"

#include <string>

namespace cudasetup::cli {

/// @p jobs: of --jobs, 1 to 64, empty where it was not said; @p rate: of --limit-rate, bytes a second, also with K, M
/// or G (times 1024, as of curl and wget) behind them, or "". Errors: usage.
base::Result<effects::NetworkLimits> parse_network_limits(const std::string& jobs, const std::string& rate);

} // namespace cudasetup::cli
