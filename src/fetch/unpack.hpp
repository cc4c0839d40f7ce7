#pragma once

#include "base/result.hpp"
#include "effects/events.hpp"
#include "effects/files.hpp"
#include "effects/interrupts.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cudasetup::fetch {

inline constexpr std::uint64_t k_most_unpacked_bytes = std::uint64_t{64} * 1024 * 1024 * 1024;

struct UnpackRequest {
  /// The zip file.
  std::string zip;
  /// The folder that all entries lie in, e.g. "libtorch"; what is in it becomes what is in @p to.
  std::string top;
  /// The directory to make. An empty one or a LibTorch tree that is there is replaced as a whole; nothing else is.
  std::string to;
  /// Where what was at @p to is moved, on the same file system, and stays. What an earlier run moved there stays
  /// there: then what is replaced now is removed.
  std::string former;
  /// For progress and messages.
  std::string what;
  /// A zip that unpacks to more is refused.
  std::uint64_t most_bytes = k_most_unpacked_bytes;
  /// Threads; 0 for as many as there are cores.
  unsigned jobs = 0;
};

struct Unpacked {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// What a directory under way, and one that is replaced and not kept, are called: `TO` and this. Nobody else has such
/// names, so that what a run left that was cut off can be removed.
inline constexpr std::string_view k_new_suffix = ".cudasetup-new";
inline constexpr std::string_view k_old_suffix = ".cudasetup-old";

/// Whether `unpack` may put a tree at @p to: nothing is there, or an empty directory, or one with `build-version` and
/// `share/cmake/Torch`, and it is no directory right under the root. An Error of kind refused otherwise. Changes
/// nothing.
base::Result<void> check_destination(effects::Files& files, const std::string& to);

/// What the files of a zip come to, unpacked. Errors: untrusted as read_zip_directory says.
base::Result<std::uint64_t> unpacked_bytes(effects::Files& files, const std::string& zip);

/// Unpacks a zip, all cores at once, into `TO.cudasetup-new`, and puts it in its place when it is whole, checked and on
/// the disk; what was there is moved to `former` only then. Files get 0644, or 0755 where the zip lets somebody
/// execute them; directories 0755; links are made last. Errors: untrusted for what read_zip_directory or Inflater
/// refuse, an entry outside the top folder or a link that leaves it; refused as check_destination says; no_space before
/// anything is written; interrupted. Then nothing stays but what was there before.
base::Result<Unpacked>
unpack(effects::Files& files, effects::Events& events, effects::Interrupts& interrupts, const UnpackRequest& request);

} // namespace cudasetup::fetch
