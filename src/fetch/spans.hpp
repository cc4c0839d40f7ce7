#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::fetch {

/// The bytes from `from` up to, and without, `to`.
struct Span {
  std::uint64_t from = 0;
  std::uint64_t to = 0;

  std::uint64_t bytes() const { return to - from; }
  bool operator==(const Span&) const = default;
};

/// Which bytes of a file there are: spans in order that neither overlap nor touch.
class Spans {
public:
  /// "0-100 300-400", as `text` gives it; nullopt for anything else, also spans out of order.
  static std::optional<Spans> parse(std::string_view text);

  void add(Span span);

  const std::vector<Span>& all() const { return m_spans; }
  std::uint64_t bytes() const;
  /// The end of the span that begins at byte 0; 0 where there is none.
  std::uint64_t from_the_start() const;
  /// Whether they are one span from byte 0, or none.
  bool is_gapless() const;
  /// What is missing of the first @p total bytes.
  std::vector<Span> gaps(std::uint64_t total) const;
  std::string text() const;

  bool operator==(const Spans&) const = default;

private:
  std::vector<Span> m_spans;
};

} // namespace cudasetup::fetch
