#include "fetch/http_status.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::fetch {

namespace {

base::Error not_there(const base::Url& url, const std::string& why)
{
  const bool is_torch =
      url.path().find("/libtorch/") != std::string::npos || url.path().find("/whl/") != std::string::npos;
  return base::make_error(base::ErrorKind::network, url.text() + ": " + why)
      .with_hint("see which versions there are, or try without a mirror",
                 base::Command{{"cudasetup", "list", is_torch ? "torch" : "cuda"}});
}

} // namespace

bool may_pass(int status)
{
  constexpr std::array k_statuses = {408, 425, 429, 500, 502, 503, 504};
  return std::find(k_statuses.begin(), k_statuses.end(), status) != k_statuses.end();
}

base::Error status_error(int status, const base::Url& url)
{
  const std::string number = " (HTTP " + std::to_string(status) + ")";
  switch (status) {
  case 404:
    return not_there(url, "no such file on the server" + number);
  case 410:
    return not_there(url, "the file was withdrawn" + number);
  case 403:
    // The store behind download.pytorch.org answers so for names it does not have.
    if (url.host() == "download.pytorch.org") {
      return not_there(url, "there is no such build" + number);
    }
    return not_there(url, "the server or a proxy refuses to give the file, or does not have it" + number);
  case 401:
  case 407:
    return base::make_error(base::ErrorKind::network, url.text() + ": a user name and password are asked for" + number)
        .with_hint("a proxy that needs them takes them from https_proxy=http://USER:PASSWORD@HOST:PORT");
  case 429:
    return base::make_error(base::ErrorKind::network, url.text() + ": too many requests from here" + number)
        .with_hint("wait some minutes, then run the same command again: what has arrived is kept");
  default:
    break;
  }
  if (may_pass(status)) {
    return base::make_error(base::ErrorKind::network, url.text() + ": the server is out of order" + number)
        .with_hint("run the same command again later (what has arrived is kept), or use a mirror");
  }
  return base::make_error(base::ErrorKind::network, url.text() + ": not the answer of a file server" + number)
      .with_hint("check the address, the mirror and the proxy");
}

} // namespace cudasetup::fetch
