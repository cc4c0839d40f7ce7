// How a file is shared out among the connections that fetch it.
#include "fetch/file_download.hpp"

#include <algorithm>

namespace cudasetup::fetch {

namespace {

/// Less than that, or what one connection brings in less time, is not shared with another.
constexpr std::uint64_t k_least_share = 256u * 1024;
constexpr std::chrono::duration<double> k_least_gain{0.5};
/// Of a file whose end should come before its middle.
constexpr std::uint64_t k_beginning = 1024u * 1024;

} // namespace

std::size_t FileDownload::connections_at_work() const
{
  return static_cast<std::size_t>(
      std::count_if(m_flights.begin(), m_flights.end(), [](const Flight& flight) { return flight.answered; }));
}

/// Whether what comes first matters, and parts can be asked for in that order: they must be of one version, and of a
/// server that told the same one before.
bool FileDownload::has_order() const
{
  return m_request.zip != nullptr && m_most_connections > 1 && (!m_part.is_begun() || !m_part.validator().empty());
}

bool FileDownload::is_first(const Span& span) const
{
  return std::any_of(m_first.begin(), m_first.end(), [&](const Span& first) {
    return has_order() && first.from < span.to && span.from < first.to;
  });
}

/// What neither is there nor on its way, the first of it.
std::optional<Span> FileDownload::free_span(std::uint64_t most) const
{
  Spans taken = m_part.here();
  for (const Flight& flight : m_flights) {
    taken.add({flight.at, flight.to});
  }
  const auto gaps = taken.gaps(m_total.value_or(k_all));
  const auto some_of = [most](std::uint64_t from, std::uint64_t to) {
    return Span{from, to - from > most ? from + most : to};
  };
  for (const Span& first : has_order() ? m_first : std::vector<Span>{}) {
    for (const Span& gap : gaps) {
      if (std::max(gap.from, first.from) < std::min(gap.to, first.to)) {
        return some_of(std::max(gap.from, first.from), std::min(gap.to, first.to));
      }
    }
  }
  return gaps.empty() ? std::nullopt : std::optional(some_of(gaps.front().from, gaps.front().to));
}

/// What another connection may fetch. What should come first and is all on its way is shared before the rest begins.
std::optional<Span> FileDownload::next_span(std::uint64_t most)
{
  const std::optional<Span> span = free_span(most);
  if (span && is_first(*span)) {
    return span;
  }
  if (const Span shared = cut_off(Of::first, most); shared.bytes() > 0) {
    return shared;
  }
  return span ? span : cut_off(Of::all, most);
}

/// Bytes a second since it was asked for; 0 where that cannot be told yet.
double FileDownload::rate_of(const Flight& flight) const
{
  const double seconds = std::chrono::duration<double>(m_tools.clock.steady() - flight.since).count();
  return seconds > 0 ? static_cast<double>(flight.at - flight.from) / seconds : 0;
}

/// Takes off the connection that would be at work longest what another one could bring meanwhile.
Span FileDownload::cut_off(Of which, std::uint64_t most)
{
  const auto may_be_cut = [&](const Flight& flight) { return which == Of::all || is_first({flight.at, flight.to}); };
  // What began a moment ago has no rate of its own yet: it would be cut again and again.
  const auto is_new = [now = m_tools.clock.steady()](const Flight& flight) {
    return now - flight.since < k_least_gain;
  };
  double mean = 0;
  double told = 0;
  for (const Flight& flight : m_flights) {
    if (!is_new(flight)) {
      mean = (mean * told + rate_of(flight)) / (told + 1);
      ++told;
    }
  }
  const auto rate = [&](const Flight& flight) {
    return std::max({rate_of(flight), is_new(flight) ? mean : mean / 100, 1.0});
  };
  const auto seconds_left = [&](const Flight& flight) {
    return static_cast<double>(flight.to - flight.at) / rate(flight);
  };
  const auto longest =
      std::max_element(m_flights.begin(), m_flights.end(), [&](const Flight& one, const Flight& other) {
        const bool other_may = may_be_cut(other);
        return may_be_cut(one) == other_may ? seconds_left(one) < seconds_left(other) : other_may;
      });
  const std::uint64_t left = longest->to - longest->at;
  if (!may_be_cut(*longest) || left < k_least_share || mean <= 0 || seconds_left(*longest) < k_least_gain.count()) {
    return {};
  }
  const double own = rate(*longest) / (rate(*longest) + mean);
  const auto kept = static_cast<std::uint64_t>(static_cast<double>(left) * own);
  const std::uint64_t end = longest->to;
  longest->to = longest->at + std::min(kept, most);
  return {longest->to, end - longest->to > most ? longest->to + most : end};
}

void FileDownload::let_one_go()
{
  const auto last = std::max_element(
      m_flights.begin(), m_flights.end(), [](const Flight& one, const Flight& other) { return one.at < other.at; });
  m_tools.network.stop(last->id);
  m_flights.erase(last);
}

/// Whether several connections may fetch it: what they bring must be of one version.
bool FileDownload::may_share() const
{
  return m_ranges == effects::Ranges::given && m_part.is_begun() && !m_part.validator().empty() && m_total &&
         m_flights.size() < m_most_connections;
}

bool FileDownload::start(std::uint64_t most)
{
  if (m_complete || m_present) {
    return false;
  }
  if (m_flights.empty()) {
    if (m_tools.clock.steady() < m_due) {
      return false;
    }
    // The first answer tells whether there are ranges at all; what should come first is asked for then.
    const Span beginning{0, has_order() ? k_beginning : k_all};
    send((m_part.is_begun() ? free_span(most) : std::nullopt).value_or(beginning));
    return true;
  }
  if (!may_share()) {
    return false;
  }
  const std::optional<Span> span = next_span(most);
  if (span->bytes() > 0) {
    send(*span);
  }
  return span->bytes() > 0;
}

void FileDownload::send(const Span& span)
{
  const bool to_the_end = span.to >= m_total.value_or(k_all);
  Flight& flight = m_flights.emplace_back();
  flight.from = span.from;
  flight.at = span.from;
  flight.to = span.to;
  flight.asked_to = to_the_end ? k_all : span.to;
  flight.since = m_tools.clock.steady();
  effects::HttpRequest request{m_request.url, span.from, m_part.validator(), {}};
  if (!to_the_end) {
    request.to = span.to;
  }
  effects::HttpSink sink;
  sink.on_head = [this, &flight](const effects::HttpHead& head) { return take_head(flight, head); };
  sink.on_data = [this, &flight](std::span<const char> bytes) {
    return take_data(flight, {bytes.data(), bytes.size()});
  };
  flight.id = m_tools.network.start(std::move(request), std::move(sink));
}

void FileDownload::stop_all()
{
  for (const Flight& flight : m_flights) {
    m_tools.network.stop(flight.id);
  }
  m_flights.clear();
}

/// Goes on behind its end, as far as the answer reaches, where nobody else fetches that.
void FileDownload::extend(Flight& flight) const
{
  Spans taken = m_part.here();
  for (const Flight& other : m_flights) {
    taken.add({other.at, other.to});
  }
  for (const Span& gap : taken.gaps(m_total.value_or(k_all))) {
    if (gap.from == flight.to) {
      flight.to = std::min(gap.to, flight.asked_to);
    }
  }
}

} // namespace cudasetup::fetch
