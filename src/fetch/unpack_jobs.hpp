#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <functional>

namespace cudasetup::fetch {

/// Work cut into numbered pieces.
struct Jobs {
  std::size_t pieces = 0;
  /// Threads; at least 1.
  unsigned threads = 1;
  /// Makes what one thread needs, and gives what does piece N in that thread.
  std::function<std::function<base::Result<void>(std::size_t)>()> make_worker;
  /// Called in the calling thread every tenth of a second; an Error ends the work with it.
  std::function<base::Result<void>()> meanwhile;
};

/// Does all pieces, in order of their numbers as threads come free. The first Error ends it, after the pieces under
/// way.
base::Result<void> run_jobs(const Jobs& jobs);

} // namespace cudasetup::fetch
