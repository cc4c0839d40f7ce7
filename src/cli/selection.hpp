#pragma once

#include "base/result.hpp"
#include "plan/uninstall.hpp"
#include "resolve/request.hpp"

#include <optional>
#include <string>
#include <vector>

/// The texts of SELECTION options as values. Errors are of kind usage and name the option.
namespace cudasetup::cli {

/// A value that @p option does not take; where it is near to one of @p words, that is offered.
base::Error wrong_word(const std::string& option,
                       const std::string& text,
                       const std::string& expected,
                       const std::vector<std::string>& words);

base::Result<resolve::CudaRequest> parse_cuda(const std::string& text);
base::Result<resolve::TorchRequest> parse_torch(const std::string& text);
base::Result<resolve::DriverRequest> parse_driver(const std::string& text);

/// What uninstall is asked for: versions, empty where they are not named.
base::Result<plan::UninstallRequest>
parse_uninstall(const std::string& cuda, const std::string& torch, plan::DriverGoes driver);

/// A mirror: https, or http to a loopback address.
base::Result<base::Url> parse_mirror(const std::string& text);

} // namespace cudasetup::cli
