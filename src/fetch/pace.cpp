#include "fetch/pace.hpp"

#include <algorithm>

namespace cudasetup::fetch {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr unsigned k_step = 4;
constexpr milliseconds k_shortest_measure{120};
constexpr milliseconds k_longest_measure{3000};
constexpr int k_answers_measured = 4;
/// How long a trial waits for its connections to come about.
constexpr milliseconds k_patience{1000};
/// After a trial that brought nothing; each time twice as long, as a server may begin to slow a download later.
constexpr seconds k_first_rest{10};
constexpr std::uint64_t k_least_chunk = 4u * 1024 * 1024;
constexpr std::uint64_t k_most_chunk = 32u * 1024 * 1024;

} // namespace

Pace::Pace(unsigned first, unsigned most, Time now)
    : m_connections(std::min(first, most)), m_most(most), m_since(now), m_rest(k_first_rest)
{
}

std::uint64_t Pace::chunk() const
{
  const double each = m_rate / std::max(1u, m_phase == Phase::trial ? m_former : m_connections);
  return static_cast<std::uint64_t>(
      std::clamp(2 * each, static_cast<double>(k_least_chunk), static_cast<double>(k_most_chunk)));
}

void Pace::answered(Duration after)
{
  m_answer = m_answer.count() == 0 ? after : std::min(m_answer, after);
}

void Pace::measure_from(Time now)
{
  m_since = now;
  m_bytes = 0;
}

void Pace::settle(Time now)
{
  m_phase = Phase::settled;
  m_since = now;
}

void Pace::tick(Time now, unsigned at_work)
{
  if (m_phase == Phase::settled) {
    if (m_connections < m_most && now - m_since >= m_rest) {
      m_rest *= 2;
      m_phase = Phase::first;
      m_full = false;
      measure_from(now);
    }
    return;
  }
  if (at_work < m_connections) {
    m_full = false;
    if (m_phase != Phase::trial || now - m_since < std::max<Duration>(k_patience, 2 * k_answers_measured * m_answer)) {
      return;
    }
    // No more than these are to be had.
    m_connections = std::max(at_work, m_former);
    if (m_connections == m_former) {
      settle(now);
      return;
    }
  }
  if (!m_full) {
    m_full = true;
    measure_from(now);
  }
  const Duration length = std::clamp<Duration>(k_answers_measured * m_answer, k_shortest_measure, k_longest_measure);
  if (now - m_since < length) {
    return;
  }
  const double rate = static_cast<double>(m_bytes) / std::chrono::duration<double>(now - m_since).count();
  // A quarter of what as many times the connections could bring.
  const double wanted = m_phase == Phase::trial ? 1 + (double{1} * m_connections / m_former - 1) / 4 : 0;
  if (m_phase == Phase::trial && rate < m_rate * wanted) {
    m_connections = m_former;
    settle(now);
    return;
  }
  m_rate = rate;
  if (m_connections >= m_most) {
    settle(now);
    return;
  }
  m_former = m_connections;
  m_connections = std::min(m_most, m_connections * k_step);
  m_phase = Phase::trial;
  m_full = false;
  measure_from(now);
}

} // namespace cudasetup::fetch
