#include "fetch/pace.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace cudasetup::fetch {
namespace {

using std::chrono::milliseconds;

/// A server, and how many connections are worth having with it.
class PaceTest : public ::testing::Test {
protected:
  /// Connections after so long, when @p rate is what so many of them bring in a second.
  unsigned after(milliseconds length, const std::function<double(unsigned)>& rate, unsigned there_are = 1000)
  {
    for (milliseconds at{0}; at < length; at += milliseconds(10)) {
      const unsigned at_work = std::min(there_are, m_pace.connections());
      m_now += milliseconds(10);
      m_pace.arrived(static_cast<std::uint64_t>(rate(at_work) / 100));
      m_pace.tick(m_now, at_work);
      m_most = std::max(m_most, m_pace.connections());
    }
    return m_pace.connections();
  }

  Pace::Time m_now{};
  Pace m_pace{1, 16, m_now};
  unsigned m_most = 1;
};

TEST_F(PaceTest, more_where_each_has_its_own_rate)
{
  EXPECT_EQ(after(milliseconds(300), [](unsigned count) { return count * 1e6; }), 16u);
}

TEST_F(PaceTest, one_where_all_share_a_rate)
{
  EXPECT_EQ(after(milliseconds(9000), [](unsigned) { return 1e6; }), 1u);
  EXPECT_EQ(m_most, 4u);
}

TEST_F(PaceTest, a_few_where_a_few_are_enough)
{
  EXPECT_EQ(after(milliseconds(9000), [](unsigned count) { return std::min(count, 4u) * 1e6; }), 4u);
}

TEST_F(PaceTest, tried_again_as_a_server_may_begin_to_slow_them)
{
  ASSERT_EQ(after(milliseconds(9000), [](unsigned) { return 8e6; }), 1u);
  EXPECT_EQ(after(milliseconds(3000), [](unsigned count) { return count * 1e6; }), 16u);
}

TEST_F(PaceTest, as_many_as_can_be_had)
{
  EXPECT_EQ(after(
                milliseconds(5000), [](unsigned count) { return count * 1e6; }, 3),
            3u);
}

TEST_F(PaceTest, measured_for_some_answers_times)
{
  m_pace.answered(milliseconds(200));
  EXPECT_EQ(after(milliseconds(700), [](unsigned count) { return count * 1e6; }), 1u);
  EXPECT_EQ(after(milliseconds(200), [](unsigned count) { return count * 1e6; }), 4u);
}

TEST_F(PaceTest, asks_for_what_two_seconds_bring)
{
  EXPECT_EQ(m_pace.chunk(), 4u << 20);
  after(milliseconds(2000), [](unsigned count) { return count * 6e6; });
  EXPECT_NEAR(static_cast<double>(m_pace.chunk()), 12e6, 1.5e6);
}

} // namespace
} // namespace cudasetup::fetch
