#pragma once

#include "base/command.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::base {

/// Why something failed. Each kind has one exit status (the table is the contract of the command line).
enum class ErrorKind {
  refused,      ///< 1: the request cannot be met here
  usage,        ///< 3: the command line is wrong
  document,     ///< 4: a manifest, plan, lock, bundle or configuration file is bad or stale
  needs_root,   ///< 5
  needs_reboot, ///< 10
  needs_person, ///< 11: someone has to be at the console
  network,      ///< 20: network or mirror
  untrusted,    ///< 21: a signature, key or digest was refused
  packages,     ///< 30: apt or dpkg failed
  no_space,     ///< 31
  unverified,   ///< 40: installed, but verification failed
  bug,          ///< 70: a fault of ours
  busy,         ///< 75: another run, or another user of apt's lock
  interrupted,  ///< 130
};

/// Every kind, for tests and tables.
const std::vector<ErrorKind>& all_error_kinds();

/// The exit status of the process for @p kind.
int exit_status(ErrorKind kind);

/// The word for @p kind in JSON output, e.g. "network".
std::string_view name_of(ErrorKind kind);

/// What a person can do next: a sentence and, where there is one, the command to type.
struct Hint {
  std::string text;
  std::optional<Command> command;
};

/// Whether the same thing, tried again some seconds later, may work. Only Network tells; all else is left at `passing`.
enum class Duration { passing, lasting };

/// A failure as a value. `message` is one line; `details` are further lines of the same rank (all faults of a
/// document, say); `context` is what was being done, innermost first; `output_tail` is the end of a failing
/// tool's own output; `log` is where all of it is kept.
struct Error {
  ErrorKind kind = ErrorKind::bug;
  std::string message;
  std::vector<std::string> details = {};
  std::vector<std::string> context = {};
  std::string output_tail = {};
  std::string log = {};
  std::vector<Hint> hints = {};
  Duration duration = Duration::passing;

  /// The same error, having happened while doing @p what.
  Error&& while_doing(std::string what) &&;
  /// The same error with one more hint.
  Error&& with_hint(std::string text, std::optional<Command> command = std::nullopt) &&;
};

/// An error of @p kind with one line of text.
Error make_error(ErrorKind kind, std::string message);

} // namespace cudasetup::base
