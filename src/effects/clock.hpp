#pragma once

#include <chrono>

namespace cudasetup::effects {

class Clock {
public:
  virtual ~Clock() = default;
  /// Wall time.
  virtual std::chrono::system_clock::time_point now() = 0;
  /// Time that never goes back, from an arbitrary start.
  virtual std::chrono::steady_clock::time_point steady() = 0;
  virtual void sleep(std::chrono::milliseconds duration) = 0;
};

} // namespace cudasetup::effects
