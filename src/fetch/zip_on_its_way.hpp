#pragma once

#include "fetch/download.hpp"
#include "fetch/new_tree.hpp"
#include "fetch/unpack.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace cudasetup::fetch {

/// A zip that is downloaded, and unpacked while it arrives, in threads of its own. A server that gives ranges is asked
/// for the zip's directory first, and for its largest entries next; of another one the directory comes last, and the
/// zip is unpacked once it is whole.
class ZipOnItsWay {
public:
  /// Begins the download. @p tools: to be used from another thread from now on; the network by nobody else.
  /// @p download: as of `fetch::download`.
  ZipOnItsWay(const Tools& tools, DownloadRequest download);
  ZipOnItsWay(const ZipOnItsWay&) = delete;
  ZipOnItsWay(ZipOnItsWay&&) = delete;
  ZipOnItsWay& operator=(const ZipOnItsWay&) = delete;
  ZipOnItsWay& operator=(ZipOnItsWay&&) = delete;
  /// Ends what is not done: the download's part is kept, what was unpacked and has not taken its place is removed.
  ~ZipOnItsWay();

  const DownloadRequest& request() const { return m_download; }

  struct Size {
    /// Of the zip, that are still to come; and of its files.
    std::uint64_t to_come = 0;
    std::uint64_t total = 0;
    std::uint64_t unpacked = 0;
  };
  /// Waits until that is known: for the zip's directory, or where that comes last, for the whole zip. Errors: those of
  /// the download, and untrusted as read_zip_directory says.
  base::Result<Size> size();
  /// Begins to unpack: beside @p request's `to` alone, and of its `zip` the one that is downloaded. An Error of
  /// that other than untrusted ends the download.
  void unpack(const UnpackRequest& request);

  /// Waits for the whole, checked zip. Errors: those of the download, or what kept it from being unpacked.
  base::Result<Downloaded> wait_for_download();
  /// Waits until it is unpacked, and has it take its place; only after the download was waited for, with success. As
  /// `fetch::unpack`, which does it where that failed while the zip arrived.
  base::Result<Unpacked> put_in_place(const UnpackRequest& request);

private:
  /// The user's, or our own.
  class Stops : public effects::Interrupts {
  public:
    explicit Stops(effects::Interrupts& user) : m_user(user) {}
    int count() override { return m_user.count() + (m_stopped ? 1 : 0); }
    void stop() { m_stopped = true; }

  private:
    effects::Interrupts& m_user;
    std::atomic<bool> m_stopped{false};
  };

  void fetch();
  void write();
  /// What @p work comes to, an exception being a bug.
  template<typename Value, typename Work> base::Result<Value> guarded(Work work);

  effects::Interrupts& m_user;
  Stops m_stops;
  Tools m_tools;
  DownloadRequest m_download;
  ArrivingZip m_zip;
  std::optional<UnpackRequest> m_unpack;
  std::optional<NewTree> m_tree;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::optional<base::Result<Downloaded>> m_downloaded;
  std::optional<base::Result<Unpacked>> m_unpacked;
  std::jthread m_fetcher;
  std::jthread m_writer;
};

} // namespace cudasetup::fetch
