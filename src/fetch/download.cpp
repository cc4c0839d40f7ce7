#include "fetch/download.hpp"

#include "base/text.hpp"
#include "fetch/http_status.hpp"
#include "fetch/part_file.hpp"

#include <algorithm>

namespace cudasetup::fetch {

using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds k_between_events{100};
constexpr milliseconds k_nap{200};
constexpr std::uint64_t k_longest_wait_seconds = 60;
constexpr std::uint64_t k_real_gain = 1024u * 1024;

/// How one request ended.
struct Attempt {
  enum class End {
    whole,
    again, ///< worth another try
    anew,  ///< what was kept does not fit any more: from the beginning
    over,
  };
  End end = End::whole;
  base::Error error = {};
  std::optional<std::uint64_t> retry_after = {};
};

class Download {
public:
  Download(const Tools& tools, const DownloadRequest& request)
      : m_tools(tools), m_request(request),
        m_part(tools.files, tools.interrupts, request.to, request.url, request.digest)
  {
  }

  base::Result<Downloaded> run()
  {
    if (auto present = take_present()) {
      return *std::move(present);
    }
    CUDASETUP_TRY(m_tools.files.make_directories(folder(), 0755));
    CUDASETUP_TRY(m_part.take_up(m_request.bytes));
    while (true) {
      if (!is_whole()) {
        CUDASETUP_TRY(fetch_the_rest());
      }
      m_total = m_part.bytes();
      tell_progress();
      const StreamDigests::Sums sums = m_part.sums();
      if (!m_request.digest || sums.comparable == *m_request.digest) {
        const std::uint64_t bytes = m_part.bytes();
        CUDASETUP_TRY(m_part.publish());
        return Downloaded{bytes, sums.sha256};
      }
      CUDASETUP_TRY(m_part.drop());
      if (m_refetched) {
        return base::fail(wrong_digest(sums.comparable));
      }
      m_refetched = true;
      notice("what arrived has a wrong digest; fetching it once more from the beginning");
    }
  }

private:
  std::string folder() const
  {
    const std::size_t slash = m_request.to.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : m_request.to.substr(0, slash);
  }

  /// The file at its final name, if it is the right one.
  std::optional<base::Result<Downloaded>> take_present()
  {
    const auto status = m_tools.files.status(m_request.to, effects::FollowLinks::no);
    if (!m_request.digest || !status || status->type != effects::FileType::regular ||
        (m_request.bytes && status->bytes != *m_request.bytes)) {
      return std::nullopt;
    }
    StreamDigests digests(m_request.digest);
    if (auto added = add_file(m_tools.files, m_tools.interrupts, m_request.to, status->bytes, digests); !added) {
      return base::fail(std::move(added).error());
    }
    const StreamDigests::Sums sums = digests.finish();
    if (sums.comparable != *m_request.digest) {
      return std::nullopt;
    }
    if (auto dropped = m_part.drop(); !dropped) {
      return base::fail(std::move(dropped).error());
    }
    return Downloaded{status->bytes, sums.sha256};
  }

  /// A part of the full length needs no request: its digest decides.
  bool is_whole() const { return m_request.digest && m_request.bytes && m_part.bytes() == *m_request.bytes; }

  base::Result<void> fetch_the_rest()
  {
    std::uint64_t most = m_part.bytes();
    for (int tried = 1;; ++tried) {
      Attempt attempt = try_once();
      if (attempt.end == Attempt::End::whole) {
        return {};
      }
      if (attempt.end == Attempt::End::over) {
        return base::fail(std::move(attempt.error).while_doing("downloading " + m_request.what));
      }
      if (m_part.bytes() >= most + k_real_gain) {
        most = m_part.bytes();
        tried = 1;
      }
      if (tried >= k_tries) {
        return base::fail(
            std::move(attempt.error)
                .while_doing("downloading " + m_request.what + " (tried " + std::to_string(tried) + " times)"));
      }
      if (attempt.end == Attempt::End::anew) {
        CUDASETUP_TRY(m_part.drop());
        notice("the file changed on the server; fetching it from the beginning");
        continue;
      }
      CUDASETUP_TRY(wait(attempt, tried));
    }
  }

  Attempt try_once()
  {
    if (m_tools.interrupts.count() > 0) {
      return {Attempt::End::over, interrupted()};
    }
    m_anew = false;
    const effects::HttpRequest request{m_request.url, m_part.bytes(), m_part.validator()};
    effects::HttpSink sink;
    sink.on_head = [this](const effects::HttpHead& head) { return take_head(head); };
    sink.on_data = [this](std::span<const char> bytes) { return take_data({bytes.data(), bytes.size()}); };
    auto head = m_tools.network.get(request, sink);
    if (auto paused = m_part.pause(); !paused) {
      return {Attempt::End::over, std::move(paused).error()};
    }
    if (m_anew) {
      return {Attempt::End::anew, head ? base::Error{} : std::move(head).error()};
    }
    if (!head && head.error().kind == ErrorKind::interrupted) {
      return {Attempt::End::over, interrupted()};
    }
    if (!head) {
      // A server that answered a moment ago may only be starting anew.
      const bool may_work_later = head.error().duration == base::Duration::passing || m_answered;
      return {may_work_later && head.error().kind == ErrorKind::network ? Attempt::End::again : Attempt::End::over,
              std::move(head).error()};
    }
    return judge(*head, request.from);
  }

  Attempt judge(const effects::HttpHead& head, std::uint64_t from) const
  {
    if (head.status == 416 && from > 0) {
      return {Attempt::End::anew, status_error(head.status, m_request.url)};
    }
    if (head.status != 200 && head.status != 206) {
      return {may_pass(head.status) ? Attempt::End::again : Attempt::End::over,
              status_error(head.status, m_request.url),
              head.retry_after};
    }
    if (m_total && m_part.bytes() < *m_total) {
      return {Attempt::End::again,
              base::make_error(ErrorKind::network,
                               m_request.url.text() + ": the answer ended after " + std::to_string(m_part.bytes()) +
                                   " of " + std::to_string(*m_total) + " bytes")
                  .with_hint("run the same command again: what has arrived is kept")};
    }
    return {};
  }

  base::Result<void> take_head(const effects::HttpHead& head)
  {
    m_answered = true;
    if (head.status != 200 && head.status != 206) {
      return {};
    }
    m_total = head.total_bytes ? head.total_bytes : m_request.bytes;
    if (m_request.bytes && *m_total != *m_request.bytes) {
      return base::fail(wrong_length(*m_total));
    }
    if (head.status == 200 || m_part.bytes() == 0) {
      CUDASETUP_TRY(m_part.begin(head.validator));
    } else {
      if (!head.validator.empty() && !m_part.validator().empty() && head.validator != m_part.validator()) {
        m_anew = true;
        return base::fail(ErrorKind::network, m_request.url.text() + " changes while it is fetched");
      }
      CUDASETUP_TRY(m_part.go_on());
    }
    tell_progress();
    return {};
  }

  base::Result<void> take_data(std::string_view bytes)
  {
    if (m_tools.interrupts.count() > 0) {
      return base::fail(interrupted());
    }
    if (m_total && bytes.size() > *m_total - m_part.bytes()) {
      return base::fail(wrong_length(m_part.bytes() + bytes.size()));
    }
    CUDASETUP_TRY(m_part.write(bytes));
    if (m_tools.clock.steady() - m_last_event >= k_between_events) {
      tell_progress();
    }
    return {};
  }

  base::Result<void> wait(const Attempt& attempt, int tried)
  {
    const std::uint64_t seconds =
        std::max(std::uint64_t{1} << (tried - 1), std::min(attempt.retry_after.value_or(0), k_longest_wait_seconds));
    notice(attempt.error.message + "; trying again in " + std::to_string(seconds) + " s");
    for (milliseconds left = std::chrono::seconds(seconds); left.count() > 0; left -= k_nap) {
      if (m_tools.interrupts.count() > 0) {
        return base::fail(interrupted());
      }
      m_tools.clock.sleep(std::min(left, k_nap));
    }
    return {};
  }

  void tell_progress()
  {
    m_last_event = m_tools.clock.steady();
    m_tools.events.emit(effects::Progress{m_request.what, m_part.bytes(), m_total});
  }

  void notice(const std::string& text) { m_tools.events.emit(effects::Notice{m_request.what + ": " + text}); }

  base::Error interrupted() const
  {
    return base::make_error(ErrorKind::interrupted, "interrupted while downloading " + m_request.what)
        .with_hint("run the same command again: what has arrived is kept");
  }

  base::Error wrong_length(std::uint64_t bytes) const
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

  base::Error wrong_digest(const base::Digest& found) const
  {
    base::Error error = base::make_error(ErrorKind::untrusted, m_request.url.text() + " has a wrong digest: not used");
    error.details = {"expected " + m_request.digest->hex(), "found    " + found.hex()};
    return std::move(error).with_hint(
        "the file was changed, or a mirror or proxy gives another one: try without --mirror, or from another network");
  }

  const Tools& m_tools;
  const DownloadRequest& m_request;
  PartFile m_part;
  std::optional<std::uint64_t> m_total;
  bool m_anew = false;
  bool m_answered = false; ///< in this run
  bool m_refetched = false;
  std::chrono::steady_clock::time_point m_last_event;
};

} // namespace

base::Result<Downloaded> download(const Tools& tools, const DownloadRequest& request)
{
  return Download(tools, request).run();
}

} // namespace cudasetup::fetch
