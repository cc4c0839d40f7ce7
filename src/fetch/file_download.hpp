#pragma once

#include "fetch/download.hpp"
#include "fetch/part_file.hpp"

#include <functional>
#include <limits>
#include <list>
#include <optional>

namespace cudasetup::fetch {

/// Something came from a server.
struct Arrival {
  std::size_t bytes = 0; ///< of a body; 0: a head
  /// Of a head: since it was asked for.
  std::chrono::steady_clock::duration after{0};
};

/// One file on its way, over any number of connections. Whoever drives it waits for the network and hands it what
/// ended.
class FileDownload {
public:
  static constexpr std::uint64_t k_all = std::numeric_limits<std::uint64_t>::max();

  FileDownload(const Tools& tools, const DownloadRequest& request, std::function<void(const Arrival&)> arrived);
  FileDownload(const FileDownload&) = delete;
  FileDownload(FileDownload&&) = delete;
  FileDownload& operator=(const FileDownload&) = delete;
  FileDownload& operator=(FileDownload&&) = delete;
  /// Stops its requests.
  ~FileDownload();

  /// Looks at what is there already.
  base::Result<void> open();
  /// Begins a request for at most @p most bytes that nobody fetches yet; false where there are none now.
  bool start(std::uint64_t most);
  /// Stops one of its requests, of several; what it would have brought is left to the others.
  void let_one_go();
  /// Whether the request was one of this file's; what that means.
  bool owns(effects::TransferId id) const;
  base::Result<void> ended(const effects::EndedTransfer& transfer);
  /// Brings the digests on, and judges the file once it is whole. @p most: bytes to read back at most.
  base::Result<void> work(std::uint64_t most);
  /// Gives the whole and checked file its name.
  base::Result<Downloaded> publish();
  /// Stops its requests and leaves the part for another run. Errors of that matter no more.
  void leave();

  const DownloadRequest& request() const { return m_request; }
  /// It is whole and checked: `publish` is due.
  bool is_checked() const { return m_sums.has_value(); }
  /// There is something to read back.
  bool is_behind() const { return m_behind; }
  std::uint64_t bytes() const { return m_present ? m_present->bytes : m_part.bytes(); }
  std::optional<std::uint64_t> total() const { return m_present ? m_present->bytes : m_total; }
  std::uint64_t left() const { return m_total.value_or(k_all) - m_part.bytes(); }
  /// Its server did, in this run.
  bool has_answered() const { return m_answered; }
  std::size_t connections() const { return m_flights.size(); }
  /// Those that something has come over.
  std::size_t connections_at_work() const;
  /// When the next try is due, while nothing is under way.
  std::chrono::steady_clock::time_point due() const { return m_due; }
  base::Error interrupted() const;

private:
  /// One request under way.
  struct Flight {
    effects::TransferId id = 0;
    std::uint64_t from = 0; ///< as it was asked for
    std::uint64_t asked_to = k_all;
    std::uint64_t at = 0; ///< the next byte
    std::uint64_t to = k_all;
    std::chrono::steady_clock::time_point since = {};
    bool answered = false;
    bool enough = false; ///< it has all that is wanted of it
  };

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

  base::Result<bool> take_present();
  bool is_whole() const;
  bool has_order() const;
  bool is_first(const Span& span) const;
  std::optional<Span> free_span(std::uint64_t most) const;
  std::optional<Span> next_span(std::uint64_t most);
  double rate_of(const Flight& flight) const;
  enum class Of { first, all };
  Span cut_off(Of which, std::uint64_t most);
  bool may_share() const;
  void tell_zip();
  void send(const Span& span);
  void stop_all();
  void extend(Flight& flight) const;
  base::Result<void> take_head(Flight& flight, const effects::HttpHead& head);
  base::Result<void> take_whole(Flight& flight, const effects::HttpHead& head);
  base::Result<void> take_data(Flight& flight, std::string_view bytes);
  Attempt attempt_of(const Flight& flight, const base::Result<effects::HttpHead>& head) const;
  Attempt judge(const Flight& flight, const effects::HttpHead& head) const;
  base::Result<void> try_again(Attempt attempt);
  base::Result<void> check_digest();
  void notice(const std::string& text);
  base::Error wrong_length(std::uint64_t bytes) const;
  base::Error wrong_digest(const base::Digest& found) const;

  const Tools& m_tools;
  const DownloadRequest& m_request;
  std::function<void(const Arrival&)> m_arrived;
  PartFile m_part;
  std::optional<Downloaded> m_present; ///< it was there
  std::optional<StreamDigests::Sums> m_sums;
  std::list<Flight> m_flights;
  std::optional<std::uint64_t> m_total;
  bool m_complete = false; ///< everything that the server has is here
  bool m_behind = false;
  effects::Ranges m_ranges = effects::Ranges::unknown;
  std::size_t m_most_connections = std::numeric_limits<std::size_t>::max();
  bool m_anew = false;
  bool m_answered = false; ///< in this run
  bool m_refetched = false;
  int m_tried = 1;
  std::uint64_t m_most_bytes = 0; ///< the part had after any try
  std::chrono::steady_clock::time_point m_due = {};
  std::chrono::steady_clock::time_point m_recorded = {};
  std::vector<Span> m_first; ///< what should come first, in that order
  std::chrono::steady_clock::time_point m_told = {};
};

} // namespace cudasetup::fetch
