#pragma once

#include "effects/network.hpp"

#include <utility>

namespace cudasetup::test {

/// One request from its beginning to its end.
inline base::Result<effects::HttpHead>
get(effects::Network& network, effects::HttpRequest request, effects::HttpSink sink)
{
  network.start(std::move(request), std::move(sink));
  while (true) {
    auto ended = network.wait(std::chrono::seconds(1));
    if (!ended.empty()) {
      return std::move(ended.front().head);
    }
  }
}

} // namespace cudasetup::test
