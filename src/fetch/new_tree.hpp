#pragma once

#include "fetch/arriving_zip.hpp"
#include "fetch/inflate.hpp"
#include "fetch/unpack.hpp"

#include <atomic>
#include <map>
#include <string>
#include <vector>

namespace cudasetup::fetch {

/// The directory `TO.cudasetup-new` of one UnpackRequest, until it takes its place.
class NewTree {
public:
  /// @p request: valid as long as this object.
  NewTree(effects::Files& files,
          effects::Events& events,
          effects::Interrupts& interrupts,
          const UnpackRequest& request);

  /// Undoes what a run left that was cut off while the tree took its place.
  base::Result<void> put_former_back();
  /// Makes it of @p zip, all cores at once, as the entries come, and flushes it to the disk. Changes nothing else.
  /// Errors: those of `unpack`, with nothing left.
  base::Result<Unpacked> write(ArrivingZip& zip);
  /// Has it take its place, and moves away what was there. Errors: those of `unpack`, with all as it was before.
  base::Result<void> put_in_place();
  /// Removes it.
  void discard();

private:
  bool exists(const std::string& path);
  base::Result<Unpacked> try_write(ArrivingZip& zip);
  base::Result<void> check_tree(const std::vector<ZipEntry>& entries);
  base::Result<void> check_space();
  std::string place_of(const std::string& name) const;
  base::Result<void> make_directories(const std::vector<ZipEntry>& entries);
  base::Result<void> write_files(ArrivingZip& zip);
  base::Result<void> write_entry(ArrivingZip& zip, Inflater& inflater, const ZipEntry& entry);
  base::Result<void> look_up();
  base::Result<void> make_links();
  base::Result<void> try_to_place();

  effects::Files& m_files;
  effects::Events& m_events;
  effects::Interrupts& m_interrupts;
  const UnpackRequest& m_request;
  std::string m_new;
  std::string m_old;
  std::uint64_t m_all_files = 0;
  std::uint64_t m_all_bytes = 0;
  std::atomic<std::uint64_t> m_done_bytes{0};
  std::mutex m_mutex;
  std::map<std::string, std::string> m_links; ///< targets by name
};

} // namespace cudasetup::fetch
