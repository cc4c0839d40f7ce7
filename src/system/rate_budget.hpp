#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace cudasetup::system {

/// How many bytes may be taken now, so that a rate is kept on average. Without a rate, any number. Safe to use from
/// several threads.
class RateBudget {
public:
  using Time = std::chrono::steady_clock::time_point;

  /// @p now: an earlier one than before changes nothing.
  void refill(std::optional<std::uint64_t> bytes_per_second, Time now)
  {
    const std::lock_guard guard(m_mutex);
    now = std::max(now, m_filled);
    m_rate = bytes_per_second ? std::optional(static_cast<double>(std::max<std::uint64_t>(1, *bytes_per_second)))
                              : std::nullopt;
    const double seconds = std::chrono::duration<double>(now - m_filled).count();
    // What was not taken in time is lost: no burst follows a silence.
    m_bytes = std::min(m_bytes + seconds * m_rate.value_or(0), m_rate.value_or(0) * k_longest_saving);
    m_filled = now;
  }
  bool allows() const
  {
    const std::lock_guard guard(m_mutex);
    return !m_rate || m_bytes > 0;
  }
  void spend(std::size_t bytes)
  {
    const std::lock_guard guard(m_mutex);
    m_bytes -= m_rate ? static_cast<double>(bytes) : 0;
  }
  /// How long until it allows something again.
  std::chrono::milliseconds wait() const
  {
    const std::lock_guard guard(m_mutex);
    const bool allows_now = !m_rate || m_bytes > 0;
    return std::chrono::milliseconds(allows_now ? 0 : 1 + static_cast<std::int64_t>(-m_bytes / *m_rate * 1000));
  }

private:
  static constexpr double k_longest_saving = 0.1; // seconds

  mutable std::mutex m_mutex;
  std::optional<double> m_rate;
  double m_bytes = 0;
  Time m_filled = {};
};

} // namespace cudasetup::system
