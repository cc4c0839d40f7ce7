#include "system/curl_transfer.hpp"

#include "system/curl_errors.hpp"

#include <algorithm>

#include <unistd.h>

namespace cudasetup::system {

using base::ErrorKind;

namespace {

constexpr int k_most_redirects = 5;
/// What a server may say with an error or a redirect before we hang up; less is read, so that the connection can be
/// used again.
constexpr std::size_t k_most_ignored = 64u * 1024;
constexpr long k_buffer_bytes = 512L * 1024;
constexpr long k_slow_bytes_per_second = 100;

bool is_success(int status)
{
  // Others (203: a proxy changed it) are no copy of what the server has.
  return status == 200 || status == 206;
}

bool is_redirect(const HttpHeaders& headers)
{
  constexpr std::array k_statuses = {301, 302, 303, 307, 308};
  return std::find(k_statuses.begin(), k_statuses.end(), headers.status()) != k_statuses.end() &&
         !headers.location().empty();
}

/// Nothing is fetched in the clear, but from this machine itself.
bool is_allowed(const base::Url& url)
{
  return url.is_https() || url.is_loopback();
}

/// What another try would not change.
base::Error lasting_error(std::string message)
{
  base::Error error = base::make_error(ErrorKind::network, std::move(message));
  error.duration = base::Duration::lasting;
  return error;
}

base::Error refuse_plain(const base::Url& url)
{
  return lasting_error("refused to fetch " + url.text() + ": it is not encrypted")
      .with_hint("use an https address; http is for mirrors on this machine (127.0.0.1)");
}

base::Result<void> use_ca_bundle(CURL* curl, const base::Url& url, const std::vector<std::string>& bundles)
{
  if (!url.is_https()) {
    return {};
  }
  const auto found = std::find_if(
      bundles.begin(), bundles.end(), [](const std::string& file) { return ::access(file.c_str(), R_OK) == 0; });
  if (found == bundles.end()) {
    return base::fail(
        lasting_error("cannot fetch " + url.text() + ": this machine has no list of certificate authorities")
            .with_hint("put it there", base::Command{{"apt-get", "install", "ca-certificates"}}));
  }
  curl_easy_setopt(curl, CURLOPT_CAINFO, found->c_str());
  return {};
}

/// Where the redirect leads, if we may go there.
base::Result<base::Url> next_address(const base::Url& from, CURL* curl)
{
  const char* text = nullptr;
  curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &text);
  const auto to = base::Url::parse(text == nullptr ? "" : text);
  if (!to) {
    return base::fail(lasting_error(from.text() + " redirects to a bad address")
                          .with_hint("the server or a proxy is at fault; use another mirror"));
  }
  const bool is_local_hop = from.is_loopback() && !from.is_https() && to->is_loopback();
  if (!to->is_https() && !is_local_hop) {
    return base::fail(refuse_plain(*to).while_doing("following a redirect of " + from.text()));
  }
  return *to;
}

/// Our own Range header: libcurl's resume would turn a whole answer (200) into a failure.
curl_slist* range_headers(const effects::HttpRequest& request)
{
  curl_slist* list = nullptr;
  if (request.from == 0 && !request.to) {
    return list;
  }
  const std::string last = request.to ? std::to_string(*request.to - 1) : "";
  list = curl_slist_append(list, ("Range: bytes=" + std::to_string(request.from) + "-" + last).c_str());
  if (!request.validator.empty()) {
    list = curl_slist_append(list, ("If-Range: " + request.validator).c_str());
  }
  return list;
}

} // namespace

CurlTransfer::CurlTransfer(const NetworkOptions& options,
                           RateBudget& budget,
                           effects::HttpRequest request,
                           effects::HttpSink sink)
    : m_options(options), m_budget(budget), m_request(std::move(request)), m_sink(std::move(sink)),
      m_curl(curl_easy_init()), m_header_lines(range_headers(m_request)), m_at(m_request.url)
{
}

CurlTransfer::~CurlTransfer()
{
  curl_easy_cleanup(m_curl);
  curl_slist_free_all(m_header_lines);
}

base::Result<void> CurlTransfer::prepare()
{
  if (!is_allowed(m_at)) {
    return base::fail(refuse_plain(m_at));
  }
  curl_easy_reset(m_curl);
  m_headers = HttpHeaders();
  m_is_paused = false;
  m_ignored = 0;
  m_detail.front() = '\0';
  set_up();
  return use_ca_bundle(m_curl, m_at, m_options.ca_bundles);
}

void CurlTransfer::set_up()
{
  curl_easy_setopt(m_curl, CURLOPT_URL, m_at.text().c_str());
  curl_easy_setopt(m_curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(m_curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(m_curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(m_curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(m_curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  curl_easy_setopt(m_curl, CURLOPT_USERAGENT, m_options.user_agent.c_str());
  curl_easy_setopt(m_curl, CURLOPT_CONNECTTIMEOUT, m_options.connect_seconds);
  curl_easy_setopt(m_curl, CURLOPT_LOW_SPEED_LIMIT, k_slow_bytes_per_second);
  curl_easy_setopt(m_curl, CURLOPT_LOW_SPEED_TIME, m_options.stalled_seconds);
  curl_easy_setopt(m_curl, CURLOPT_BUFFERSIZE, k_buffer_bytes);
  curl_easy_setopt(m_curl, CURLOPT_NOSIGNAL, 1L);
  if (m_at.is_loopback()) {
    curl_easy_setopt(m_curl, CURLOPT_NOPROXY, "*");
  }
  curl_easy_setopt(m_curl, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  curl_easy_setopt(m_curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(m_curl, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  curl_easy_setopt(m_curl, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(m_curl, CURLOPT_PRIVATE, this);
  curl_easy_setopt(m_curl, CURLOPT_ERRORBUFFER, m_detail.data());
  curl_easy_setopt(m_curl, CURLOPT_HTTPHEADER, m_header_lines);
}

std::optional<base::Result<effects::HttpHead>> CurlTransfer::finish(CURLcode code)
{
  if (m_error) {
    return base::fail(*std::move(m_error));
  }
  const bool hung_up = code == CURLE_WRITE_ERROR && m_ignored > k_most_ignored;
  if (code != CURLE_OK && !hung_up) {
    long os_error = 0;
    curl_easy_getinfo(m_curl, CURLINFO_OS_ERRNO, &os_error);
    return base::fail(curl_error(code, static_cast<int>(os_error), m_at, m_detail.data()));
  }
  if (is_redirect(m_headers)) {
    if (++m_redirects > k_most_redirects) {
      return base::fail(
          lasting_error(m_request.url.text() + " redirects more than " + std::to_string(k_most_redirects) + " times")
              .with_hint("the server or a proxy is at fault; use another mirror"));
    }
    auto next = next_address(m_at, m_curl);
    if (!next) {
      return base::fail(std::move(next).error());
    }
    m_at = *std::move(next);
    return std::nullopt;
  }
  if (!tell_head()) {
    return base::fail(*std::move(m_error));
  }
  return head();
}

effects::HttpHead CurlTransfer::head() const
{
  effects::HttpHead told = m_headers.head();
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(m_curl, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
    told.retry_after = static_cast<std::uint64_t>(seconds);
  }
  return told;
}

bool CurlTransfer::stop_with(base::Error why)
{
  m_error = std::move(why);
  return false;
}

/// Tells the sink once; false when the transfer must end.
bool CurlTransfer::tell_head()
{
  if (m_head_told) {
    return true;
  }
  m_head_told = true;
  if (m_headers.status() == 206 && !m_headers.is_range_from(m_request.from)) {
    return stop_with(
        base::make_error(ErrorKind::network, m_request.url.text() + " sent another part of the file than was asked for")
            .with_hint("the server or a proxy is at fault; try again, or use another mirror"));
  }
  if (m_sink.on_head) {
    if (auto told = m_sink.on_head(head()); !told) {
      return stop_with(std::move(told).error());
    }
  }
  return true;
}

bool CurlTransfer::ignore(std::size_t bytes)
{
  m_ignored += bytes;
  return m_ignored <= k_most_ignored;
}

bool CurlTransfer::take(std::span<const char> bytes)
{
  if (is_redirect(m_headers)) {
    return ignore(bytes.size());
  }
  if (!tell_head()) {
    return false;
  }
  if (!is_success(m_headers.status())) {
    return ignore(bytes.size());
  }
  if (m_sink.on_data) {
    if (auto taken = m_sink.on_data(bytes); !taken) {
      return stop_with(std::move(taken).error());
    }
  }
  return true;
}

void CurlTransfer::go_on()
{
  m_is_paused = false;
  curl_easy_pause(m_curl, CURLPAUSE_CONT);
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* user)
{
  static_cast<CurlTransfer*>(user)->m_headers.take({data, size * count});
  return size * count;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* user)
{
  auto* const self = static_cast<CurlTransfer*>(user);
  if (!self->m_budget.allows()) {
    self->m_is_paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  // Anything but the number of bytes ends the transfer, also 0 for an empty piece.
  const std::size_t bytes = size * count;
  self->m_budget.spend(bytes);
  return self->take({data, bytes}) ? bytes : bytes + 1;
}

} // namespace cudasetup::system
