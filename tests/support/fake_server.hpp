#pragma once

#include "effects/network.hpp"
#include "support/fake_clock.hpp"

#include <algorithm>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace cudasetup::test {

/// What a server has under one path.
struct ServedFile {
  std::string bytes;
  std::string validator = "\"v1\"";
};

/// Servers that give files at a rate, in the time of a fake clock: `wait` takes ten milliseconds of it.
class FakeServer : public effects::Network {
public:
  explicit FakeServer(FakeClock& clock) : m_clock(clock) {}

  /// By path.
  std::map<std::string, ServedFile> files;
  /// Bytes a second of one connection, by the number of the request, and of all together.
  std::function<double(std::size_t)> connection_rate = [](std::size_t) { return 1e6; };
  double link_rate = 1e12;
  std::chrono::milliseconds answers_after{20};
  /// Whether it says that it gives ranges, and whether it does.
  bool promises_ranges = true;
  bool gives_ranges = true;
  /// More connections at a time get 503.
  std::size_t most_connections = 1000;
  /// Connections of these numbers break after so many bytes.
  std::map<std::size_t, std::size_t> breaks;
  /// Nobody listens there.
  std::string silent_host = {};
  /// Called after each step.
  std::function<void()> after_step = [] {};

  const std::vector<effects::HttpRequest>& requests() const { return m_requests; }
  std::uint64_t bytes_sent() const { return m_sent; }
  std::size_t under_way() const { return m_under_way.size(); }
  std::size_t most_under_way() const { return m_most; }

  effects::TransferId start(effects::HttpRequest request, effects::HttpSink sink) override
  {
    m_requests.push_back(request);
    Transfer transfer{m_requests.size(), std::move(request), std::move(sink), m_clock.steady(), {}, {}, 0, 0, 0, false};
    transfer.is_refused = m_under_way.size() >= most_connections;
    m_under_way.push_back(std::move(transfer));
    m_most = std::max(m_most, m_under_way.size());
    return m_requests.size();
  }
  void stop(effects::TransferId id) override
  {
    m_under_way.remove_if([id](const Transfer& one) { return one.id == id; });
  }
  std::vector<effects::EndedTransfer> wait(std::chrono::milliseconds most) override
  {
    const std::chrono::milliseconds step = std::min(most, std::chrono::milliseconds(10));
    m_clock.advance(step);
    std::vector<effects::EndedTransfer> ended;
    const double share =
        link_rate * std::chrono::duration<double>(step).count() / static_cast<double>(m_under_way.size());
    for (auto at = m_under_way.begin(); at != m_under_way.end();) {
      const double own = connection_rate(at->id) * std::chrono::duration<double>(step).count();
      if (auto result = give(*at, static_cast<std::size_t>(std::min(own, share)))) {
        ended.push_back({at->id, *std::move(result)});
        at = m_under_way.erase(at);
      } else {
        ++at;
      }
    }
    after_step();
    return ended;
  }

private:
  struct Transfer {
    effects::TransferId id = 0;
    effects::HttpRequest request;
    effects::HttpSink sink;
    std::chrono::steady_clock::time_point since;
    effects::HttpHead head;
    std::string body = {}; ///< of the file as it was when it was asked for
    std::size_t at = 0;
    std::size_t first = 0;
    std::size_t to = 0;
    bool is_refused = false;
  };
  using Ended = std::optional<base::Result<effects::HttpHead>>;

  effects::HttpHead head_of(Transfer& transfer) const
  {
    effects::HttpHead head;
    const auto file = files.find(transfer.request.url.path());
    if (file == files.end() || transfer.is_refused) {
      head.status = transfer.is_refused ? 503 : 404;
      return head;
    }
    const bool fits = transfer.request.validator.empty() || transfer.request.validator == file->second.validator;
    const bool is_part = gives_ranges && fits && (transfer.request.from > 0 || transfer.request.to);
    head.status = is_part ? 206 : 200;
    head.total_bytes = file->second.bytes.size();
    head.validator = file->second.validator;
    head.ranges = promises_ranges ? effects::Ranges::given : effects::Ranges::unknown;
    transfer.at = is_part ? transfer.request.from : 0;
    transfer.to = is_part ? transfer.request.to.value_or(*head.total_bytes) : *head.total_bytes;
    transfer.first = transfer.at;
    transfer.body = file->second.bytes.substr(transfer.at, transfer.to - transfer.at);
    return head;
  }

  /// Its next bytes; how it ended, if it did.
  Ended give(Transfer& transfer, std::size_t bytes)
  {
    if (m_clock.steady() - transfer.since < answers_after) {
      return std::nullopt;
    }
    if (transfer.request.url.host() == silent_host) {
      return base::fail(base::make_error(base::ErrorKind::network, "cannot connect to " + silent_host));
    }
    if (transfer.head.status == 0) {
      transfer.head = head_of(transfer);
      if (auto told = transfer.sink.on_head(transfer.head); !told) {
        return base::fail(std::move(told).error());
      }
      if (transfer.head.status >= 300) {
        return transfer.head;
      }
    }
    const std::size_t count = std::min(bytes, transfer.to - transfer.at);
    m_sent += count;
    if (auto taken = transfer.sink.on_data({transfer.body.data() + transfer.at - transfer.first, count}); !taken) {
      return base::fail(std::move(taken).error());
    }
    transfer.at += count;
    if (const auto breaking = breaks.find(transfer.id);
        breaking != breaks.end() && transfer.at >= transfer.request.from + breaking->second) {
      return base::fail(base::make_error(base::ErrorKind::network, "the connection broke"));
    }
    return transfer.at == transfer.to ? Ended(transfer.head) : std::nullopt;
  }

  FakeClock& m_clock;
  std::vector<effects::HttpRequest> m_requests;
  std::list<Transfer> m_under_way;
  std::uint64_t m_sent = 0;
  std::size_t m_most = 0;
};

} // namespace cudasetup::test
