#pragma once

#include "base/version.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::host {

/// The upstream number of a Debian package version: 12.2.0 of "4:12.2.0-3", 2.35 of "2.35-0ubuntu3.8", 1.21.1 of
/// "1.21.1ubuntu2.3". nullopt when it does not begin with a number.
std::optional<base::Version> upstream_version(std::string_view package_version);

/// The version in what `gcc -dumpfullversion -dumpversion`, `cmake --version` or `python3 --version` printed: the first
/// dotted number of the first line, or a bare number ("11").
std::optional<base::Version> parse_tool_version(std::string_view output);

/// The version in the C library's old file names: 2.27 of "libc-2.27.so" (glibc before 2.34).
std::optional<base::Version> parse_glibc_file_name(std::string_view name);

/// The name of the package that ships the program whose fully resolved path is @p path, as Debian and Ubuntu name them:
/// /usr/bin/x86_64-linux-gnu-gcc-12 → gcc-12, /usr/bin/python3.10 → python3.10-minimal, /usr/bin/cmake → cmake.
/// Empty for anything else.
std::string package_of_program(std::string_view path);

} // namespace cudasetup::host
