#include "fetch/arriving_zip.hpp"

#include <algorithm>

namespace cudasetup::fetch {

using base::ErrorKind;

namespace {

/// Of the end of the file: the directory of some ten thousand entries is in it as a rule.
constexpr std::uint64_t k_tail = 1024u * 1024;
/// Entries that hold such a part of all packed bytes come before the others. There are few of them, so that the rest
/// comes in few requests.
constexpr std::uint64_t k_large_part = 8;

static_assert(k_tail >= k_zip_tail);

bool covers(const Spans& spans, const Span& wanted)
{
  const std::vector<Span>& all = spans.all();
  const auto behind = std::upper_bound(
      all.begin(), all.end(), wanted.from, [](std::uint64_t at, const Span& span) { return at < span.from; });
  return behind != all.begin() && std::prev(behind)->to >= wanted.to;
}

std::uint64_t begin_of_tail(std::uint64_t total)
{
  return total > k_tail ? total - k_tail : 0;
}

} // namespace

ArrivingZip::ArrivingZip(effects::Files& files, ZipLimits limits) : m_files(files), m_limits(limits) {}

void ArrivingZip::has(const Arrived& arrived)
{
  const Lock lock(m_mutex);
  m_extent = {arrived.spans.bytes(), arrived.total};
  if (m_error || m_stopped || !covers(arrived.spans, {begin_of_tail(arrived.total), arrived.total})) {
    return;
  }
  if (m_edition && *m_edition != arrived.edition) {
    m_error = base::make_error(ErrorKind::untrusted, "it changed while it was fetched");
  } else if (!m_entries) {
    read_directory(arrived);
  }
  if (m_entries && !m_error) {
    find_ready(arrived.spans);
  }
  m_changed.notify_all();
}

void ArrivingZip::read_directory(const Arrived& arrived)
{
  m_edition = arrived.edition;
  if (!m_view) {
    auto view = m_files.view(arrived.file);
    if (!view || (*view)->bytes().size() != arrived.total) {
      m_error = view ? base::make_error(ErrorKind::untrusted, "it has another length than it should") : view.error();
      return;
    }
    m_view = *std::move(view);
  }
  if (!m_directory) {
    auto directory = find_zip_directory(m_view->bytes(), begin_of_tail(arrived.total));
    if (!directory) {
      m_error = std::move(directory).error();
      return;
    }
    m_directory = *directory;
  }
  if (!covers(arrived.spans, {m_directory->offset, arrived.total})) {
    return;
  }
  auto entries = read_zip_entries(m_view->bytes(), *m_directory, m_limits);
  if (!entries) {
    m_error = std::move(entries).error();
    return;
  }
  m_entries = *std::move(entries);
  m_places.resize(m_entries->size());
  for (std::size_t i = 0; i < m_entries->size(); ++i) {
    if ((*m_entries)[i].type != ZipType::directory) {
      m_awaited.push_back(i);
    }
  }
  // The largest first: it would keep all others waiting at the end.
  std::stable_sort(m_awaited.begin(), m_awaited.end(), [this](std::size_t one, std::size_t other) {
    return (*m_entries)[one].bytes > (*m_entries)[other].bytes;
  });
  for (std::size_t place = 0; place < m_awaited.size(); ++place) {
    const ZipEntry& entry = (*m_entries)[m_awaited[place]];
    m_places[m_awaited[place]] = place;
    if (entry.end - entry.header_offset >= std::max(k_tail, arrived.total / k_large_part)) {
      m_first.push_back({entry.header_offset, entry.end});
    }
  }
}

void ArrivingZip::find_ready(const Spans& spans)
{
  std::erase_if(m_awaited, [&](std::size_t number) {
    const ZipEntry& entry = (*m_entries)[number];
    const bool is_there = covers(spans, {entry.header_offset, entry.end});
    if (is_there) {
      m_ready.emplace(m_places[number], number);
    }
    return is_there;
  });
}

std::vector<Span> ArrivingZip::wanted_first(std::uint64_t total) const
{
  const Lock lock(m_mutex);
  if (m_error) {
    return {};
  }
  std::vector<Span> first = {{begin_of_tail(total), total}};
  if (m_directory) {
    first.push_back({m_directory->offset, total});
  }
  first.insert(first.end(), m_first.begin(), m_first.end());
  return first;
}

void ArrivingZip::ends()
{
  const Lock lock(m_mutex);
  m_ended = true;
  m_changed.notify_all();
}

void ArrivingZip::stop()
{
  const Lock lock(m_mutex);
  m_stopped = true;
  m_changed.notify_all();
}

bool ArrivingZip::is_void() const
{
  const Lock lock(m_mutex);
  return m_error.has_value();
}

ArrivingZip::Extent ArrivingZip::extent() const
{
  const Lock lock(m_mutex);
  return m_extent;
}

base::Error ArrivingZip::never_came() const
{
  return m_error ? *m_error : base::make_error(ErrorKind::untrusted, "it is not whole");
}

base::Result<const std::vector<ZipEntry>*> ArrivingZip::entries()
{
  Lock lock(m_mutex);
  m_changed.wait(lock, [this] { return m_entries || m_error || m_stopped || m_ended; });
  if (!m_entries || m_error) {
    return base::fail(never_came());
  }
  return &*m_entries;
}

base::Result<const ZipEntry*> ArrivingZip::next()
{
  Lock lock(m_mutex);
  m_changed.wait(lock, [this] { return !m_ready.empty() || m_error || m_stopped || m_ended || m_awaited.empty(); });
  if (m_error || m_stopped) {
    return base::fail(never_came());
  }
  if (m_ready.empty()) {
    return m_awaited.empty() ? base::Result<const ZipEntry*>(nullptr) : base::fail(never_came());
  }
  ZipEntry& entry = (*m_entries)[m_ready.begin()->second];
  m_ready.erase(m_ready.begin());
  CUDASETUP_TRY(find_zip_data(m_view->bytes(), entry));
  return &entry;
}

} // namespace cudasetup::fetch
