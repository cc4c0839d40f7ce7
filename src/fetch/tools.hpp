#pragma once

#include "effects/effects.hpp"

namespace cudasetup::fetch {

/// What fetching needs of the outside.
struct Tools {
  effects::Files& files;
  effects::Network& network;
  effects::Clock& clock;
  effects::Events& events;
  effects::Interrupts& interrupts;
};

/// The tools for files of @p files, one of the two trees in @p effects.
inline Tools tools_for(const effects::Effects& effects, effects::Files& files)
{
  return {files, effects.network, effects.clock, effects.events, effects.interrupts};
}

} // namespace cudasetup::fetch
