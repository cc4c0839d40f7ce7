#pragma once

namespace cudasetup::effects {

/// Whether the user asked us to stop (^C, SIGTERM).
class Interrupts {
public:
  virtual ~Interrupts() = default;
  /// 0: go on; 1: stop at the next safe point; 2 or more: leave now.
  virtual int count() = 0;
};

} // namespace cudasetup::effects
