#include "fetch/file_download.hpp"

#include "fetch/arriving_zip.hpp"
#include "fetch/http_status.hpp"

#include <algorithm>

namespace cudasetup::fetch {

using base::ErrorKind;

namespace {

constexpr std::uint64_t k_longest_wait_seconds = 60;
constexpr std::uint64_t k_real_gain = 1024u * 1024;
/// What a run that is killed may have to fetch again.
constexpr std::chrono::seconds k_between_records{1};
constexpr std::chrono::milliseconds k_between_tellings{20};

std::string folder_of(const std::string& path)
{
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

} // namespace

FileDownload::FileDownload(const Tools& tools,
                           const DownloadRequest& request,
                           std::function<void(const Arrival&)> arrived)
    : m_tools(tools), m_request(request), m_arrived(std::move(arrived)),
      m_part(tools.files, tools.interrupts, request.to, request.url, request.digest), m_total(request.bytes)
{
}

FileDownload::~FileDownload()
{
  stop_all();
}

base::Result<void> FileDownload::open()
{
  CUDASETUP_TRY_ASSIGN(const bool present, take_present());
  if (present) {
    return {};
  }
  CUDASETUP_TRY(m_tools.files.make_directories(folder_of(m_request.to), 0755));
  CUDASETUP_TRY(m_part.take_up(m_request.bytes));
  m_total = m_request.bytes ? m_request.bytes : m_part.total();
  m_most_bytes = m_part.bytes();
  m_complete = is_whole();
  m_behind = m_part.bytes() > 0;
  tell_zip();
  return {};
}

/// The file at its final name, if it is the right one.
base::Result<bool> FileDownload::take_present()
{
  const auto status = m_tools.files.status(m_request.to, effects::FollowLinks::no);
  if (!m_request.digest || !status || status->type != effects::FileType::regular ||
      (m_request.bytes && status->bytes != *m_request.bytes)) {
    return false;
  }
  StreamDigests digests(m_request.digest);
  CUDASETUP_TRY(add_file(m_tools.files, m_tools.interrupts, m_request.to, status->bytes, digests));
  const StreamDigests::Sums sums = digests.finish();
  if (sums.comparable != *m_request.digest) {
    return false;
  }
  CUDASETUP_TRY(m_part.drop());
  m_present = Downloaded{status->bytes, sums.sha256};
  m_sums = sums;
  return true;
}

/// A part of the full length needs no request: its digest decides.
bool FileDownload::is_whole() const
{
  return m_request.digest && m_request.bytes && m_part.here().from_the_start() == *m_request.bytes;
}

void FileDownload::leave()
{
  stop_all();
  static_cast<void>(m_part.pause());
}

bool FileDownload::owns(effects::TransferId id) const
{
  return std::any_of(m_flights.begin(), m_flights.end(), [id](const Flight& flight) { return flight.id == id; });
}

base::Result<void> FileDownload::ended(const effects::EndedTransfer& transfer)
{
  const auto found =
      std::find_if(m_flights.begin(), m_flights.end(), [&](const Flight& flight) { return flight.id == transfer.id; });
  const Flight flight = *found;
  m_flights.erase(found);
  m_told = {}; // what comes next may depend on it
  Attempt attempt = flight.enough ? Attempt{} : attempt_of(flight, transfer.head);
  if (attempt.end == Attempt::End::anew) {
    stop_all();
  } else if (!m_flights.empty() && attempt.end != Attempt::End::whole && attempt.error.kind == ErrorKind::network) {
    // The others go on; this server may not want to give so much at a time.
    m_most_connections = m_flights.size();
    return {};
  }
  if (attempt.end != Attempt::End::whole) {
    CUDASETUP_TRY(m_part.pause());
    return try_again(std::move(attempt));
  }
  if (!m_total && !flight.enough && flight.asked_to == k_all) {
    m_total = flight.at;
  }
  m_complete = m_flights.empty() && m_part.here().is_gapless() && m_part.bytes() == m_total;
  return {};
}

FileDownload::Attempt FileDownload::attempt_of(const Flight& flight, const base::Result<effects::HttpHead>& head) const
{
  if (m_anew) {
    return {Attempt::End::anew, head ? base::Error{} : head.error()};
  }
  if (!head && head.error().kind == ErrorKind::interrupted) {
    return {Attempt::End::over, interrupted()};
  }
  if (!head) {
    // A server that answered a moment ago may only be starting anew.
    const bool may_work_later =
        m_answered || (head.error().duration == base::Duration::passing && m_request.patience == Patience::full);
    return {may_work_later && head.error().kind == ErrorKind::network ? Attempt::End::again : Attempt::End::over,
            head.error()};
  }
  return judge(flight, *head);
}

FileDownload::Attempt FileDownload::judge(const Flight& flight, const effects::HttpHead& head) const
{
  if (head.status == 416 && flight.from > 0) {
    return {Attempt::End::anew, status_error(head.status, m_request.url)};
  }
  if (head.status != 200 && head.status != 206) {
    return {may_pass(head.status) ? Attempt::End::again : Attempt::End::over,
            status_error(head.status, m_request.url),
            head.retry_after};
  }
  if (m_total && flight.at < flight.to) {
    return {Attempt::End::again,
            base::make_error(ErrorKind::network,
                             m_request.url.text() + ": the answer ended after " + std::to_string(flight.at) + " of " +
                                 std::to_string(*m_total) + " bytes")
                .with_hint("run the same command again: what has arrived is kept")};
  }
  return {};
}

base::Result<void> FileDownload::try_again(Attempt attempt)
{
  if (attempt.end == Attempt::End::over) {
    return base::fail(std::move(attempt.error).while_doing("downloading " + m_request.what));
  }
  if (m_part.bytes() >= m_most_bytes + k_real_gain) {
    m_most_bytes = m_part.bytes();
    m_tried = 1;
  }
  if (m_tried >= k_tries) {
    return base::fail(
        std::move(attempt.error)
            .while_doing("downloading " + m_request.what + " (tried " + std::to_string(m_tried) + " times)"));
  }
  ++m_tried;
  if (attempt.end == Attempt::End::anew) {
    m_anew = false;
    // Servers of one name may tell different validators of one file: then one connection gets it, and several never.
    m_most_connections = 1;
    CUDASETUP_TRY(m_part.drop());
    m_total = m_request.bytes;
    notice("the file changed on the server; fetching it from the beginning");
    return {};
  }
  const std::uint64_t seconds =
      std::max(std::uint64_t{1} << (m_tried - 2), std::min(attempt.retry_after.value_or(0), k_longest_wait_seconds));
  notice(attempt.error.message + "; trying again in " + std::to_string(seconds) + " s");
  m_due = m_tools.clock.steady() + std::chrono::seconds(seconds);
  return {};
}

base::Result<void> FileDownload::take_head(Flight& flight, const effects::HttpHead& head)
{
  m_answered = true;
  flight.answered = true;
  if (head.status != 200 && head.status != 206) {
    return {};
  }
  const auto total = head.total_bytes ? head.total_bytes : m_request.bytes;
  if (m_request.bytes && *total != *m_request.bytes) {
    return base::fail(wrong_length(*total));
  }
  const bool begins = head.status == 200 || !m_part.is_begun() || (m_part.bytes() == 0 && m_flights.size() == 1);
  if (begins) {
    m_total = total;
    CUDASETUP_TRY(take_whole(flight, head));
  } else {
    const bool other_version =
        !head.validator.empty() && !m_part.validator().empty() && head.validator != m_part.validator();
    if (other_version || (m_total && total && *m_total != *total)) {
      m_anew = true;
      return base::fail(ErrorKind::network, m_request.url.text() + " changes while it is fetched");
    }
    m_total = total ? total : m_total;
    flight.to = std::min(flight.to, m_total.value_or(k_all));
    CUDASETUP_TRY(m_part.go_on());
  }
  m_ranges = head.ranges;
  m_arrived({0, m_tools.clock.steady() - flight.since});
  return {};
}

/// A new beginning: the first answer, or a whole file in place of a part of it.
base::Result<void> FileDownload::take_whole(Flight& flight, const effects::HttpHead& head)
{
  if (m_flights.size() > 1 && head.validator == m_part.validator()) {
    // The same file: no ranges are given after all. The first connection goes on by itself.
    m_most_connections = 1;
    flight.enough = true;
    return base::fail(ErrorKind::network, "a part was asked for");
  }
  if (m_flights.size() > 1) {
    m_anew = true;
    return base::fail(ErrorKind::network, m_request.url.text() + " changes while it is fetched");
  }
  if (head.status == 200) {
    flight.from = 0;
    flight.at = 0;
    flight.to = k_all;
    flight.asked_to = k_all;
  }
  flight.to = std::min(flight.to, m_total.value_or(k_all));
  return m_part.begin(head.validator, m_total);
}

base::Result<void> FileDownload::take_data(Flight& flight, std::string_view bytes)
{
  if (m_tools.interrupts.count() > 0) {
    return base::fail(interrupted());
  }
  if (m_total && bytes.size() > *m_total - flight.at) {
    return base::fail(wrong_length(flight.at + bytes.size()));
  }
  while (!bytes.empty() && flight.at < flight.to) {
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), flight.to - flight.at));
    CUDASETUP_TRY(m_part.write_at(flight.at, bytes.substr(0, count)));
    flight.at += count;
    bytes.remove_prefix(count);
    m_arrived({count});
    if (flight.at == flight.to && flight.at < flight.asked_to) {
      extend(flight);
    }
  }
  if (flight.at == flight.to && flight.to < std::min(flight.asked_to, m_total.value_or(k_all))) {
    flight.enough = true;
    return base::fail(ErrorKind::network, "the rest is fetched by another connection");
  }
  return {};
}

base::Result<void> FileDownload::work(std::uint64_t most)
{
  tell_zip();
  if (m_present || m_sums) {
    return {};
  }
  CUDASETUP_TRY_ASSIGN(m_behind, m_part.catch_up(most));
  if (m_complete && !m_behind) {
    return check_digest();
  }
  if (m_tools.clock.steady() - m_recorded >= k_between_records) {
    m_recorded = m_tools.clock.steady();
    return m_part.record();
  }
  return {};
}

void FileDownload::tell_zip()
{
  const auto now = m_tools.clock.steady();
  if (m_request.zip == nullptr || !total() || (!m_complete && !m_present && now - m_told < k_between_tellings)) {
    return;
  }
  m_told = now;
  Spans all;
  all.add({0, *total()});
  m_request.zip->has({m_present ? m_request.to : m_part.path(),
                      m_present ? all : m_part.here(),
                      *total(),
                      m_present ? 0 : m_part.edition()});
  m_first = m_request.zip->wanted_first(*total());
}

base::Result<void> FileDownload::check_digest()
{
  const StreamDigests::Sums sums = m_part.sums();
  if (!m_request.digest || sums.comparable == *m_request.digest) {
    m_total = m_part.bytes();
    m_sums = sums;
    return {};
  }
  CUDASETUP_TRY(m_part.drop());
  if (m_refetched) {
    return base::fail(wrong_digest(sums.comparable));
  }
  m_refetched = true;
  m_complete = false;
  m_tried = 1;
  m_most_bytes = 0;
  m_most_connections = 1;
  m_total = m_request.bytes;
  notice("what arrived has a wrong digest; fetching it once more from the beginning");
  return {};
}

base::Result<Downloaded> FileDownload::publish()
{
  if (m_present) {
    return *m_present;
  }
  const Downloaded downloaded{m_part.bytes(), m_sums->sha256};
  CUDASETUP_TRY(m_part.publish());
  return downloaded;
}

void FileDownload::notice(const std::string& text)
{
  m_tools.events.emit(effects::Notice{m_request.what + ": " + text});
}

base::Error FileDownload::interrupted() const
{
  return base::make_error(ErrorKind::interrupted, "interrupted while downloading " + m_request.what)
      .with_hint("run the same command again: what has arrived is kept");
}

base::Error FileDownload::wrong_length(std::uint64_t bytes) const
{
  const std::string has = m_request.url.text() + " has " + std::to_string(bytes) + " bytes instead of ";
  if (!m_request.bytes) {
    // The server contradicts itself; what the file should be, nobody said.
    return base::make_error(ErrorKind::network, has + std::to_string(*m_total))
        .with_hint("the server or a proxy is at fault; try again, or use another mirror");
  }
  return base::make_error(ErrorKind::untrusted, has + std::to_string(*m_request.bytes))
      .with_hint("this is not the file that was meant; a mirror may hold another one: try without --mirror");
}

base::Error FileDownload::wrong_digest(const base::Digest& found) const
{
  base::Error error = base::make_error(ErrorKind::untrusted, m_request.url.text() + " has a wrong digest: not used");
  error.details = {"expected " + m_request.digest->hex(), "found    " + found.hex()};
  return std::move(error).with_hint(
      "the file was changed, or a mirror or proxy gives another one: try without --mirror, or from another network");
}

} // namespace cudasetup::fetch
