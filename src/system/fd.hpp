#pragma once

#include <utility>

#include <unistd.h>

namespace cudasetup::system {

/// A file descriptor that is closed at the end of its life.
class Fd {
public:
  Fd() = default;
  explicit Fd(int number) : m_number(number) {}
  Fd(Fd&& other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
  Fd& operator=(Fd&& other) noexcept
  {
    if (this != &other) {
      reset();
      m_number = std::exchange(other.m_number, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int number() const { return m_number; }
  explicit operator bool() const { return m_number >= 0; }
  void reset()
  {
    if (m_number >= 0) {
      ::close(std::exchange(m_number, -1));
    }
  }
  /// Gives the descriptor away: the caller closes it.
  int release() { return std::exchange(m_number, -1); }

private:
  int m_number = -1;
};

} // namespace cudasetup::system
