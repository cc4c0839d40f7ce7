#pragma once

#include "base/error.hpp"
#include "base/url.hpp"

#include <string>

namespace cudasetup::system {

/// A failed transfer of @p url as an Error of kind network: the cause in words, what libcurl adds in @p detail, and a
/// hint. @p code is a CURLcode, @p os_error the errno of a connection that did not come about, else 0.
base::Error curl_error(int code, int os_error, const base::Url& url, const std::string& detail);

} // namespace cudasetup::system
