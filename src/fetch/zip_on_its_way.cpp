#include "fetch/zip_on_its_way.hpp"

#include <exception>

namespace cudasetup::fetch {

using base::ErrorKind;

ZipOnItsWay::ZipOnItsWay(const Tools& tools, DownloadRequest download)
    : m_user(tools.interrupts),
      m_stops(tools.interrupts), m_tools{tools.files, tools.network, tools.clock, tools.events, m_stops},
      m_download(std::move(download)), m_zip(tools.files, ZipLimits{k_most_unpacked_bytes})
{
  m_download.zip = &m_zip;
  m_fetcher = std::jthread([this] { fetch(); });
}

ZipOnItsWay::~ZipOnItsWay()
{
  m_stops.stop();
  m_zip.stop();
  m_fetcher.join();
  if (m_writer.joinable()) {
    m_writer.join();
  }
  if (m_tree) {
    m_tree->discard();
  }
}

template<typename Value, typename Work> base::Result<Value> ZipOnItsWay::guarded(Work work)
{
  try {
    return work();
  } catch (const std::exception& fault) {
    return base::fail(ErrorKind::bug, std::string("a thread failed: ") + fault.what());
  }
}

void ZipOnItsWay::fetch()
{
  auto downloaded = guarded<Downloaded>([this] { return download(m_tools, m_download); });
  const std::lock_guard guard(m_mutex);
  m_downloaded = std::move(downloaded);
  m_zip.ends();
  m_changed.notify_all();
}

void ZipOnItsWay::write()
{
  auto unpacked = guarded<Unpacked>([this] { return m_tree->write(m_zip); });
  // What is wrong with the zip itself, its digest tells first.
  if (!unpacked && unpacked.error().kind != ErrorKind::untrusted) {
    m_stops.stop();
  }
  const std::lock_guard guard(m_mutex);
  m_unpacked = std::move(unpacked);
  m_changed.notify_all();
}

base::Result<ZipOnItsWay::Size> ZipOnItsWay::size()
{
  Size size;
  if (const auto entries = m_zip.entries()) {
    for (const ZipEntry& entry : **entries) {
      size.unpacked += entry.bytes;
    }
    const ArrivingZip::Extent extent = m_zip.extent();
    size.total = extent.total;
    size.to_come = extent.total - extent.there;
    return size;
  }
  CUDASETUP_TRY_ASSIGN(const Downloaded downloaded, wait_for_download());
  size.total = downloaded.bytes;
  CUDASETUP_TRY_ASSIGN(size.unpacked, unpacked_bytes(m_tools.files, m_download.to));
  return size;
}

void ZipOnItsWay::unpack(const UnpackRequest& request)
{
  m_unpack = request;
  m_tree.emplace(m_tools.files, m_tools.events, m_stops, *m_unpack);
  m_writer = std::jthread([this] { write(); });
}

base::Result<Downloaded> ZipOnItsWay::wait_for_download()
{
  std::unique_lock lock(m_mutex);
  m_changed.wait(lock, [this] { return m_downloaded.has_value(); });
  const bool was_stopped = !*m_downloaded && m_downloaded->error().kind == ErrorKind::interrupted;
  if (was_stopped && m_user.count() == 0 && m_writer.joinable()) {
    m_changed.wait(lock, [this] { return m_unpacked.has_value(); });
    if (!*m_unpacked) {
      return base::fail(m_unpacked->error());
    }
  }
  return *m_downloaded;
}

base::Result<Unpacked> ZipOnItsWay::put_in_place(const UnpackRequest& request)
{
  if (m_writer.joinable()) {
    m_writer.join();
  }
  const bool is_there = m_tree && m_unpacked && *m_unpacked && !m_zip.is_void();
  if (m_tree && !is_there) {
    m_tree->discard();
    m_tree.reset();
  }
  if (!is_there) {
    return fetch::unpack(m_tools.files, m_tools.events, m_user, request);
  }
  NewTree tree(m_tools.files, m_tools.events, m_user, request);
  CUDASETUP_TRY(tree.put_former_back());
  CUDASETUP_TRY(tree.put_in_place());
  m_tree.reset();
  return **m_unpacked;
}

} // namespace cudasetup::fetch
