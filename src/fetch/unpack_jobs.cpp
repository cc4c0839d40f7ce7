#include "fetch/unpack_jobs.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace cudasetup::fetch {

namespace {

constexpr std::chrono::milliseconds k_between_looks{100};

class Crew {
public:
  explicit Crew(const Jobs& jobs) : m_jobs(jobs) {}
  Crew(const Crew&) = delete;
  Crew(Crew&&) = delete;
  Crew& operator=(const Crew&) = delete;
  Crew& operator=(Crew&&) = delete;
  ~Crew()
  {
    {
      const std::lock_guard guard(m_mutex);
      if (m_working > 0) {
        m_stop = true;
        m_jobs.stop();
      }
    }
    for (std::thread& thread : m_threads) {
      thread.join();
    }
  }

  base::Result<void> run()
  {
    start();
    std::unique_lock guard(m_mutex);
    while (!m_changed.wait_for(guard, k_between_looks, [this] { return m_working == 0; })) {
      guard.unlock();
      auto said = m_jobs.meanwhile();
      guard.lock();
      if (!said) {
        end_with(std::move(said).error());
      }
    }
    if (m_error) {
      return base::fail(*std::move(m_error));
    }
    return {};
  }

private:
  void start()
  {
    for (unsigned i = 0; i < m_jobs.threads; ++i) {
      {
        const std::lock_guard guard(m_mutex);
        ++m_working;
      }
      try {
        m_threads.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        // The system gives no more threads; the first one's work can be done here.
        if (i == 0) {
          work();
        } else {
          const std::lock_guard guard(m_mutex);
          --m_working;
        }
        return;
      }
    }
  }

  void work()
  {
    std::optional<base::Error> error;
    try {
      error = do_pieces();
    } catch (const std::exception& fault) {
      error = base::make_error(base::ErrorKind::bug, std::string("a thread failed: ") + fault.what());
    }
    const std::lock_guard guard(m_mutex);
    if (error) {
      end_with(*std::move(error));
    }
    --m_working;
    m_changed.notify_all();
  }

  std::optional<base::Error> do_pieces()
  {
    const auto worker = m_jobs.make_worker();
    while (!m_stop) {
      const base::Result<bool> done = worker();
      if (!done) {
        return done.error();
      }
      if (!*done) {
        break;
      }
    }
    return std::nullopt;
  }

  /// The mutex is held.
  void end_with(base::Error error)
  {
    m_stop = true;
    if (!m_error) {
      m_error = std::move(error);
    }
    m_jobs.stop();
  }

  const Jobs& m_jobs;
  std::atomic<bool> m_stop{false};
  std::mutex m_mutex;
  std::condition_variable m_changed;
  unsigned m_working = 0;
  std::optional<base::Error> m_error;
  std::vector<std::thread> m_threads;
};

} // namespace

base::Result<void> run_jobs(const Jobs& jobs)
{
  return Crew(jobs).run();
}

} // namespace cudasetup::fetch
