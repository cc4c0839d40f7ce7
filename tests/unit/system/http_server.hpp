#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cudasetup::test {

/// A server on 127.0.0.1 that answers every request with what the test's function makes of it, and closes. What it says
/// is sent as it is: it may be no HTTP at all. An empty answer closes at once; one that ends in k_stay is kept open.
class HttpServer {
public:
  using Answer = std::function<std::string(const std::string& request)>;
  static constexpr const char* k_stay = "\n<stay>";

  explicit HttpServer(Answer answer) : m_answer(std::move(answer)), m_socket(::socket(AF_INET, SOCK_STREAM, 0))
  {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof(address);
    auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    if (::bind(m_socket, generic, bytes) != 0 || ::listen(m_socket, 8) != 0 ||
        ::getsockname(m_socket, generic, &bytes) != 0) {
      throw std::runtime_error("no loopback");
    }
    m_port = ntohs(address.sin_port);
    m_thread = std::thread([this] { serve(); });
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer(HttpServer&&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  HttpServer& operator=(HttpServer&&) = delete;
  ~HttpServer()
  {
    m_stop = true;
    m_thread.join();
    ::close(m_socket);
    for (const int connection : m_kept) {
      ::close(connection);
    }
  }

  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(m_port) + path; }
  /// Every request head, in order.
  std::vector<std::string> requests() const
  {
    const std::lock_guard guard(m_mutex);
    return m_requests;
  }

private:
  void serve()
  {
    while (!m_stop) {
      pollfd ready{m_socket, POLLIN, 0};
      if (::poll(&ready, 1, 20) > 0) {
        serve_one(::accept(m_socket, nullptr, nullptr));
      }
    }
  }
  void serve_one(int connection)
  {
    std::string request;
    char piece[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      pollfd ready{connection, POLLIN, 0};
      const ssize_t got = ::poll(&ready, 1, 2000) > 0 ? ::recv(connection, piece, sizeof(piece), 0) : 0;
      if (got <= 0) {
        break;
      }
      request.append(piece, static_cast<std::size_t>(got));
      if (request.front() == '\x16') {
        break; // TLS
      }
    }
    {
      const std::lock_guard guard(m_mutex);
      m_requests.push_back(request);
    }
    std::string answer = m_answer(request);
    const std::string stay = k_stay;
    const bool stays = answer.size() >= stay.size() && answer.substr(answer.size() - stay.size()) == stay;
    answer.resize(answer.size() - (stays ? stay.size() : 0));
    for (std::size_t at = 0; at < answer.size();) {
      const ssize_t sent = ::send(connection, answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) {
        break;
      }
      at += static_cast<std::size_t>(sent);
    }
    if (stays) {
      m_kept.push_back(connection);
    } else {
      ::shutdown(connection, SHUT_WR);
      ::close(connection);
    }
  }

  Answer m_answer;
  int m_socket;
  int m_port = 0;
  std::atomic<bool> m_stop{false};
  mutable std::mutex m_mutex;
  std::vector<std::string> m_requests;
  std::vector<int> m_kept;
  std::thread m_thread;
};

} // namespace cudasetup::test
