#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"

#include <string>

/// Paths that the command line names. Errors are of kind usage and name the option.
namespace cudasetup::cli {

/// An absolute, printable path without `..`, `:` or white space, so that it is safe in every file we write it to;
/// empty and `.` segments are dropped.
base::Result<std::string> parse_directory(const std::string& option, const std::string& text);

/// The same, of a directory that is filled, replaced and removed as a whole: none that others own or share.
base::Result<std::string> parse_own_directory(const std::string& option, const std::string& text);

/// @p text, against the current directory where it is relative. The current directory is what @p environment says PWD
/// is; that must be absolute where it is needed.
base::Result<std::string> absolute_path(const std::string& option, const std::string& text, Environment environment);

} // namespace cudasetup::cli
