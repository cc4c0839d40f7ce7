#pragma once

#include <string>

namespace cudasetup::system {

/// Copies the directory @p name of an open directory, and all below it, to @p new_name, which must not exist, in
/// another one, with modes, owners and times of change; links stay links. Extended attributes are not copied, and hard
/// links become files of their own. 0, or errno, and then what was copied so far is there: EXDEV for another file
/// system mounted there, ENOTSUP for what is neither file, directory nor link (a socket, say).
int copy_tree(int directory, const std::string& name, int new_directory, const std::string& new_name);

} // namespace cudasetup::system
