#pragma once

#include "effects/files.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::apply {

/// The addresses of the archives whose lists `apt-get update` could not read or would not trust, by what it printed: as
/// a source names them, without the slash at the end, each once. Pure.
std::vector<std::string> unread_archives(std::string_view output);

/// Whether an address is of something in that archive. Pure.
bool is_in_archive(std::string_view address, std::string_view archive);

/// apt's source files of the target that name the archive.
std::vector<std::string> source_files_of(effects::Files& target, std::string_view archive);

} // namespace cudasetup::apply
