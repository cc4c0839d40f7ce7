#pragma once

#include "effects/effects.hpp"
#include "system/curl_network.hpp"
#include "system/posix_files.hpp"
#include "system/posix_processes.hpp"
#include "system/signal_interrupts.hpp"
#include "system/system_clock.hpp"

#include <string>

namespace cudasetup::system {

/// This machine, as the program reaches it. One object at a time: it takes the interrupt signals.
class RealEffects {
public:
  /// @p root: "" or "/" for the machine itself, or the folder of the tree to work in (`--root`); @p user_agent: for
  /// servers, e.g. cudasetup/1.0.
  RealEffects(effects::Events& events, std::string root, std::string user_agent);

  /// Valid as long as this object and its events.
  effects::Effects effects();

private:
  effects::Events& m_events;
  SignalInterrupts m_interrupts;
  SystemClock m_clock;
  PosixFiles m_files;
  PosixFiles m_target;
  PosixProcesses m_processes;
  CurlNetwork m_network;
};

} // namespace cudasetup::system
