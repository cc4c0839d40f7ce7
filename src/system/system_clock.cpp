#include "system/system_clock.hpp"

#include <thread>

namespace cudasetup::system {

std::chrono::system_clock::time_point SystemClock::now()
{
  return std::chrono::system_clock::now();
}

std::chrono::steady_clock::time_point SystemClock::steady()
{
  return std::chrono::steady_clock::now();
}

void SystemClock::sleep(std::chrono::milliseconds duration)
{
  std::this_thread::sleep_for(duration);
}

} // namespace cudasetup::system
