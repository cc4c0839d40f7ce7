#pragma once

#include "base/error.hpp"

#include <string>

namespace cudasetup::system {

/// A failed system call as an Error: ENOSPC and EDQUOT are no_space, EACCES and EPERM needs_root, all else refused. The
/// message is "cannot VERB PATH: the system's words". Each has a hint where a person can do something.
base::Error errno_error(int number, const std::string& verb, const std::string& path);

} // namespace cudasetup::system
