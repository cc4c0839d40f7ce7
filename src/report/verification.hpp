#pragma once

#include "verify/verify.hpp"

#include <string>

namespace cudasetup::report {

/// A verification as people read it: a line a check, and the verdict in plain words.
std::string text_of(const verify::Verification& verification);

} // namespace cudasetup::report
