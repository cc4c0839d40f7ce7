#pragma once

#include "effects/files.hpp"
#include "fetch/spans.hpp"
#include "fetch/zip.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cudasetup::fetch {

/// What is there of a file on its way.
struct Arrived {
  const std::string& file;
  const Spans& spans;
  std::uint64_t total = 0;
  /// Another number where the file was begun anew: what was read of it before is void.
  unsigned edition = 0;
};

/// A zip of which ever more bytes are there. One thread tells what has come; others take the entries, each as soon as
/// all its bytes are there. No other bytes are ever read.
class ArrivingZip {
public:
  ArrivingZip(effects::Files& files, ZipLimits limits);

  // For the thread that fetches it:
  void has(const Arrived& arrived);
  /// What should come first, in that order: the directory, then the entries that take longest to unpack.
  std::vector<Span> wanted_first(std::uint64_t total) const;
  /// No more comes. What is not there by then never is.
  void ends();

  // For those that unpack it:
  /// All entries, as soon as the directory is there; valid as long as this object. Errors: untrusted as
  /// read_zip_entries says, or where the file was begun anew or ended without a directory.
  base::Result<const std::vector<ZipEntry>*> entries();
  struct Extent {
    std::uint64_t there = 0;
    std::uint64_t total = 0;
  };
  /// How much of the file is there, as far as that was told.
  Extent extent() const;
  /// A file or link that nobody has taken yet, with its bytes found, the largest of those that are there; nullptr:
  /// there are none left. Errors: untrusted as find_zip_data says, or where they do not come.
  base::Result<const ZipEntry*> next();
  /// The file, of which only the bytes of entries that were taken may be read.
  std::span<const char> bytes() const { return m_view->bytes(); }
  /// Ends all waiting, for good.
  void stop();
  /// Whether it was begun anew, or is not what it seemed: nothing that was read of it counts.
  bool is_void() const;

private:
  using Lock = std::unique_lock<std::mutex>;

  void read_directory(const Arrived& arrived);
  void find_ready(const Spans& spans);
  base::Error never_came() const;

  effects::Files& m_files;
  ZipLimits m_limits;
  mutable std::mutex m_mutex;
  std::condition_variable m_changed;
  std::optional<unsigned> m_edition; ///< that is read
  std::unique_ptr<effects::FileView> m_view;
  std::optional<ZipDirectory> m_directory;
  std::optional<std::vector<ZipEntry>> m_entries;
  std::vector<std::size_t> m_awaited; ///< numbers of entries, the largest first
  /// Places in that order, and numbers, of those that are there.
  std::set<std::pair<std::size_t, std::size_t>> m_ready;
  std::vector<std::size_t> m_places; ///< by number
  std::vector<Span> m_first;         ///< of the largest
  std::optional<base::Error> m_error;
  Extent m_extent;
  bool m_stopped = false;
  bool m_ended = false;
};

} // namespace cudasetup::fetch
