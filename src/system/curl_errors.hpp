#pragma once

#include "base/error.hpp"
#include "base/url.hpp"

#include <string>

namespace cudasetup::system {

/// A failed transfer of @p url as an Error of kind network: the cause in words, what libcurl adds in @p detail, and a
/// hint. @p code is a CURLcode.
base::Error curl_error(int code, const base::Url& url, const std::string& detail);

} // namespace cudasetup::system
