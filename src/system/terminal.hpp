#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// The process's own surroundings: its standard streams, environment and user.
namespace cudasetup::system {

enum class Standard { input, output, error };

bool is_terminal(Standard stream);
bool is_root();
std::optional<std::string> environment(const std::string& name);
/// Writes to standard output.
void print(std::string_view text);
/// What standard input has, or the file of that name (a pipe, too), until its end or until there are more than @p most
/// bytes, which are then cut off. Empty where there is no such file.
std::string read_input(const std::string& path, std::size_t most);
/// Asks on standard error, reads a line from standard input; yes for "y" and "yes", no for all
/// else and when a signal comes.
bool ask(const std::string& question);
/// Asks on standard error, and reads a line from the terminal that standard input is, which does not show what is typed
/// meanwhile. nullopt: a signal came, the input ended, or the terminal cannot be kept from showing it.
std::optional<std::string> ask_hidden(const std::string& question);
/// Reads from an open descriptor up to the first line break, the end, or @p most bytes, and no byte more; without the
/// line break. nullopt: it is not open, or cannot be read.
std::optional<std::string> read_line(int descriptor, std::size_t most);

} // namespace cudasetup::system
