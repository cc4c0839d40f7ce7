#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace cudasetup::effects {

/// A step of the plan begins; numbers from 1.
struct StepStarted {
  std::size_t number = 0;
  std::size_t count = 0;
  std::string id;
  std::string title;
};
/// It ended. `skipped`: its effect was already there.
struct StepEnded {
  std::string id;
  enum class Outcome { done, skipped, failed } outcome = Outcome::done;
  double seconds = 0;
};
/// How far one download or unpacking, or a tool with its packages, is.
struct Progress {
  std::string what;
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;
  enum class Unit { bytes, packages } unit = Unit::bytes;
};
/// A line that a tool printed.
struct ToolOutput {
  std::string tool;
  std::string line;
};
/// Something the user should know that is no failure: a wait for a lock, a retry.
struct Notice {
  std::string text;
};

using Event = std::variant<StepStarted, StepEnded, Progress, ToolOutput, Notice>;

/// The one outlet for what happens; the report room shows and logs it.
class Events {
public:
  virtual ~Events() = default;
  virtual void emit(const Event& event) = 0;
};

} // namespace cudasetup::effects
