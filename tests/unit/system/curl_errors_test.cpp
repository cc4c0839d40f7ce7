#include "system/curl_errors.hpp"
#include "system/http_headers.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace cudasetup::system {
namespace {

TEST(curl_errors, say_the_cause_and_what_to_do)
{
  const auto url = *base::Url::parse("https://developer.download.nvidia.com/x");
  // Numbers of libcurl-errors(3).
  const std::vector<std::pair<int, std::string>> causes = {
      {5, "the proxy's name was not found"},
      {6, "the name developer.download.nvidia.com was not found"},
      {7, "cannot connect to developer.download.nvidia.com"},
      {28, "developer.download.nvidia.com took too long"},
      {35, "the TLS connection to developer.download.nvidia.com failed"},
      {56, "the connection to developer.download.nvidia.com broke"},
      {60, "the certificate of developer.download.nvidia.com was refused"},
      {77, "the list of certificate authorities cannot be read"},
  };
  for (const auto& [code, words] : causes) {
    const base::Error error = curl_error(code, 0, url, "libcurl's own words");
    EXPECT_EQ(error.kind, base::ErrorKind::network);
    EXPECT_EQ(error.message, "cannot fetch " + url.text() + ": " + words);
    EXPECT_EQ(error.details, std::vector<std::string>{"libcurl's own words"});
    EXPECT_FALSE(error.hints.empty());
  }
  EXPECT_FALSE(curl_error(99, 0, url, "").hints.empty());
}

TEST(curl_errors, tell_what_another_try_may_mend)
{
  const auto url = *base::Url::parse("https://developer.download.nvidia.com/x");
  for (const int code : {1, 8, 60, 77}) {
    EXPECT_EQ(curl_error(code, 0, url, "").duration, base::Duration::lasting) << code;
  }
  for (const int code : {5, 6, 7, 28, 35, 56}) {
    EXPECT_EQ(curl_error(code, 0, url, "").duration, base::Duration::passing) << code;
  }
  EXPECT_EQ(curl_error(7, ECONNREFUSED, url, "").duration, base::Duration::lasting);
  EXPECT_EQ(curl_error(7, ENETUNREACH, url, "").duration, base::Duration::passing) << "a network that comes up";
}

TEST(http_headers, begin_anew_with_each_status_line)
{
  HttpHeaders headers;
  for (const char* line :
       {"HTTP/1.1 100 Continue\r\n", "ETag: \"no\"\r\n", "\r\n", "HTTP/2 206 \r\n", "content-range: bytes 7-9/*\r\n"}) {
    headers.take(line);
  }
  EXPECT_EQ(headers.status(), 206);
  EXPECT_EQ(headers.head().validator, "");
  EXPECT_TRUE(headers.is_range_from(7));
  EXPECT_FALSE(headers.is_range_from(0));
  EXPECT_FALSE(headers.head().total_bytes);
}

TEST(http_headers, leave_out_values_that_would_begin_a_header_of_their_own)
{
  HttpHeaders headers;
  headers.take("HTTP/1.1 200 OK\r\n");
  headers.take("ETag: \"a\rX-Injected: b\"\r\n");
  headers.take(std::string("Last-Modified: Mon\0", 19) + "day\r\n");
  EXPECT_EQ(headers.head().validator, "");
  headers.take("ETag: \"a\tb\"\r\n");
  EXPECT_EQ(headers.head().validator, "\"a\tb\"");
}

TEST(http_headers, take_no_nonsense_for_a_range)
{
  for (const char* value : {"bytes */10", "bytes -/10", "7-9/10", "bytes 7-9", "bytes x-9/10", "", "bytes /-"}) {
    HttpHeaders headers;
    headers.take("HTTP/1.1 206 Partial Content");
    headers.take("Content-Range: " + std::string(value));
    EXPECT_FALSE(headers.is_range_from(7)) << value;
    EXPECT_FALSE(headers.is_range_from(0)) << value;
  }
}

} // namespace
} // namespace cudasetup::system
