#pragma once

#include "base/hash.hpp"
#include "base/result.hpp"
#include "effects/files.hpp"
#include "effects/interrupts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::fetch {

/// SHA-256 of a stream, and MD5 beside it where that is what is known of the file.
class StreamDigests {
public:
  /// @p known: what the bytes must come to in the end, if that is known.
  explicit StreamDigests(const std::optional<base::Digest>& known);

  void update(std::string_view bytes);
  struct Sums {
    base::Digest sha256;
    /// The digest of the known one's kind.
    base::Digest comparable;
  };
  /// Of all bytes so far; spent then.
  Sums finish();

private:
  base::Hasher m_sha256;
  std::optional<base::Hasher> m_md5;
};

/// Adds the first @p bytes bytes of a file to @p digests; ErrorKind::interrupted when the user asks to stop.
base::Result<void> add_file(effects::Files& files,
                            effects::Interrupts& interrupts,
                            const std::string& path,
                            std::uint64_t bytes,
                            StreamDigests& digests);

} // namespace cudasetup::fetch
