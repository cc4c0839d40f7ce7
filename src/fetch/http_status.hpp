#pragma once

#include "base/error.hpp"
#include "base/url.hpp"

namespace cudasetup::fetch {

/// Whether a status is worth another try: 408, 425, 429, 500, 502, 503, 504.
bool may_pass(int status);

/// What an HTTP status other than success means for somebody who wanted the file at @p url, as an Error of kind
/// network.
base::Error status_error(int status, const base::Url& url);

} // namespace cudasetup::fetch
