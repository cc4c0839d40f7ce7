#pragma once

#include "base/url.hpp"
#include "fetch/file_digests.hpp"
#include "fetch/spans.hpp"

#include <memory>
#include <optional>
#include <string>

namespace cudasetup::fetch {

/// What a download to that file leaves beside it where it is cut off: see PartFile.
struct PartNames {
  std::string part;
  std::string note;
};
PartNames part_names(const std::string& to);

/// A download that is not complete: `TO.part`, and `TO.part.from`, which says of which address and version of the file
/// it is, and which bytes are there once they are not simply those from the beginning on. The digests follow what there
/// is from the beginning on: while it arrives, and for what arrived before its turn by reading it back.
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

  /// Its name while it is not complete.
  const std::string& path() const { return m_part; }
  /// Another number after each `drop`.
  unsigned edition() const { return m_edition; }
  /// Whether there is one of some version.
  bool is_begun() const { return m_begun; }
  const Spans& here() const { return m_here; }
  std::uint64_t bytes() const { return m_here.bytes(); }
  const std::string& validator() const { return m_validator; }
  /// The length of the whole, where it was told.
  std::optional<std::uint64_t> total() const { return m_total; }

  /// Drops what there is and begins a new one of that version.
  base::Result<void> begin(const std::string& validator, std::optional<std::uint64_t> total);
  /// Goes on with what there is.
  base::Result<void> go_on();
  base::Result<void> write_at(std::uint64_t offset, std::string_view bytes);
  /// Writes down which bytes there are, for a run that comes after this one was cut off.
  base::Result<void> record();
  /// Reads back at most @p most bytes that the digests lack although they are there; whether there are more of them.
  base::Result<bool> catch_up(std::uint64_t most);
  /// Flushes to the disk; `go_on` may follow.
  base::Result<void> pause();
  /// Removes all of it.
  base::Result<void> drop();
  /// The digests of the whole, once `catch_up` has nothing more to do; then `drop` or `publish`.
  StreamDigests::Sums sums() { return m_digests.finish(); }
  /// Renames it to its final name.
  base::Result<void> publish();

private:
  base::Result<void> write_note(const std::string& spans);
  std::optional<Spans> noted_spans(std::string_view line, std::uint64_t file_bytes);

  effects::Files& m_files;
  effects::Interrupts& m_interrupts;
  std::string m_to;
  std::string m_part;
  std::string m_note;
  base::Url m_url;
  std::optional<base::Digest> m_known;
  std::string m_validator;
  std::optional<std::uint64_t> m_total;
  bool m_begun = false;
  unsigned m_edition = 0;
  Spans m_here;
  bool m_spans_are_noted = false; ///< the note names spans: the file's length tells nothing any more
  std::uint64_t m_recorded = 0;   ///< bytes that the note names
  StreamDigests m_digests;
  std::uint64_t m_hashed = 0; ///< bytes from the beginning that are in the digests
  std::unique_ptr<effects::FileWriter> m_writer;
};

} // namespace cudasetup::fetch
