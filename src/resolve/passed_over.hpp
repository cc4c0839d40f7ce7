#pragma once

#include "resolve/settle.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::resolve {

/// Something newer than what an automatic choice took.
struct PassedOver {
  std::string about;                   ///< cuda, torch or driver
  std::string version;                 ///< 13.4.2, 2.14.0 or 610
  std::vector<Constraint> constraints; ///< what keeps it from being asked for; empty: it works as well
  std::string text;                    ///< where it works: what else then changes
  std::string doubt = {};              ///< where it is not sure to work: why

  /// "CUDA 13.4.2", "torch 2.14.0", "driver 610"
  std::string name() const;
  /// The option that asks for it: --cuda, --torch or --driver.
  std::string option() const { return "--" + about; }
};

/// What is newer than @p taken, the answer to @p question: CUDA and torch releases (the last of each minor) and driver
/// branches, newest first, of those things whose choice was left open. Each is settled by asking for it.
std::vector<PassedOver> passed_over(const Question& question, const Resolution& taken);

} // namespace cudasetup::resolve
