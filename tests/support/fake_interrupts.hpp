#pragma once

#include "effects/interrupts.hpp"

#include <atomic>

namespace cudasetup::test {

/// A user whose patience the test sets.
class FakeInterrupts : public effects::Interrupts {
public:
  int count() override { return m_count; }
  void set(int count) { m_count = count; }

private:
  std::atomic<int> m_count{0};
};

} // namespace cudasetup::test
