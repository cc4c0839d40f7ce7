#pragma once

#include "effects/interrupts.hpp"
#include "effects/processes.hpp"
#include "system/child_environment.hpp"

#include <string>

namespace cudasetup::system {

/// Programs of this machine. A child that leaves others holding its outputs is done when it has ended and what was
/// written until then is read. At the time limit the group gets SIGTERM, and two seconds later SIGKILL. At the second
/// interrupt the call gives up with ErrorKind::interrupted, and never signals the child: a dpkg runs on to its end,
/// with somebody left to read its output.
class PosixProcesses : public effects::Processes {
public:
  /// @p passed_on: variables for every child, meant for the proxies. What this process was started with, but for its
  /// standard input and outputs, is closed to children from here on.
  PosixProcesses(std::string home, Variables passed_on, effects::Interrupts& interrupts);

  using effects::Processes::run;
  base::Result<effects::ProcessResult> run(const base::Command& command,
                                           const effects::ProcessOptions& options) override;

private:
  std::string m_home;
  Variables m_passed_on;
  effects::Interrupts& m_interrupts;
};

} // namespace cudasetup::system
