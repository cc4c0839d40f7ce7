#pragma once

#include "effects/events.hpp"

#include <mutex>
#include <string>
#include <variant>
#include <vector>

namespace cudasetup::test {

/// Keeps every event, in order. Several threads may emit; it is to be looked at once they have ended.
class FakeEvents : public effects::Events {
public:
  void emit(const effects::Event& event) override
  {
    const std::lock_guard guard(m_mutex);
    m_events.push_back(event);
  }

  const std::vector<effects::Event>& events() const { return m_events; }
  /// Those of one type.
  template<typename T> std::vector<T> all() const
  {
    std::vector<T> found;
    for (const effects::Event& event : m_events) {
      if (const T* one = std::get_if<T>(&event)) {
        found.push_back(*one);
      }
    }
    return found;
  }
  /// The texts of all notices, a line each.
  std::string notices() const
  {
    std::string text;
    for (const auto& notice : all<effects::Notice>()) {
      text += notice.text + "\n";
    }
    return text;
  }

private:
  std::mutex m_mutex;
  std::vector<effects::Event> m_events;
};

} // namespace cudasetup::test
