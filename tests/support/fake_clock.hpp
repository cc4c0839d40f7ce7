#pragma once

#include "effects/clock.hpp"

namespace cudasetup::test {

/// A clock that moves only when told to, or by sleeping, which takes no time.
class FakeClock : public effects::Clock {
public:
  std::chrono::system_clock::time_point now() override { return std::chrono::system_clock::time_point(m_now); }
  std::chrono::steady_clock::time_point steady() override { return std::chrono::steady_clock::time_point(m_now); }
  void sleep(std::chrono::milliseconds duration) override
  {
    m_slept += duration;
    m_now += duration;
  }

  void advance(std::chrono::milliseconds duration) { m_now += duration; }
  /// All sleeping together.
  std::chrono::milliseconds slept() const { return m_slept; }

private:
  std::chrono::milliseconds m_now{std::chrono::hours(24 * 365 * 50)};
  std::chrono::milliseconds m_slept{0};
};

} // namespace cudasetup::test
