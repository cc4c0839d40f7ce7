#pragma once

#include "effects/interrupts.hpp"

#include <array>
#include <csignal>

namespace cudasetup::system {

/// Counts SIGINT, SIGTERM and SIGHUP from its construction to its destruction, and keeps them from ending the process.
/// A signal that was ignored before (nohup) stays ignored. One object at a time.
class SignalInterrupts : public effects::Interrupts {
public:
  SignalInterrupts();
  SignalInterrupts(const SignalInterrupts&) = delete;
  SignalInterrupts(SignalInterrupts&&) = delete;
  SignalInterrupts& operator=(const SignalInterrupts&) = delete;
  SignalInterrupts& operator=(SignalInterrupts&&) = delete;
  ~SignalInterrupts() override;

  int count() override;

private:
  std::array<struct sigaction, 3> m_before{};
};

} // namespace cudasetup::system
