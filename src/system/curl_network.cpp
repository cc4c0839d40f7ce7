#include "system/curl_network.hpp"

#include "system/curl_errors.hpp"
#include "system/http_headers.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <curl/curl.h>
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
  return status >= 200 && status < 300;
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

/// One request on its way, as libcurl's callbacks see it.
struct Transfer {
  CURL* curl = nullptr;
  const effects::HttpRequest& request;
  const effects::HttpSink& sink;
  effects::Interrupts& interrupts;
  HttpHeaders headers = {};
  std::optional<base::Error> error = std::nullopt;
  bool head_told = false;
  std::size_t ignored = 0;

  effects::HttpHead head() const
  {
    effects::HttpHead told = headers.head();
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
      told.retry_after = static_cast<std::uint64_t>(seconds);
    }
    return told;
  }

  bool stop(base::Error why)
  {
    error = std::move(why);
    return false;
  }

  /// Tells the sink once; false when the transfer must end.
  bool tell_head()
  {
    if (head_told) {
      return true;
    }
    head_told = true;
    if (headers.status() == 206 && !headers.is_range_from(request.from)) {
      return stop(
          base::make_error(ErrorKind::network, request.url.text() + " sent another part of the file than was asked for")
              .with_hint("the server or a proxy is at fault; try again, or use another mirror"));
    }
    if (sink.on_head) {
      if (auto told = sink.on_head(head()); !told) {
        return stop(std::move(told).error());
      }
    }
    return true;
  }

  bool take(std::span<const char> bytes)
  {
    if (is_redirect(headers)) {
      ignored += bytes.size();
      return ignored <= k_most_ignored;
    }
    if (!tell_head()) {
      return false;
    }
    if (!is_success(headers.status())) {
      ignored += bytes.size();
      return ignored <= k_most_ignored;
    }
    if (sink.on_data) {
      if (auto taken = sink.on_data(bytes); !taken) {
        return stop(std::move(taken).error());
      }
    }
    return true;
  }
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user)
{
  static_cast<Transfer*>(user)->headers.take({data, size * count});
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user)
{
  // Anything but the number of bytes ends the transfer, also 0 for an empty piece.
  const std::size_t bytes = size * count;
  return static_cast<Transfer*>(user)->take({data, bytes}) ? bytes : bytes + 1;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
  return static_cast<Transfer*>(user)->interrupts.count() > 0 ? 1 : 0;
}

struct Global {
  Global() { curl_global_init(CURL_GLOBAL_DEFAULT); }
};

/// Request headers of libcurl, freed at the end.
class HeaderList {
public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList(HeaderList&&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  HeaderList& operator=(HeaderList&&) = delete;
  ~HeaderList() { curl_slist_free_all(m_list); }
  void add(const std::string& line) { m_list = curl_slist_append(m_list, line.c_str()); }
  curl_slist* get() const { return m_list; }

private:
  curl_slist* m_list = nullptr;
};

/// Our own Range header: libcurl's resume would turn a whole answer (200) into a failure.
void ask_for_range(const effects::HttpRequest& request, HeaderList& headers)
{
  if (request.from == 0) {
    return;
  }
  headers.add("Range: bytes=" + std::to_string(request.from) + "-");
  if (!request.validator.empty()) {
    headers.add("If-Range: " + request.validator);
  }
}

void set_up(const Transfer& transfer, const base::Url& url, const NetworkOptions& options)
{
  CURL* curl = transfer.curl;
  curl_easy_setopt(curl, CURLOPT_URL, url.text().c_str());
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  curl_easy_setopt(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, options.connect_seconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, k_slow_bytes_per_second);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, options.stalled_seconds);
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, k_buffer_bytes);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  if (url.is_loopback()) {
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  }
}

void hand_over(Transfer& transfer)
{
  curl_easy_setopt(transfer.curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(transfer.curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(transfer.curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(transfer.curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(transfer.curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(transfer.curl, CURLOPT_XFERINFODATA, &transfer);
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

} // namespace

struct CurlNetwork::Handle {
  CURL* curl = curl_easy_init();

  Handle() = default;
  Handle(const Handle&) = delete;
  Handle(Handle&&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle& operator=(Handle&&) = delete;
  ~Handle() { curl_easy_cleanup(curl); }
};

std::vector<std::string> usual_ca_bundles()
{
  std::vector<std::string> bundles = {
      "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu
      "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL
      "/etc/ssl/ca-bundle.pem",                            // SUSE
      "/etc/ssl/cert.pem",                                 // Alpine
  };
  if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0') {
    bundles.insert(bundles.begin(), file);
  }
  return bundles;
}

CurlNetwork::CurlNetwork(NetworkOptions options, effects::Interrupts& interrupts)
    : m_options(std::move(options)), m_interrupts(interrupts)
{
  static const Global global;
  m_handle = std::make_unique<Handle>();
}

CurlNetwork::~CurlNetwork() = default;

base::Result<effects::HttpHead> CurlNetwork::get(const effects::HttpRequest& request, const effects::HttpSink& sink)
{
  CURL* curl = m_handle->curl;
  base::Url url = request.url;
  if (!is_allowed(url)) {
    return base::fail(refuse_plain(url));
  }
  HeaderList headers;
  ask_for_range(request, headers);
  for (int redirects = 0; redirects <= k_most_redirects; ++redirects) {
    curl_easy_reset(curl);
    Transfer transfer{curl, request, sink, m_interrupts};
    set_up(transfer, url, m_options);
    hand_over(transfer);
    CUDASETUP_TRY(use_ca_bundle(curl, url, m_options.ca_bundles));
    std::array<char, CURL_ERROR_SIZE> detail{};
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail.data());
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
    if (transfer.error) {
      return base::fail(*std::move(transfer.error));
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) {
      return base::fail(ErrorKind::interrupted, "interrupted while fetching " + request.url.text());
    }
    const bool hung_up = code == CURLE_WRITE_ERROR && transfer.ignored > k_most_ignored;
    if (code != CURLE_OK && !hung_up) {
      long os_error = 0;
      curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &os_error);
      return base::fail(curl_error(code, static_cast<int>(os_error), url, detail.data()));
    }
    if (is_redirect(transfer.headers)) {
      CUDASETUP_TRY_ASSIGN(url, next_address(url, curl));
      continue;
    }
    if (!transfer.tell_head()) {
      return base::fail(*std::move(transfer.error));
    }
    return transfer.head();
  }
  return base::fail(
      lasting_error(request.url.text() + " redirects more than " + std::to_string(k_most_redirects) + " times")
          .with_hint("the server or a proxy is at fault; use another mirror"));
}

} // namespace cudasetup::system
