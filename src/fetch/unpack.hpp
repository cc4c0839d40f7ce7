#pragma once

#include "base/result.hpp"
#include "effects/events.hpp"
#include "effects/files.hpp"
#include "effects/interrupts.hpp"

#include <cstdint>
#include <string>

namespace cudasetup::fetch {

struct UnpackRequest {
  /// The zip file.
  std::string zip;
  /// The folder that all entries lie in, e.g. "libtorch"; what is in it becomes what is in @p to.
  std::string top;
  /// The directory to make. One that is there is replaced as a whole.
  std::string to;
  /// For progress and messages.
  std::string what;
  /// A zip that unpacks to more is refused.
  std::uint64_t most_bytes = std::uint64_t{64} * 1024 * 1024 * 1024;
  /// Threads; 0 for as many as there are cores.
  unsigned jobs = 0;
};

struct Unpacked {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// Unpacks a zip, all cores at once, into `TO.new`, and puts it in its place when it is whole, checked and on the disk;
/// what was there waits as `TO.old` until then. Files get 0644, or 0755 where the zip lets somebody execute them;
/// directories 0755; links are made last. Errors: untrusted for what read_zip_directory or Inflater refuse, an entry
/// outside the top folder or a link that leaves it; no_space before anything is written; interrupted. Then nothing
/// stays but what was there before.
base::Result<Unpacked>
unpack(effects::Files& files, effects::Events& events, effects::Interrupts& interrupts, const UnpackRequest& request);

} // namespace cudasetup::fetch
