#include "fetch/new_tree.hpp"

#include "base/text.hpp"
#include "fetch/unpack_jobs.hpp"

#include <algorithm>
#include <set>
#include <thread>

namespace cudasetup::fetch {

using base::ErrorKind;

namespace {

constexpr unsigned k_most_threads = 16;
constexpr std::uint64_t k_longest_target = 4095;

tl::unexpected<base::Error> refuse(const ZipEntry& entry, const std::string& why)
{
  return base::fail(ErrorKind::untrusted, "the entry \"" + base::printable(entry.name) + "\" " + why);
}

} // namespace

NewTree::NewTree(effects::Files& files,
                 effects::Events& events,
                 effects::Interrupts& interrupts,
                 const UnpackRequest& request)
    : m_files(files), m_events(events), m_interrupts(interrupts), m_request(request),
      m_new(request.to + std::string(k_new_suffix)), m_old(request.to + std::string(k_old_suffix))
{
}

bool NewTree::exists(const std::string& path)
{
  return m_files.status(path, effects::FollowLinks::no).has_value();
}

base::Result<void> NewTree::put_former_back()
{
  for (const std::string& former : {m_old, m_request.former}) {
    if (!exists(m_request.to) && exists(former)) {
      CUDASETUP_TRY(m_files.rename(former, m_request.to));
    }
  }
  return m_files.remove(m_old);
}

void NewTree::discard()
{
  // What failed matters, not whether its remains could be removed.
  static_cast<void>(m_files.remove(m_new));
}

base::Result<Unpacked> NewTree::write(ArrivingZip& zip)
{
  CUDASETUP_TRY(m_files.remove(m_new));
  CUDASETUP_TRY(check_destination(m_files, m_request.to));
  auto done = try_write(zip);
  if (!done) {
    discard();
  }
  return done;
}

base::Result<Unpacked> NewTree::try_write(ArrivingZip& zip)
{
  CUDASETUP_TRY_ASSIGN(const std::vector<ZipEntry>* entries, zip.entries());
  CUDASETUP_TRY(check_tree(*entries));
  CUDASETUP_TRY(check_space());
  CUDASETUP_TRY(make_directories(*entries));
  CUDASETUP_TRY(write_files(zip));
  CUDASETUP_TRY(make_links());
  CUDASETUP_TRY(m_files.sync(m_new));
  return Unpacked{m_all_files, m_all_bytes};
}

base::Result<void> NewTree::check_tree(const std::vector<ZipEntry>& entries)
{
  for (const ZipEntry& entry : entries) {
    const bool is_top = entry.name == m_request.top && entry.type == ZipType::directory;
    if (!is_top && !entry.name.starts_with(m_request.top + "/")) {
      return refuse(entry, "lies outside the folder " + m_request.top);
    }
    if (entry.type == ZipType::file) {
      ++m_all_files;
      m_all_bytes += entry.bytes;
    } else if (entry.type == ZipType::link && entry.bytes > k_longest_target) {
      return refuse(entry, "is a link without a proper target");
    }
  }
  return {};
}

base::Result<void> NewTree::check_space()
{
  const auto space = m_files.space(m_request.to);
  if (space && space->free_bytes < m_all_bytes) {
    return base::fail(
        base::make_error(ErrorKind::no_space,
                         m_request.what + " needs " + base::human_bytes(m_all_bytes) + " in " + m_request.to +
                             ", and " + base::human_bytes(space->free_bytes) + " are free")
            .with_hint("make room there, or choose another directory (--libtorch-dir)", base::Command{{"df", "-h"}}));
  }
  return {};
}

std::string NewTree::place_of(const std::string& name) const
{
  return m_new + name.substr(m_request.top.size());
}

base::Result<void> NewTree::make_directories(const std::vector<ZipEntry>& entries)
{
  std::set<std::string> folders = {m_new};
  for (const ZipEntry& entry : entries) {
    const std::string place = place_of(entry.name);
    folders.insert(entry.type == ZipType::directory ? place : place.substr(0, place.rfind('/')));
  }
  for (const std::string& folder : folders) {
    CUDASETUP_TRY(m_files.make_directories(folder, 0755));
  }
  return {};
}

base::Result<void> NewTree::write_files(ArrivingZip& zip)
{
  const unsigned cores = m_request.jobs != 0 ? m_request.jobs : std::thread::hardware_concurrency();
  Jobs jobs;
  jobs.threads = std::clamp(cores, 1u, k_most_threads);
  jobs.make_worker = [this, &zip] {
    return [this, &zip, inflater = std::make_shared<Inflater>()]() -> base::Result<bool> {
      CUDASETUP_TRY_ASSIGN(const ZipEntry* entry, zip.next());
      if (entry != nullptr) {
        CUDASETUP_TRY(write_entry(zip, *inflater, *entry));
      }
      return entry != nullptr;
    };
  };
  jobs.meanwhile = [this] { return look_up(); };
  jobs.stop = [&zip] { zip.stop(); };
  CUDASETUP_TRY(look_up());
  CUDASETUP_TRY(run_jobs(jobs));
  return look_up();
}

/// In a thread of its own.
base::Result<void> NewTree::write_entry(ArrivingZip& zip, Inflater& inflater, const ZipEntry& entry)
{
  if (entry.type == ZipType::link) {
    std::string target(entry.bytes, '\0');
    CUDASETUP_TRY(inflater.unpack(zip.bytes(), entry, target));
    if (const std::string fault = fault_of_zip_link(entry.name, target); !fault.empty()) {
      return refuse(entry, fault);
    }
    const std::lock_guard guard(m_mutex);
    m_links[entry.name] = std::move(target);
    return {};
  }
  CUDASETUP_TRY_ASSIGN(const auto file,
                       m_files.create_sized(place_of(entry.name), entry.bytes, entry.executable ? 0755 : 0644));
  CUDASETUP_TRY(inflater.unpack(zip.bytes(), entry, file->bytes()));
  CUDASETUP_TRY(file->close());
  m_done_bytes += entry.bytes;
  return {};
}

base::Result<void> NewTree::look_up()
{
  m_events.emit(effects::Progress{"unpacking " + m_request.what, m_done_bytes, m_all_bytes});
  if (m_interrupts.count() > 0) {
    return base::fail(base::make_error(ErrorKind::interrupted, "interrupted while unpacking " + m_request.what)
                          .with_hint("run the same command again: the zip is kept"));
  }
  return {};
}

/// Last, so that nothing is written through one.
base::Result<void> NewTree::make_links()
{
  for (const auto& [name, target] : m_links) {
    CUDASETUP_TRY(m_files.make_link(place_of(name), target));
  }
  return {};
}

base::Result<void> NewTree::put_in_place()
{
  auto placed = try_to_place();
  if (!placed) {
    discard();
  }
  return placed;
}

base::Result<void> NewTree::try_to_place()
{
  // Somebody may have put something there since.
  CUDASETUP_TRY(check_destination(m_files, m_request.to));
  const bool replaces = exists(m_request.to);
  const std::string& former = exists(m_request.former) ? m_old : m_request.former;
  if (replaces) {
    CUDASETUP_TRY(m_files.rename(m_request.to, former));
  }
  if (auto placed = m_files.rename(m_new, m_request.to); !placed) {
    if (replaces) {
      CUDASETUP_TRY(m_files.rename(former, m_request.to));
    }
    return placed;
  }
  if (auto removed = m_files.remove(m_old); !removed) {
    m_events.emit(
        effects::Notice{"the former " + m_request.to + " is left as " + m_old + ": " + removed.error().message});
  }
  return {};
}

} // namespace cudasetup::fetch
