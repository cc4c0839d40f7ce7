#pragma once

#include "base/result.hpp"

#include <chrono>
#include <functional>

namespace cudasetup::fetch {

/// Work for several threads.
struct Jobs {
  /// Threads; at least 1.
  unsigned threads = 1;
  /// Makes what one thread needs, and gives what does the next piece of work in that thread: false when there is none
  /// left.
  std::function<std::function<base::Result<bool>()>()> make_worker;
  /// Called in the calling thread every tenth of a second; an Error ends the work with it.
  std::function<base::Result<void>()> meanwhile;
  /// Called where the work ends before its end, from any thread: whoever waits for a piece of work is to wait no
  /// longer.
  std::function<void()> stop;
};

/// Does all of it. The first Error ends it, after the pieces under way.
base::Result<void> run_jobs(const Jobs& jobs);

} // namespace cudasetup::fetch
