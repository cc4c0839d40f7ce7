#pragma once

#include "host/facts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::host {

/// Whether an address of an apt source is NVIDIA's archive (its .com or .cn host, or a mirror with its layout) or what
/// one of NVIDIA's local installers unpacked under /var.
bool is_nvidia_uri(std::string_view uri);

/// Whether it is the archive of NVIDIA's libraries for machine learning, which is given up.
bool is_machine_learning_uri(std::string_view uri);

/// The directory that a file: or copy: address names, without the slash at the end; empty for other addresses.
std::string local_directory(std::string_view uri);

/// The enabled binary sources of NVIDIA's in a file of the one-line form (sources.list(5)). @p file is kept in each.
/// Lines that are no source are passed over.
std::vector<AptSource> parse_one_line_sources(std::string_view text, const std::string& file);

/// The same of a file of the deb822 form (.sources): one for each address and suite, its `line` being what the one-line
/// form would say. A key written into the file itself makes `signed_by` "(in the file)".
std::vector<AptSource> parse_deb822_sources(std::string_view text, const std::string& file);

/// What is put before a line to make a comment of it.
inline constexpr std::string_view k_switched_off = "# switched off by cudasetup: ";

/// A file's text with these parts as comments. Lines that do not say what the part says are left.
std::string without_parts(std::string_view text, const std::vector<FilePart>& parts);

} // namespace cudasetup::host
