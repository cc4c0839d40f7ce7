#pragma once

#include <string>
#include <vector>

namespace cudasetup::system {

/// The names in an open directory, without `.` and `..`, in no order; 0 or errno. The descriptor stays open.
int names_in(int directory, std::vector<std::string>& names);

} // namespace cudasetup::system
