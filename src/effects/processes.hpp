#pragma once

#include "base/command.hpp"
#include "base/result.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace cudasetup::effects {

enum class Stream { out, err };

struct ProcessOptions {
  /// Called for each piece of output as it comes; what it gets is also kept in the result.
  std::function<void(Stream, std::string_view)> on_output = {};
  /// The child and its group are ended after this long; zero for no limit.
  std::chrono::milliseconds time_limit{0};
  /// Only the last this many bytes of each stream are kept.
  std::size_t kept_bytes = 4u * 1024 * 1024;
};

struct ProcessResult {
  /// Exit status; 128 + N when signal N ended it; 127 when the program was not found.
  int status = 0;
  bool timed_out = false;
  std::string out;
  std::string err;
};

/// Runs programs: argv only, no shell; a built environment (fixed PATH, LC_ALL=C.UTF-8,
/// DEBIAN_FRONTEND=noninteractive, NEEDRESTART_MODE=a, the proxies), its own process group, standard input from the
/// command or closed.
class Processes {
public:
  virtual ~Processes() = default;
  /// Runs to the end. An Error only when the child could not be started at all.
  virtual base::Result<ProcessResult> run(const base::Command& command, const ProcessOptions& options) = 0;
  base::Result<ProcessResult> run(const base::Command& command) { return run(command, ProcessOptions{}); }
};

} // namespace cudasetup::effects
