#include "fetch/download.hpp"

#include "fetch/file_download.hpp"
#include "fetch/pace.hpp"

#include <algorithm>
#include <deque>
#include <future>
#include <memory>
#include <numeric>

namespace cudasetup::fetch {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds k_between_events{100};
constexpr milliseconds k_nap{200};
constexpr milliseconds k_longest_wait{50};
/// Connections for several files to begin with.
constexpr unsigned k_first_connections = 4;
/// Read back at a time, while more arrives.
constexpr std::uint64_t k_read_back = 16u * 1024 * 1024;
/// Files that are flushed to the disk while others arrive.
constexpr std::size_t k_most_publishing = 4;

std::uint64_t bytes_of(const DownloadRequest& request)
{
  return request.bytes.value_or(FileDownload::k_all);
}

/// All files of one call.
class Downloads {
public:
  Downloads(const Tools& tools, std::span<const DownloadRequest> requests, std::string what)
      : m_tools(tools), m_requests(requests), m_what(std::move(what)), m_results(requests.size()),
        m_pace(requests.size() > 1 ? k_first_connections : 1,
               std::max(1u, tools.network.limits().connections),
               tools.clock.steady())
  {
    m_waiting.resize(requests.size());
    std::iota(m_waiting.begin(), m_waiting.end(), std::size_t{0});
    std::stable_sort(m_waiting.begin(), m_waiting.end(), [&](std::size_t one, std::size_t other) {
      return bytes_of(requests[one]) > bytes_of(requests[other]);
    });
  }

  base::Result<std::vector<Downloaded>> run()
  {
    auto done = fetch_all();
    if (!done) {
      for (const auto& one : m_open) {
        one->file.leave();
      }
    }
    // What is whole gets its name also where another file was not to be had.
    auto published = publish_down_to(0);
    if (!done) {
      return base::fail(std::move(done).error());
    }
    if (!published) {
      return base::fail(std::move(published).error());
    }
    return std::move(m_results);
  }

private:
  struct One {
    One(Downloads& all, std::size_t place)
        : number(place), file(all.m_tools, all.m_requests[place], [&all](const Arrival& what) { all.arrived(what); })
    {
    }
    std::size_t number;
    FileDownload file;
  };
  struct Publishing {
    std::unique_ptr<One> one;
    std::future<base::Result<Downloaded>> result;
  };

  base::Result<void> fetch_all()
  {
    while (!m_waiting.empty() || !m_open.empty()) {
      if (m_tools.interrupts.count() > 0) {
        return base::fail(interrupted());
      }
      CUDASETUP_TRY(fill());
      CUDASETUP_TRY(listen());
      CUDASETUP_TRY(work());
    }
    return m_error ? base::Result<void>(base::fail(*std::move(m_error))) : base::Result<void>{};
  }

  /// Puts as many connections to work as are worth having: first files without one, then new files, then parts of
  /// those under way.
  base::Result<void> fill()
  {
    let_go();
    while (connections() < m_pace.connections()) {
      const bool has_spare = m_waiting.empty() && m_pace.connections() > m_open.size();
      const std::uint64_t most = has_spare ? m_pace.chunk() : FileDownload::k_all;
      if (start_idle(most)) {
        continue;
      }
      if (!m_waiting.empty()) {
        m_open.push_back(std::make_unique<One>(*this, m_waiting.front()));
        m_waiting.pop_front();
        CUDASETUP_TRY(m_open.back()->file.open());
        m_open.back()->file.start(FileDownload::k_all);
      } else if (!start_part(most)) {
        break;
      }
    }
    return {};
  }

  /// Connections that were tried and bring nothing. A file's only one goes on.
  void let_go()
  {
    for (std::size_t more = connections(); more > m_pace.connections(); --more) {
      const auto most = std::max_element(m_open.begin(), m_open.end(), [](const auto& one, const auto& other) {
        return one->file.connections() < other->file.connections();
      });
      if ((*most)->file.connections() < 2) {
        return;
      }
      (*most)->file.let_one_go();
    }
  }

  bool start_idle(std::uint64_t most)
  {
    return std::any_of(m_open.begin(), m_open.end(), [&](const std::unique_ptr<One>& one) {
      return one->file.connections() == 0 && one->file.start(most);
    });
  }

  bool start_part(std::uint64_t most)
  {
    std::vector<FileDownload*> files;
    for (const auto& one : m_open) {
      if (one->file.connections() > 0) {
        files.push_back(&one->file);
      }
    }
    std::stable_sort(files.begin(), files.end(), [](const FileDownload* one, const FileDownload* other) {
      return one->left() / one->connections() > other->left() / other->connections();
    });
    return std::any_of(files.begin(), files.end(), [most](FileDownload* file) { return file->start(most); });
  }

  base::Result<void> listen()
  {
    const bool has_work =
        std::any_of(m_open.begin(), m_open.end(), [](const auto& one) { return one->file.is_behind(); });
    if (connections() > 0) {
      for (const effects::EndedTransfer& transfer : m_tools.network.wait(has_work ? milliseconds(0) : k_longest_wait)) {
        const auto owner =
            std::find_if(m_open.begin(), m_open.end(), [&](const auto& one) { return one->file.owns(transfer.id); });
        if (owner == m_open.end()) {
          continue;
        }
        if (auto ended = (*owner)->file.ended(transfer); !ended) {
          CUDASETUP_TRY(give_up(owner, std::move(ended).error()));
        }
      }
      m_pace.tick(m_tools.clock.steady(), at_work());
    } else if (!has_work) {
      sleep();
    }
    return {};
  }

  /// Until the next try of a file, in short naps.
  void sleep()
  {
    const auto now = m_tools.clock.steady();
    auto due = now;
    for (const auto& one : m_open) {
      if (one->file.due() > now) {
        due = due == now ? one->file.due() : std::min(due, one->file.due());
      }
    }
    if (due > now) {
      m_tools.clock.sleep(std::min(k_nap, std::chrono::ceil<milliseconds>(due - now)));
    }
  }

  base::Result<void> work()
  {
    for (std::size_t i = 0; i < m_open.size();) {
      const auto at = m_open.begin() + static_cast<std::ptrdiff_t>(i);
      if (auto worked = (*at)->file.work(k_read_back); !worked) {
        CUDASETUP_TRY(give_up(at, std::move(worked).error()));
        continue;
      }
      if (!m_open[i]->file.is_checked()) {
        ++i;
        continue;
      }
      auto one = std::move(*at);
      m_open.erase(at);
      FileDownload& file = one->file;
      m_done_bytes += file.bytes();
      tell_progress(file.total());
      // Flushing takes a while: others may arrive meanwhile.
      auto result = std::async(std::launch::async, [&file] { return file.publish(); });
      m_publishing.push_back({std::move(one), std::move(result)});
      CUDASETUP_TRY(publish_down_to(k_most_publishing));
    }
    return {};
  }

  /// Goes on without a file that cannot be had, and without others of a server that never answered.
  base::Result<void> give_up(std::vector<std::unique_ptr<One>>::iterator one, base::Error error)
  {
    FileDownload& file = (*one)->file;
    if (error.kind != base::ErrorKind::network && error.kind != base::ErrorKind::untrusted) {
      return base::fail(std::move(error));
    }
    if (!file.has_answered()) {
      std::erase_if(m_waiting,
                    [&](std::size_t number) { return m_requests[number].url.host() == file.request().url.host(); });
    }
    m_error = m_error ? m_error : std::optional(std::move(error));
    file.leave();
    m_open.erase(one);
    return {};
  }

  base::Result<void> publish_down_to(std::size_t most)
  {
    base::Result<void> all{};
    while (m_publishing.size() > most) {
      auto done = m_publishing.front().result.get();
      if (done) {
        m_results[m_publishing.front().one->number] = *done;
      } else if (all) {
        all = base::fail(std::move(done).error());
      }
      m_publishing.pop_front();
    }
    return all;
  }

  std::size_t connections() const
  {
    return std::accumulate(m_open.begin(), m_open.end(), std::size_t{0}, [](std::size_t sum, const auto& one) {
      return sum + one->file.connections();
    });
  }

  unsigned at_work() const
  {
    return std::accumulate(m_open.begin(), m_open.end(), 0u, [](unsigned sum, const auto& one) {
      return sum + static_cast<unsigned>(one->file.connections_at_work());
    });
  }

  void arrived(const Arrival& what)
  {
    m_pace.arrived(what.bytes);
    if (what.bytes == 0) {
      m_pace.answered(what.after);
    }
    const bool is_first_of_one = what.bytes == 0 && m_requests.size() == 1 && at_work() < 2;
    if (is_first_of_one || m_tools.clock.steady() - m_last_event >= k_between_events) {
      tell_progress(m_requests.size() == 1 ? m_open.front()->file.total() : std::nullopt);
    }
  }

  /// @p total_of_one: of a file that is fetched alone.
  void tell_progress(std::optional<std::uint64_t> total_of_one)
  {
    m_last_event = m_tools.clock.steady();
    std::uint64_t done = m_done_bytes;
    for (const auto& one : m_open) {
      done += one->file.bytes();
    }
    std::optional<std::uint64_t> total = total_of_one;
    if (m_requests.size() > 1) {
      total = 0;
      for (const DownloadRequest& request : m_requests) {
        total = total && request.bytes ? std::optional(*total + *request.bytes) : std::nullopt;
      }
    }
    m_tools.events.emit(effects::Progress{m_what, done, total});
  }

  base::Error interrupted() const
  {
    const std::string& what = m_open.empty() ? m_what : m_open.front()->file.request().what;
    return (m_open.empty() ? base::make_error(base::ErrorKind::interrupted, "interrupted while downloading " + m_what)
                           : m_open.front()->file.interrupted())
        .while_doing("downloading " + what);
  }

  const Tools& m_tools;
  std::span<const DownloadRequest> m_requests;
  std::string m_what;
  std::vector<Downloaded> m_results;
  std::deque<std::size_t> m_waiting; ///< numbers of requests, the largest first
  std::vector<std::unique_ptr<One>> m_open;
  std::deque<Publishing> m_publishing;
  std::optional<base::Error> m_error; ///< the first of a file that was given up
  std::uint64_t m_done_bytes = 0;
  std::chrono::steady_clock::time_point m_last_event;
  Pace m_pace;
};

} // namespace

base::Result<Downloaded> download(const Tools& tools, const DownloadRequest& request)
{
  CUDASETUP_TRY_ASSIGN(auto all, download_all(tools, {&request, 1}, request.what));
  return all.front();
}

base::Result<std::vector<Downloaded>>
download_all(const Tools& tools, std::span<const DownloadRequest> requests, const std::string& what)
{
  return Downloads(tools, requests, what).run();
}

} // namespace cudasetup::fetch
