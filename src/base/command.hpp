#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudasetup::base {

/// A process to run, as a value: never a shell string. It is printed by `to_shell` and run by effects::Processes,
/// and both mean the same.
struct Command {
  std::vector<std::string> argv;
  /// Variables added to the built environment (children never inherit ours).
  std::vector<std::pair<std::string, std::string>> environment = {};
  /// Bytes for the child's standard input; without, it is closed (/dev/null).
  std::optional<std::string> input = std::nullopt;

  bool operator==(const Command&) const = default;
};

/// One word quoted for a POSIX shell; left bare where that is safe.
std::string quote(std::string_view word);

/// The command as one line of POSIX sh (`NAME=value … argv…`), with a here-document where it has input.
std::string to_shell(const Command& command);

/// Whether @p root names the running system's own tree: "" or "/".
bool is_running_system(std::string_view root);

/// The command that runs inside the file system at @p root (`chroot ROOT …`); unchanged for "" and "/".
Command in_root(Command command, std::string_view root);

} // namespace cudasetup::base
