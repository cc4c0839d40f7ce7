#pragma once

#include "effects/effects.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_events.hpp"
#include "support/fake_files.hpp"
#include "support/fake_interrupts.hpp"
#include "support/fake_network.hpp"
#include "support/fake_processes.hpp"

namespace cudasetup::test {

/// Every effect as a fake. The machine cudasetup runs on may not be changed; the target may. Its apt has no settings,
/// and so no archives that packages could be put into.
struct FakeMachine {
  FakeMachine() { processes.answer({"apt-config", "dump"}); }

  FakeFiles files{Changes::forbidden};
  FakeFiles target;
  FakeProcesses processes;
  FakeNetwork network;
  FakeClock clock;
  FakeEvents events;
  FakeInterrupts interrupts;
  effects::Effects effects{files, target, processes, network, clock, events, interrupts};

  /// The commands that were run, as shell lines.
  std::vector<std::string> commands() const
  {
    std::vector<std::string> lines;
    for (const base::Command& command : processes.calls()) {
      lines.push_back(base::to_shell(command));
    }
    return lines;
  }
};

} // namespace cudasetup::test
