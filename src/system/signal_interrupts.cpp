#include "system/signal_interrupts.hpp"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

namespace cudasetup::system {

namespace {

constexpr std::array k_signals = {SIGINT, SIGTERM, SIGHUP};

std::atomic<int> g_count{0};
static_assert(std::atomic<int>::is_always_lock_free);

/// Says at once that it was heard: the next safe point may be minutes away. write(2) may be called in a handler.
void count_one(int)
{
  static constexpr std::string_view k_heard = "\nstopping at the next safe point; once more leaves at once\n";
  if (g_count.fetch_add(1, std::memory_order_relaxed) == 0) {
    const int before = errno;
    static_cast<void>(::write(STDERR_FILENO, k_heard.data(), k_heard.size()) + 0);
    errno = before;
  }
}

} // namespace

SignalInterrupts::SignalInterrupts()
{
  g_count = 0;
  for (std::size_t i = 0; i < k_signals.size(); ++i) {
    ::sigaction(k_signals[i], nullptr, &m_before[i]);
    if (m_before[i].sa_handler == SIG_IGN) {
      continue;
    }
    struct sigaction action {};
    action.sa_handler = count_one;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(k_signals[i], &action, nullptr);
  }
}

SignalInterrupts::~SignalInterrupts()
{
  for (std::size_t i = 0; i < k_signals.size(); ++i) {
    ::sigaction(k_signals[i], &m_before[i], nullptr);
  }
}

int SignalInterrupts::count()
{
  return g_count.load(std::memory_order_relaxed);
}

} // namespace cudasetup::system
