#pragma once

#include "effects/clock.hpp"
#include "effects/events.hpp"
#include "effects/files.hpp"
#include "effects/interrupts.hpp"
#include "effects/network.hpp"
#include "effects/processes.hpp"

namespace cudasetup::effects {

/// Everything outside the program, handed to the rooms that do things. Rooms that decide never see it.
struct Effects {
  /// The machine cudasetup itself runs on (manifest folders, output files).
  Files& files;
  /// The system that is looked at and changed: the same machine, or the tree under `--root`. Paths are the target's
  /// own; its links are followed inside it.
  Files& target;
  Processes& processes;
  Network& network;
  Clock& clock;
  Events& events;
  Interrupts& interrupts;
};

} // namespace cudasetup::effects
