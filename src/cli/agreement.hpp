#pragma once

#include "cli/options.hpp"
#include "cli/outside.hpp"

#include <string>
#include <vector>

/// What verbs that change what is there ask before they do.
namespace cudasetup::cli {

/// The same command line, as root, with more options.
base::Command again(const Options& options, const std::vector<std::string>& more);

/// Whether somebody agrees: beforehand, or now. Errors: usage where nobody can be asked, refused.
base::Result<void> agree(const Options& options, Outside& outside, const std::string& question);

} // namespace cudasetup::cli
