#pragma once

#include "base/result.hpp"
#include "base/url.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace cudasetup::effects {

struct HttpRequest {
  base::Url url;
  /// First byte wanted; more than 0 sends a Range header.
  std::uint64_t from = 0;
  /// Sent as If-Range, so that a changed file is sent whole instead of a tail that does not fit.
  std::string validator = {};
};

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
};

/// Receives a response as it comes.
struct HttpSink {
  /// Called once, before the body; an Error ends the transfer with it.
  std::function<base::Result<void>(const HttpHead&)> on_head;
  /// Called for each piece of the body of a 2xx response; an Error ends the transfer with it.
  std::function<base::Result<void>(std::span<const char>)> on_data;
};

/// Fetches over https; http only to a loopback address; redirects followed only to https (or loopback from loopback),
/// at most 5. Errors are ErrorKind::network with the cause in words (name not found, connection refused, certificate,
/// timed out…); their `duration` is lasting where another try would end the same way. A status outside 2xx is not an
/// Error here: it is in the head.
class Network {
public:
  virtual ~Network() = default;
  virtual base::Result<HttpHead> get(const HttpRequest& request, const HttpSink& sink) = 0;
};

} // namespace cudasetup::effects
