#pragma once

#include "base/result.hpp"
#include "resolve/request.hpp"

#include <optional>
#include <string>

/// The texts of SELECTION options as values. Errors are of kind usage and name the option.
namespace cudasetup::cli {

base::Result<resolve::CudaRequest> parse_cuda(const std::string& text);
base::Result<resolve::TorchRequest> parse_torch(const std::string& text);
base::Result<resolve::DriverRequest> parse_driver(const std::string& text);

/// A mirror: https, or http to a loopback address.
base::Result<base::Url> parse_mirror(const std::string& text);

} // namespace cudasetup::cli
