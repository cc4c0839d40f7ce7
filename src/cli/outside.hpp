#pragma once

#include "cli/options.hpp"
#include "effects/effects.hpp"
#include "report/console.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace cudasetup::cli {

/// What main hands to the command line: the machine and the terminal.
struct Outside {
  /// The effects for a target tree ("" or "/": the running system); valid until the next call.
  std::function<effects::Effects(const std::string& root)> effects_for;
  report::Console& console;
  /// Writes to standard output.
  std::function<void(std::string_view)> print;
  /// Asks a yes-or-no question on the terminal.
  std::function<bool(const std::string& question)> ask;
  Environment environment;
  Terminal input_terminal = Terminal::no;
  Terminal error_terminal = Terminal::no;
  bool is_root = false;
  /// Reads standard input, or what has that name and may be a pipe; at most so many bytes.
  std::function<std::string(const std::string& path, std::size_t most)> read_input = {};
  /// Asks on the terminal for what is not shown while it is typed; nullopt where a signal or the end came instead.
  std::function<std::optional<std::string>(const std::string& question)> ask_hidden = {};
  /// Reads a line, without its end, from an open descriptor; at most so many bytes. nullopt: it cannot be read.
  std::function<std::optional<std::string>(int descriptor, std::size_t most)> read_line = {};
};

/// Runs one command line (without the program's name). The result is the process's exit status.
int run(const std::vector<std::string>& arguments, Outside& outside);

} // namespace cudasetup::cli
