#pragma once

#include "effects/network.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::system {

/// Collects the header lines of HTTP responses; a status line begins a new one (informational responses and the answer
/// of a proxy come before the real one).
class HttpHeaders {
public:
  /// One line, with or without its end.
  void take(std::string_view line);

  int status() const { return m_status; }
  /// The Location of a redirect, "" without.
  const std::string& location() const { return m_location; }
  /// Whether a 206 sends the bytes from @p from on, in one piece.
  bool is_range_from(std::uint64_t from) const;
  /// What the caller of effects::Network is told; Retry-After is left to the transfer.
  effects::HttpHead head() const;

private:
  struct Range {
    std::uint64_t from = 0;
    std::optional<std::uint64_t> total;
  };
  static std::optional<Range> parse_range(std::string_view value);

  int m_status = 0;
  std::string m_location;
  std::string m_etag;
  std::string m_last_modified;
  std::optional<std::uint64_t> m_length;
  std::optional<Range> m_range;
  bool m_accepts_ranges = false;
};

} // namespace cudasetup::system
