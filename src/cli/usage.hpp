#pragma once

#include "base/error.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

/// What was wrong with a command line, in our words: the parser's own name neither the verb nor the nearest word.
namespace cudasetup::cli {

/// The verb of that name, or nullptr.
const CLI::App* find_verb(const CLI::App& app, const std::string& word);

/// A word in the place of a verb that is none.
base::Error unknown_verb(const CLI::App& app, const std::string& word);

/// @p complaint of @p app about @p arguments (without the program's name, not empty), of kind usage.
base::Error usage_error(const CLI::App& app, const std::vector<std::string>& arguments, const CLI::Error& complaint);

} // namespace cudasetup::cli
