#pragma once

#include "effects/interrupts.hpp"
#include "effects/network.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cudasetup::system {

class RateBudget;

/// Where Debian, Ubuntu and others keep the certificate authorities that the machine trusts; a file named by
/// SSL_CERT_FILE comes first.
std::vector<std::string> usual_ca_bundles();

struct NetworkOptions {
  /// Sent as User-Agent.
  std::string user_agent;
  /// Files of certificate authorities; the first that can be read is used.
  std::vector<std::string> ca_bundles;
  /// Seconds to wait for a connection.
  long connect_seconds = 15;
  /// A transfer below 100 bytes a second for this many seconds is given up.
  long stalled_seconds = 30;
};

/// The network through libcurl: connections are kept for the next request, the proxies come from the environment (but
/// never for loopback), certificates are always checked. An interrupt ends every transfer with ErrorKind::interrupted.
/// Several threads may use it at once: each has requests and connections of its own, and the bytes a second are those
/// of all together.
class CurlNetwork : public effects::Network {
public:
  CurlNetwork(NetworkOptions options, effects::Interrupts& interrupts);
  CurlNetwork(const CurlNetwork&) = delete;
  CurlNetwork(CurlNetwork&&) = delete;
  CurlNetwork& operator=(const CurlNetwork&) = delete;
  CurlNetwork& operator=(CurlNetwork&&) = delete;
  ~CurlNetwork() override;

  effects::TransferId start(effects::HttpRequest request, effects::HttpSink sink) override;
  void stop(effects::TransferId id) override;
  std::vector<effects::EndedTransfer> wait(std::chrono::milliseconds most) override;

private:
  class Loop;

  Loop& loop_of_this_thread();

  NetworkOptions m_options;
  effects::Interrupts& m_interrupts;
  std::unique_ptr<RateBudget> m_budget;
  std::mutex m_mutex;
  std::map<std::thread::id, std::unique_ptr<Loop>> m_loops;
};

} // namespace cudasetup::system
