#pragma once

#include "base/result.hpp"
#include "base/url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cudasetup::effects {

struct HttpRequest {
  base::Url url;
  /// First byte wanted.
  std::uint64_t from = 0;
  /// Sent as If-Range, so that a changed file is sent whole instead of a part that does not fit.
  std::string validator = {};
  /// The byte behind the last one wanted; without, all that follows. A Range header is sent where this or a `from`
  /// above 0 asks for a part.
  std::optional<std::uint64_t> to = {};
};

/// Whether a server says that it gives parts of a file.
enum class Ranges { unknown, given };

/// What a response said before its body.
struct HttpHead {
  /// HTTP status; 206 for a range.
  int status = 0;
  /// The whole file's length, where the server told.
  std::optional<std::uint64_t> total_bytes;
  /// A strong ETag, else Last-Modified, else empty.
  std::string validator;
  /// Seconds from Retry-After, where given.
  std::optional<std::uint64_t> retry_after;
  Ranges ranges = Ranges::unknown;
};

/// Receives a response as it comes.
struct HttpSink {
  /// Called once, before the body; an Error ends the transfer with it.
  std::function<base::Result<void>(const HttpHead&)> on_head;
  /// Called for each piece of the body of a 2xx response; an Error ends the transfer with it.
  std::function<base::Result<void>(std::span<const char>)> on_data;
};

/// One of the requests under way.
using TransferId = std::size_t;

/// How a request ended.
struct EndedTransfer {
  TransferId id = 0;
  base::Result<HttpHead> head;
};

/// How much of the network may be taken.
struct NetworkLimits {
  /// Connections at a time, at least 1.
  unsigned connections = 16;
  /// Of all bodies together, on average.
  std::optional<std::uint64_t> bytes_per_second = {};
};

/// Fetches over https; http only to a loopback address; redirects followed only to https (or loopback from loopback),
/// at most 5. Errors are ErrorKind::network with the cause in words (name not found, connection refused, certificate,
/// timed out…); their `duration` is lasting where another try would end the same way. A status outside 2xx is not an
/// Error here: it is in the head. Several requests may be under way, each over a connection of its own.
class Network {
public:
  virtual ~Network() = default;

  /// Begins a request. Its sink is called by `wait` alone.
  virtual TransferId start(HttpRequest request, HttpSink sink) = 0;
  /// Forgets a request; it does not end, and its sink is not called any more. Not to be called by a sink.
  virtual void stop(TransferId id) = 0;
  /// Hands what has arrived to the sinks, for at most @p most if nothing arrives; the result is what ended meanwhile.
  virtual std::vector<EndedTransfer> wait(std::chrono::milliseconds most) = 0;

  const NetworkLimits& limits() const { return m_limits; }
  void set_limits(const NetworkLimits& limits) { m_limits = limits; }

private:
  NetworkLimits m_limits;
};

} // namespace cudasetup::effects
