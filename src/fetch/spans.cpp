#include "fetch/spans.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <numeric>

namespace cudasetup::fetch {

std::optional<Spans> Spans::parse(std::string_view text)
{
  Spans spans;
  for (const std::string_view word : base::words(text)) {
    const std::size_t dash = word.find('-');
    const auto from = base::parse_number(word.substr(0, dash));
    const auto to =
        dash == std::string_view::npos ? std::optional<std::uint64_t>() : base::parse_number(word.substr(dash + 1));
    const bool is_behind = spans.m_spans.empty() || (from && *from > spans.m_spans.back().to);
    if (!from || !to || *from >= *to || !is_behind) {
      return std::nullopt;
    }
    spans.m_spans.push_back({*from, *to});
  }
  return spans;
}

void Spans::add(Span span)
{
  if (span.from >= span.to) {
    return;
  }
  // The first that ends at or behind the new one's beginning, and the first that begins behind its end.
  const auto first = std::lower_bound(
      m_spans.begin(), m_spans.end(), span.from, [](const Span& one, std::uint64_t at) { return one.to < at; });
  const auto last =
      std::upper_bound(first, m_spans.end(), span.to, [](std::uint64_t at, const Span& one) { return at < one.from; });
  if (first == last) {
    m_spans.insert(first, span);
    return;
  }
  *first = {std::min(first->from, span.from), std::max(std::prev(last)->to, span.to)};
  m_spans.erase(std::next(first), last);
}

std::uint64_t Spans::bytes() const
{
  return std::accumulate(m_spans.begin(), m_spans.end(), std::uint64_t{0}, [](std::uint64_t sum, const Span& span) {
    return sum + span.bytes();
  });
}

std::uint64_t Spans::from_the_start() const
{
  return m_spans.empty() || m_spans.front().from > 0 ? 0 : m_spans.front().to;
}

bool Spans::is_gapless() const
{
  return m_spans.empty() || (m_spans.size() == 1 && m_spans.front().from == 0);
}

std::vector<Span> Spans::gaps(std::uint64_t total) const
{
  std::vector<Span> gaps;
  std::uint64_t at = 0;
  for (const Span& span : m_spans) {
    if (span.from > at && at < total) {
      gaps.push_back({at, std::min(span.from, total)});
    }
    at = span.to;
  }
  if (at < total) {
    gaps.push_back({at, total});
  }
  return gaps;
}

std::string Spans::text() const
{
  std::vector<std::string> words;
  for (const Span& span : m_spans) {
    words.push_back(std::to_string(span.from) + "-" + std::to_string(span.to));
  }
  return base::join(words, " ");
}

} // namespace cudasetup::fetch
