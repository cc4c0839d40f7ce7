#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "effects/effects.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::apply {

/// The log of everything the tools printed, 0640, on the target.
inline constexpr std::string_view k_terminal_log = "/var/log/cudasetup/terminal.log";

/// Runs the tools of a transaction: shows and logs their output, waits for apt's lock, and turns their failures into
/// errors that name the cause.
class Tools {
public:
  /// @p root: the target's tree ("" or "/": the running system); commands are run inside it.
  /// @p lock_timeout_seconds: how long a lock held by another program is waited for.
  Tools(const effects::Effects& effects, std::string root, unsigned lock_timeout_seconds);

  /// Runs a command that must succeed; its standard output is returned. Errors: busy when another program held apt's
  /// lock for too long, interrupted when the user asked to stop meanwhile, else what the tool's own text means, and
  /// packages where that is not known.
  base::Result<std::string> run(const base::Command& command);

  /// How a command ended that may fail.
  struct Ended {
    std::string output;               ///< all it printed, in order
    std::optional<base::Error> error; ///< what its failure means, as of `run`; nullopt: it succeeded
  };
  /// As `run`, for a caller who judges by what was printed. Errors: busy and interrupted, and that it could not start.
  base::Result<Ended> try_run(const base::Command& command);
  /// What a command's output means, as if it had failed.
  base::Error failure_of(const base::Command& command, const std::string& output) const;

  /// Waits until nobody else works with apt or dpkg, and says whom it waits for: not every apt that waits by itself
  /// does. Errors: busy, interrupted.
  base::Result<void> wait_for_dpkg();

  /// Waits until no other cudasetup, nor what one left running, works on the target, and says whom it waits for. What
  /// was looked at before may be otherwise then. Errors: busy, interrupted.
  base::Result<void> wait_for_turn();
  /// Waits, unless the user asks to stop meanwhile. Errors: interrupted.
  base::Result<void> pause(std::chrono::milliseconds length);
  /// That another one, whoever can be named, is at work.
  base::Error other_at_work() const;

  /// A path of the target as a person types it on the running system.
  std::string outside(std::string_view path) const;
  /// A command that a person can type on the running system to do it on the target.
  base::Command outside(base::Command command) const;

private:
  /// How a command ended, and all it printed, in order.
  struct Ending {
    effects::ProcessResult result;
    std::string transcript;
  };

  base::Result<Ending> run_to_end(const base::Command& command);
  base::Result<Ending> run_once(const base::Command& command);
  /// "process 123 (cudasetup)": who has our lock open; a cudasetup before what it started. "another cudasetup" where
  /// that cannot be told.
  std::string turn_holder() const;
  /// Who holds dpkg's lock, if somebody does.
  std::optional<std::string> dpkg_holder() const;
  base::Error failure(const base::Command& command, const Ending& ending) const;
  void log(std::string_view text);

  const effects::Effects& m_effects;
  std::string m_root;
  unsigned m_lock_timeout_seconds;
};

} // namespace cudasetup::apply
