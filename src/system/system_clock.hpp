#pragma once

#include "effects/clock.hpp"

namespace cudasetup::system {

/// The machine's clocks.
class SystemClock : public effects::Clock {
public:
  std::chrono::system_clock::time_point now() override;
  std::chrono::steady_clock::time_point steady() override;
  void sleep(std::chrono::milliseconds duration) override;
};

} // namespace cudasetup::system
