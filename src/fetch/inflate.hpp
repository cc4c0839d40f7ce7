#pragma once

#include "base/result.hpp"
#include "fetch/zip.hpp"

#include <memory>
#include <span>

namespace cudasetup::fetch {

/// Unpacks entries, one at a time; each thread has its own.
class Inflater {
public:
  Inflater();
  Inflater(const Inflater&) = delete;
  Inflater(Inflater&&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  Inflater& operator=(Inflater&&) = delete;
  ~Inflater();

  /// Unpacks @p entry of @p zip into @p out, which must have exactly its size. Refused (ErrorKind::untrusted): data
  /// that come to more or less, or whose CRC-32 is another.
  base::Result<void> unpack(std::span<const char> zip, const ZipEntry& entry, std::span<char> out);

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace cudasetup::fetch
