#include "fetch/unpack.hpp"

#include "base/text.hpp"
#include "fetch/inflate.hpp"
#include "fetch/unpack_jobs.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <thread>

namespace cudasetup::fetch {

using base::ErrorKind;
using effects::FollowLinks;

namespace {

/// Names the zip, where what it holds is the fault.
base::Error with_zip(base::Error error, const std::string& zip)
{
  if (error.kind == ErrorKind::untrusted) {
    error.message = zip + " is refused: " + error.message;
    error.hints.push_back({"remove it, so that it is fetched again", base::Command{{"rm", zip}}});
  }
  return error;
}

constexpr unsigned k_most_threads = 16;
constexpr std::uint64_t k_longest_target = 4095;

class Unpacking {
public:
  Unpacking(effects::Files& files,
            effects::Events& events,
            effects::Interrupts& interrupts,
            const UnpackRequest& request)
      : m_files(files), m_events(events), m_interrupts(interrupts), m_request(request),
        m_new(request.to + std::string(k_new_suffix)), m_old(request.to + std::string(k_old_suffix))
  {
  }

  base::Result<Unpacked> run()
  {
    CUDASETUP_TRY(clear_up());
    CUDASETUP_TRY(check_destination(m_files, m_request.to));
    auto done = write_new();
    if (done) {
      if (auto placed = put_in_place(); !placed) {
        done = base::fail(std::move(placed).error());
      }
    }
    if (!done) {
      // What failed matters, not whether its remains could be removed.
      [[maybe_unused]] const auto removed = m_files.remove(m_new);
      return base::fail(explain(std::move(done).error()));
    }
    return done;
  }

private:
  bool exists(const std::string& path) { return m_files.status(path, FollowLinks::no).has_value(); }

  /// Undoes what a run left that was cut off.
  base::Result<void> clear_up()
  {
    for (const std::string& former : {m_old, m_request.former}) {
      if (!exists(m_request.to) && exists(former)) {
        CUDASETUP_TRY(m_files.rename(former, m_request.to));
      }
    }
    CUDASETUP_TRY(m_files.remove(m_old));
    return m_files.remove(m_new);
  }

  base::Result<Unpacked> write_new()
  {
    CUDASETUP_TRY_ASSIGN(m_view, m_files.view(m_request.zip));
    CUDASETUP_TRY_ASSIGN(m_entries, read_zip_directory(m_view->bytes(), ZipLimits{m_request.most_bytes}));
    CUDASETUP_TRY(check_tree());
    CUDASETUP_TRY(check_space());
    CUDASETUP_TRY(make_directories());
    CUDASETUP_TRY(write_files());
    CUDASETUP_TRY(make_links());
    CUDASETUP_TRY(m_files.sync(m_new));
    return Unpacked{m_to_write.size(), m_all_bytes};
  }

  base::Result<void> check_tree()
  {
    for (const ZipEntry& entry : m_entries) {
      const bool is_top = entry.name == m_request.top && entry.type == ZipType::directory;
      if (!is_top && !entry.name.starts_with(m_request.top + "/")) {
        return refuse(entry, "lies outside the folder " + m_request.top);
      }
      if (entry.type == ZipType::file) {
        m_to_write.push_back(&entry);
        m_all_bytes += entry.bytes;
      } else if (entry.type == ZipType::link && entry.bytes > k_longest_target) {
        return refuse(entry, "is a link without a proper target");
      }
    }
    // The largest first: it would keep all others waiting at the end.
    std::sort(m_to_write.begin(), m_to_write.end(), [](const ZipEntry* a, const ZipEntry* b) {
      return a->bytes != b->bytes ? a->bytes > b->bytes : a->name < b->name;
    });
    return {};
  }

  base::Result<void> check_space()
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

  std::string place_of(const std::string& name) const { return m_new + name.substr(m_request.top.size()); }

  base::Result<void> make_directories()
  {
    std::set<std::string> folders = {m_new};
    for (const ZipEntry& entry : m_entries) {
      const std::string place = place_of(entry.name);
      folders.insert(entry.type == ZipType::directory ? place : place.substr(0, place.rfind('/')));
    }
    for (const std::string& folder : folders) {
      CUDASETUP_TRY(m_files.make_directories(folder, 0755));
    }
    return {};
  }

  base::Result<void> write_files()
  {
    const unsigned cores = m_request.jobs != 0 ? m_request.jobs : std::thread::hardware_concurrency();
    Jobs jobs;
    jobs.pieces = m_to_write.size();
    jobs.threads = std::clamp(cores, 1u, k_most_threads);
    jobs.make_worker = [this] {
      return [this, inflater = std::make_shared<Inflater>()](std::size_t piece) {
        return write_file(*inflater, *m_to_write[piece]);
      };
    };
    jobs.meanwhile = [this] { return look_up(); };
    CUDASETUP_TRY(look_up());
    CUDASETUP_TRY(run_jobs(jobs));
    return look_up();
  }

  /// In a thread of its own.
  base::Result<void> write_file(Inflater& inflater, const ZipEntry& entry)
  {
    CUDASETUP_TRY_ASSIGN(const auto file,
                         m_files.create_sized(place_of(entry.name), entry.bytes, entry.executable ? 0755 : 0644));
    CUDASETUP_TRY(inflater.unpack(m_view->bytes(), entry, file->bytes()));
    CUDASETUP_TRY(file->close());
    m_done_bytes += entry.bytes;
    return {};
  }

  base::Result<void> look_up()
  {
    m_events.emit(effects::Progress{m_request.what, m_done_bytes, m_all_bytes});
    if (m_interrupts.count() > 0) {
      return base::fail(base::make_error(ErrorKind::interrupted, "interrupted while unpacking " + m_request.what)
                            .with_hint("run the same command again: the zip is kept"));
    }
    return {};
  }

  base::Result<void> make_links()
  {
    Inflater inflater;
    for (const ZipEntry& entry : m_entries) {
      if (entry.type != ZipType::link) {
        continue;
      }
      std::string target(entry.bytes, '\0');
      CUDASETUP_TRY(inflater.unpack(m_view->bytes(), entry, target));
      if (const std::string fault = fault_of_zip_link(entry.name, target); !fault.empty()) {
        return refuse(entry, fault);
      }
      CUDASETUP_TRY(m_files.make_link(place_of(entry.name), target));
    }
    return {};
  }

  base::Result<void> put_in_place()
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

  static tl::unexpected<base::Error> refuse(const ZipEntry& entry, const std::string& why)
  {
    return base::fail(ErrorKind::untrusted, "the entry \"" + base::printable(entry.name) + "\" " + why);
  }

  base::Error explain(base::Error error) const
  {
    return with_zip(std::move(error), m_request.zip).while_doing("unpacking " + m_request.what);
  }

  effects::Files& m_files;
  effects::Events& m_events;
  effects::Interrupts& m_interrupts;
  const UnpackRequest& m_request;
  std::string m_new;
  std::string m_old;
  std::unique_ptr<effects::FileView> m_view;
  std::vector<ZipEntry> m_entries;
  std::vector<const ZipEntry*> m_to_write;
  std::uint64_t m_all_bytes = 0;
  std::atomic<std::uint64_t> m_done_bytes{0};
};

bool is_libtorch_tree(effects::Files& files, const std::string& path)
{
  const auto version = files.status(path + "/build-version", FollowLinks::no);
  const auto cmake = files.status(path + "/share/cmake/Torch", FollowLinks::no);
  return version && version->type == effects::FileType::regular && cmake && cmake->type == effects::FileType::directory;
}

} // namespace

base::Result<void> check_destination(effects::Files& files, const std::string& to)
{
  const auto refuse = [](const std::string& why) {
    return base::fail(base::make_error(ErrorKind::refused, why)
                          .with_hint("choose another directory (--libtorch-dir), or move it away first"));
  };
  if (!to.starts_with('/') || to.find_first_not_of('/') == std::string::npos || to.find('/', 1) == std::string::npos) {
    return refuse(to + " is no place for LibTorch: it would take over a folder of the system");
  }
  const auto there = files.status(to, FollowLinks::no);
  if (!there) {
    return {};
  }
  if (there->type != effects::FileType::directory) {
    return refuse(to + " is there and is no directory; it is not replaced");
  }
  if (!files.list(to).empty() && !is_libtorch_tree(files, to)) {
    return refuse(to + " is there and holds something else than LibTorch; it is not replaced");
  }
  return {};
}

base::Result<std::uint64_t> unpacked_bytes(effects::Files& files, const std::string& zip)
{
  CUDASETUP_TRY_ASSIGN(const auto view, files.view(zip));
  auto entries = read_zip_directory(view->bytes(), ZipLimits{k_most_unpacked_bytes});
  if (!entries) {
    return base::fail(with_zip(std::move(entries).error(), zip));
  }
  std::uint64_t sum = 0;
  for (const ZipEntry& entry : *entries) {
    sum += entry.bytes;
  }
  return sum;
}

base::Result<Unpacked>
unpack(effects::Files& files, effects::Events& events, effects::Interrupts& interrupts, const UnpackRequest& request)
{
  return Unpacking(files, events, interrupts, request).run();
}

} // namespace cudasetup::fetch
