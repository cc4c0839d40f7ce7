#include "base/command.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::base {

namespace {

bool is_bare(char c)
{
  static constexpr std::string_view k_safe = "%+,-./:=@_^";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         k_safe.find(c) != std::string_view::npos;
}

/// A here-document's end mark that is no line of @p text.
std::string end_mark(std::string_view text)
{
  std::string mark = "EOF";
  const std::vector<std::string_view> all = lines(text);
  while (std::find(all.begin(), all.end(), mark) != all.end()) {
    mark += "_";
  }
  return mark;
}

} // namespace

std::string quote(std::string_view word)
{
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_bare)) {
    return std::string(word);
  }
  return "'" + replace_all(std::string(word), "'", "'\\''") + "'";
}

std::string to_shell(const Command& command)
{
  std::string text;
  for (const auto& [name, value] : command.environment) {
    text += name + "=" + quote(value) + " ";
  }
  for (std::size_t i = 0; i < command.argv.size(); ++i) {
    const std::string& word = command.argv[i];
    // A first word with `=` would be an assignment.
    const bool assignment = i == 0 && word.find('=') != std::string::npos;
    text += (i > 0 ? " " : "") + (assignment ? "'" + replace_all(word, "'", "'\\''") + "'" : quote(word));
  }
  if (command.input) {
    const std::string mark = end_mark(*command.input);
    text += " <<'" + mark + "'\n" + *command.input;
    if (!command.input->empty() && !command.input->ends_with('\n')) {
      text += '\n';
    }
    text += mark;
  }
  return text;
}

bool is_running_system(std::string_view root)
{
  return root.empty() || root == "/";
}

Command in_root(Command command, std::string_view root)
{
  if (is_running_system(root)) {
    return command;
  }
  std::vector<std::string> argv = {"chroot", std::string(root)};
  if (!command.environment.empty()) {
    argv.emplace_back("env");
    for (const auto& [name, value] : command.environment) {
      argv.push_back(name + "=" + value);
    }
    command.environment.clear();
  }
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(argv);
  return command;
}

} // namespace cudasetup::base
