#include "system/signal_interrupts.hpp"
#include "system/system_clock.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace cudasetup::system {
namespace {

TEST(signal_interrupts, counts_and_leaves_the_handlers_as_they_were)
{
  ::signal(SIGHUP, SIG_IGN);
  {
    SignalInterrupts interrupts;
    EXPECT_EQ(interrupts.count(), 0);
    ::raise(SIGHUP); // ignored before, as under nohup
    EXPECT_EQ(interrupts.count(), 0);
    ::raise(SIGINT);
    EXPECT_EQ(interrupts.count(), 1);
    ::raise(SIGTERM);
    EXPECT_EQ(interrupts.count(), 2);
  }
  struct sigaction now {};
  ::sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
  ::signal(SIGHUP, SIG_DFL);
  EXPECT_EQ(SignalInterrupts().count(), 0);
}

TEST(system_clock, sleeps_and_never_goes_back)
{
  SystemClock clock;
  const auto start = clock.steady();
  clock.sleep(std::chrono::milliseconds(20));
  EXPECT_GE(clock.steady() - start, std::chrono::milliseconds(20));
  EXPECT_GT(clock.now().time_since_epoch(), std::chrono::hours(24 * 365 * 40));
}

} // namespace
} // namespace cudasetup::system
