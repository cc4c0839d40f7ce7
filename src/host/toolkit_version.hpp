#pragma once

#include "base/version.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::host {

/// The release in a toolkit's version.json (11.1 and later). Packages often put a date in the place of the patch
/// ("12.1.20230222"): then only 12.1 is known.
std::optional<base::Version> parse_version_json(std::string_view text);

/// The release in a toolkit's version.txt (until 11.0): "CUDA Version 10.2.89" gives 10.2, its last number being a
/// build.
std::optional<base::Version> parse_version_txt(std::string_view text);

/// The release in a toolkit's include/cuda_runtime_api.h: CUDART_VERSION 11010 gives 11.1. The definition stands in the
/// first few kilobytes, which suffice as @p text.
std::optional<base::Version> parse_runtime_header(std::string_view text);

/// First line of LibTorch's build-version: "1.7.1+cu110".
std::string parse_build_version(std::string_view text);

} // namespace cudasetup::host
