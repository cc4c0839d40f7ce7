#include "system/curl_network.hpp"

#include "system/curl_transfer.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include <curl/curl.h>

namespace cudasetup::system {

using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

/// How soon an interrupt is noticed while nothing arrives.
constexpr milliseconds k_longest_poll{100};

/// Makes libcurl and its TLS ready, once. Not at the start of the program: most runs fetch nothing, and it is a good
/// part of the time that a dry run takes.
void make_curl_ready()
{
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)ready;
}

} // namespace

std::vector<std::string> usual_ca_bundles()
{
  std::vector<std::string> bundles = {
      "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu
      "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL
      "/etc/ssl/ca-bundle.pem",                            // SUSE
      "/etc/ssl/cert.pem",                                 // Alpine
  };
  if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0') {
    bundles.insert(bundles.begin(), file);
  }
  return bundles;
}

/// The multi handle and what it works on.
class CurlNetwork::Loop {
public:
  Loop(const NetworkOptions& options, effects::Interrupts& interrupts, RateBudget& budget)
      : m_options(options), m_interrupts(interrupts), m_budget(budget)
  {
    make_curl_ready();
    m_multi = curl_multi_init();
    // A connection for each request: where a server slows each connection, streams of one would share its rate.
    curl_multi_setopt(m_multi, CURLMOPT_PIPELINING, long{CURLPIPE_NOTHING});
  }
  Loop(const Loop&) = delete;
  Loop(Loop&&) = delete;
  Loop& operator=(const Loop&) = delete;
  Loop& operator=(Loop&&) = delete;
  ~Loop()
  {
    while (!m_transfers.empty()) {
      remove(m_transfers.begin()->first);
    }
    curl_multi_cleanup(m_multi);
  }

  effects::TransferId start(effects::HttpRequest request, effects::HttpSink sink)
  {
    const effects::TransferId id = ++m_last;
    auto transfer = std::make_unique<CurlTransfer>(m_options, m_budget, std::move(request), std::move(sink));
    begin(id, *m_transfers.emplace(id, std::move(transfer)).first->second);
    return id;
  }

  void remove(effects::TransferId id)
  {
    if (const auto found = m_transfers.find(id); found != m_transfers.end()) {
      curl_multi_remove_handle(m_multi, found->second->handle());
      m_transfers.erase(found);
    }
    std::erase_if(m_ended, [id](const effects::EndedTransfer& ended) { return ended.id == id; });
  }

  std::vector<effects::EndedTransfer> wait(milliseconds most, std::optional<std::uint64_t> bytes_per_second)
  {
    m_budget.refill(bytes_per_second, std::chrono::steady_clock::now());
    perform();
    if (m_ended.empty() && !m_transfers.empty() && most.count() > 0 && m_interrupts.count() == 0) {
      milliseconds length = std::min(most, k_longest_poll);
      if (!m_budget.allows()) {
        length = std::min(length, m_budget.wait());
      }
      curl_multi_poll(m_multi, nullptr, 0, static_cast<int>(length.count()), nullptr);
      m_budget.refill(bytes_per_second, std::chrono::steady_clock::now());
      perform();
    }
    if (m_interrupts.count() > 0) {
      interrupt();
    }
    return std::exchange(m_ended, {});
  }

private:
  void begin(effects::TransferId id, CurlTransfer& transfer)
  {
    if (auto prepared = transfer.prepare(); !prepared) {
      end(id, base::fail(std::move(prepared).error()));
      return;
    }
    curl_multi_add_handle(m_multi, transfer.handle());
  }

  void end(effects::TransferId id, base::Result<effects::HttpHead> head)
  {
    remove(id);
    m_ended.push_back({id, std::move(head)});
  }

  void perform()
  {
    wake();
    int running = 0;
    curl_multi_perform(m_multi, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(m_multi, &left)) {
      const CURLcode code = message->data.result;
      CURL* const curl = message->easy_handle;
      const auto found = std::find_if(
          m_transfers.begin(), m_transfers.end(), [curl](const auto& item) { return item.second->handle() == curl; });
      curl_multi_remove_handle(m_multi, curl);
      if (auto head = found->second->finish(code)) {
        end(found->first, *std::move(head));
      } else {
        begin(found->first, *found->second);
      }
    }
  }

  void interrupt()
  {
    while (!m_transfers.empty()) {
      const auto& [id, transfer] = *m_transfers.begin();
      end(id, base::fail(ErrorKind::interrupted, "interrupted while fetching " + transfer->url().text()));
    }
  }

  /// Wakes those that wait for the budget, beginning behind the one that was the last to get of it.
  void wake()
  {
    auto at = m_transfers.upper_bound(m_last_woken);
    for (std::size_t i = 0; i < m_transfers.size() && m_budget.allows(); ++i, ++at) {
      at = at == m_transfers.end() ? m_transfers.begin() : at;
      if (at->second->is_paused()) {
        m_last_woken = at->first;
        at->second->go_on();
      }
    }
  }

  const NetworkOptions& m_options;
  effects::Interrupts& m_interrupts;
  RateBudget& m_budget;
  CURLM* m_multi = nullptr;
  effects::TransferId m_last = 0;
  std::map<effects::TransferId, std::unique_ptr<CurlTransfer>> m_transfers;
  std::vector<effects::EndedTransfer> m_ended;
  effects::TransferId m_last_woken = 0;
};

CurlNetwork::CurlNetwork(NetworkOptions options, effects::Interrupts& interrupts)
    : m_options(std::move(options)), m_interrupts(interrupts), m_budget(std::make_unique<RateBudget>())
{
}

CurlNetwork::~CurlNetwork() = default;

CurlNetwork::Loop& CurlNetwork::loop_of_this_thread()
{
  const std::lock_guard guard(m_mutex);
  std::unique_ptr<Loop>& loop = m_loops[std::this_thread::get_id()];
  if (!loop) {
    loop = std::make_unique<Loop>(m_options, m_interrupts, *m_budget);
  }
  return *loop;
}

effects::TransferId CurlNetwork::start(effects::HttpRequest request, effects::HttpSink sink)
{
  return loop_of_this_thread().start(std::move(request), std::move(sink));
}

void CurlNetwork::stop(effects::TransferId id)
{
  loop_of_this_thread().remove(id);
}

std::vector<effects::EndedTransfer> CurlNetwork::wait(milliseconds most)
{
  return loop_of_this_thread().wait(most, limits().bytes_per_second);
}

} // namespace cudasetup::system
