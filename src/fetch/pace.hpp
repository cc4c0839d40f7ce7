#pragma once

#include <chrono>
#include <cstdint>

namespace cudasetup::fetch {

/// Finds out how many connections are worth having: begins with few, tries four times as many, and keeps them where
/// they bring what more connections should. Pure: it is told the time and what arrives.
class Pace {
public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  /// @p first: connections to begin with; @p most: never more than that.
  Pace(unsigned first, unsigned most, Time now);

  /// How many connections to have now.
  unsigned connections() const { return m_connections; }
  /// What one connection brings in two seconds, within bounds: a good size for one request.
  std::uint64_t chunk() const;

  /// A server answered so long after it was asked. What is measured lasts some such times, for a connection to come up
  /// to speed.
  void answered(Duration after);
  void arrived(std::uint64_t bytes) { m_bytes += bytes; }
  /// @p at_work: connections over which something has arrived.
  void tick(Time now, unsigned at_work);

private:
  enum class Phase { first, trial, settled };

  void measure_from(Time now);
  void settle(Time now);

  unsigned m_connections;
  unsigned m_most;
  unsigned m_former = 0; ///< connections before the trial
  Phase m_phase = Phase::first;
  bool m_full = false; ///< all connections are at work: what arrives is measured
  Time m_since;        ///< when the measuring, or waiting for it, or being settled began
  std::uint64_t m_bytes = 0;
  double m_rate = 0; ///< bytes a second when last measured
  Duration m_answer{0};
  Duration m_rest;
};

} // namespace cudasetup::fetch
