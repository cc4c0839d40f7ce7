#pragma once

#include "resolve/driver.hpp"

#include <optional>
#include <string>

namespace cudasetup::resolve {

/// Ubuntu's own package of the newest driver branch that drives every GPU and is new enough, to be named where NVIDIA's
/// archive has none that will do; nullopt where Ubuntu has none either, as far as is known.
std::optional<std::string> ubuntu_package(const DriverQuestion& question);

} // namespace cudasetup::resolve
