#include "system/curl_errors.hpp"

#include <cerrno>

#include <curl/curl.h>

namespace cudasetup::system {

namespace {

using enum base::Duration;

struct Cause {
  std::string words;
  std::string hint;
  std::optional<base::Command> command = std::nullopt;
  base::Duration duration = passing;
};

Cause cause_of(int code, int os_error, const base::Url& url)
{
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return {"the name " + url.host() + " was not found",
            "check the network and the name server",
            base::Command{{"getent", "hosts", url.host()}}};
  case CURLE_COULDNT_RESOLVE_PROXY:
    return {"the proxy's name was not found", "check http_proxy and https_proxy", base::Command{{"env"}}};
  case CURLE_COULDNT_CONNECT:
    return {"cannot connect to " + url.host(),
            "check the network and any firewall; where a proxy is needed, set https_proxy",
            std::nullopt,
            // Nobody listens there. A way that is not there yet (a network that comes up) may still come.
            os_error == ECONNREFUSED ? lasting : passing};
  case CURLE_OPERATION_TIMEDOUT:
    return {url.host() + " took too long", "try again later, or use a mirror near you (--mirror)"};
  case CURLE_PEER_FAILED_VERIFICATION:
    return {"the certificate of " + url.host() + " was refused",
            "check the clock of this machine and its list of authorities; a proxy that opens TLS must be in the list "
            "(update-ca-certificates)",
            base::Command{{"date"}},
            lasting};
  case CURLE_SSL_CACERT_BADFILE:
    return {"the list of certificate authorities cannot be read",
            "put it there again",
            base::Command{{"apt-get", "install", "--reinstall", "ca-certificates"}},
            lasting};
  case CURLE_SSL_CONNECT_ERROR:
    return {"the TLS connection to " + url.host() + " failed",
            "something between here and there may be changing the traffic; check proxies and firewalls"};
  case CURLE_GOT_NOTHING:
  case CURLE_RECV_ERROR:
  case CURLE_SEND_ERROR:
  case CURLE_PARTIAL_FILE:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
    return {"the connection to " + url.host() + " broke", "run the same command again: what has arrived is kept"};
  case CURLE_WEIRD_SERVER_REPLY:
  case CURLE_UNSUPPORTED_PROTOCOL:
    return {url.host() + " does not speak HTTP", "check the address, the port and the proxy", std::nullopt, lasting};
  default:
    return {curl_easy_strerror(static_cast<CURLcode>(code)), "check the network, then run the same command again"};
  }
}

} // namespace

base::Error curl_error(int code, int os_error, const base::Url& url, const std::string& detail)
{
  const Cause cause = cause_of(code, os_error, url);
  base::Error error = base::make_error(base::ErrorKind::network, "cannot fetch " + url.text() + ": " + cause.words);
  if (!detail.empty()) {
    error.details.push_back(detail);
  }
  error.duration = cause.duration;
  return std::move(error).with_hint(cause.hint, cause.command);
}

} // namespace cudasetup::system
