#pragma once

#include <string>

namespace cudasetup::system {

/// Removes @p name in an open directory, and all below it where it is a directory; links are removed, not followed.
/// Stops (EXDEV) before anything of another file system mounted there. 0 also where there is nothing; else errno.
int remove_tree(int directory, const std::string& name);

} // namespace cudasetup::system
