#pragma once

#include "effects/network.hpp"
#include "system/curl_network.hpp"
#include "system/http_headers.hpp"
#include "system/rate_budget.hpp"

#include <array>
#include <optional>

#include <curl/curl.h>

namespace cudasetup::system {

/// One request through an easy handle of libcurl, redirects included. Stays where it is while the handle is at work.
class CurlTransfer {
public:
  CurlTransfer(const NetworkOptions& options, RateBudget& budget, effects::HttpRequest request, effects::HttpSink sink);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer(CurlTransfer&&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;
  CurlTransfer& operator=(CurlTransfer&&) = delete;
  ~CurlTransfer();

  /// To be driven by a multi handle once `prepare` succeeded.
  CURL* handle() const { return m_curl; }
  const base::Url& url() const { return m_request.url; }

  /// Sets the handle up for the next address. Errors: one that may not be fetched from.
  base::Result<void> prepare();
  /// What it means that libcurl has ended with @p code; nullopt: another address is to be asked, after `prepare`.
  std::optional<base::Result<effects::HttpHead>> finish(CURLcode code);

  /// It waits until the budget allows more.
  bool is_paused() const { return m_is_paused; }
  /// Hands on what it waits with, as far as the budget allows.
  void go_on();

private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user);

  void set_up();
  effects::HttpHead head() const;
  bool take(std::span<const char> bytes);
  bool ignore(std::size_t bytes);
  bool tell_head();
  bool stop_with(base::Error why);

  const NetworkOptions& m_options;
  RateBudget& m_budget;
  effects::HttpRequest m_request;
  effects::HttpSink m_sink;
  CURL* m_curl = nullptr;
  curl_slist* m_header_lines = nullptr;
  base::Url m_at; ///< the address asked now
  int m_redirects = 0;
  HttpHeaders m_headers;
  std::optional<base::Error> m_error;
  bool m_head_told = false;
  bool m_is_paused = false;
  std::size_t m_ignored = 0;
  std::array<char, CURL_ERROR_SIZE> m_detail{};
};

} // namespace cudasetup::system
