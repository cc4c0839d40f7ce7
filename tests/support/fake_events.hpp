#pragma once

#include "effects/events.hpp"

#include <string>
#include <variant>
#include <vector>

namespace cudasetup::test {

/// Keeps every event, in order.
class FakeEvents : public effects::Events {
public:
  void emit(const effects::Event& event) override { m_events.push_back(event); }

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
  std::vector<effects::Event> m_events;
};

} // namespace cudasetup::test
