#pragma once

#include "base/url.hpp"
#include "fetch/file_digests.hpp"

#include <memory>
#include <optional>
#include <string>

namespace cudasetup::fetch {

/// A download that is not complete: `TO.part`, and `TO.part.from`, which says of which address and version of the file
/// it is. The digests of what it holds are kept up to date, so that the file is read at most once.
class PartFile {
public:
  PartFile(effects::Files& files,
           effects::Interrupts& interrupts,
           std::string to,
           base::Url url,
           std::optional<base::Digest> known);

  /// Takes up what an earlier run left, if it is of this address, no longer than @p most bytes, and what follows can be
  /// checked to fit: by the server's validator or by the known digest. Else drops it.
  base::Result<void> take_up(std::optional<std::uint64_t> most);

  std::uint64_t bytes() const { return m_bytes; }
  const std::string& validator() const { return m_validator; }

  /// Drops what there is and begins a new one of that version.
  base::Result<void> begin(const std::string& validator);
  /// Goes on at the end.
  base::Result<void> go_on();
  base::Result<void> write(std::string_view bytes);
  /// Flushes to the disk; `go_on` may follow.
  base::Result<void> pause();
  /// Removes all of it.
  base::Result<void> drop();
  /// The digests of the whole; then `drop` or `publish`.
  StreamDigests::Sums sums() { return m_digests.finish(); }
  /// Renames it to its final name.
  base::Result<void> publish();

private:
  effects::Files& m_files;
  effects::Interrupts& m_interrupts;
  std::string m_to;
  std::string m_part;
  std::string m_note;
  base::Url m_url;
  std::optional<base::Digest> m_known;
  std::string m_validator;
  std::uint64_t m_bytes = 0;
  StreamDigests m_digests;
  std::unique_ptr<effects::FileWriter> m_writer;
};

} // namespace cudasetup::fetch
