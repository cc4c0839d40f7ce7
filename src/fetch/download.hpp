#pragma once

#include "base/digest.hpp"
#include "base/url.hpp"
#include "fetch/tools.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cudasetup::fetch {

class ArrivingZip;

/// How long a server is waited for that never answered.
enum class Patience {
  full, ///< as for one that did
  none  ///< not at all: there is another way to the file
};

struct DownloadRequest {
  base::Url url;
  /// The file to make, in a directory that nobody else can write to; the directory is made where it is missing.
  std::string to;
  /// What the file must come to; without, whatever arrives is taken.
  std::optional<base::Digest> digest;
  /// Its length, where known.
  std::optional<std::uint64_t> bytes;
  /// For progress and messages, e.g. "LibTorch 1.7.1+cu110".
  std::string what;
  Patience patience = Patience::full;
  /// Told what has come, where somebody unpacks the file meanwhile; what that wants first is fetched first.
  ArrivingZip* zip = nullptr;
};

struct Downloaded {
  std::uint64_t bytes = 0;
  base::Digest sha256;
};

/// How often a download is tried before it is given up; waits between: 1, 2, 4, 8 seconds, or what the server asks for
/// up to a minute. A try that brought a mebibyte more than any before does not count.
inline constexpr int k_tries = 5;

/// Fetches a file. A file of the right digest that is there already is taken without any request. What an interrupted
/// run left is continued (Range and If-Range); the file has its name only when it is whole, checked and on the disk.
/// Where more connections bring more, the server gives ranges and tells a version of the file, several fetch it.
/// Errors: network after the last try, or at once for what will not pass (a status, a connection that is refused before
/// the server ever answered); untrusted for a wrong digest (after one more fetch from the beginning) or for another
/// length than the request's; interrupted, with the part kept; what Files says otherwise.
base::Result<Downloaded> download(const Tools& tools, const DownloadRequest& request);

/// Fetches files at the same time, the largest first, each as `download` does; the result is in the order of the
/// requests. A file that cannot be had, or is not what it should be, does not keep others from arriving, but those of
/// the same server where that never answered; the first such Error is the result then. Any other Error ends all of it.
/// What is whole by then has its name, of the others the parts are kept. @p what: for the progress of all together.
base::Result<std::vector<Downloaded>>
download_all(const Tools& tools, std::span<const DownloadRequest> requests, const std::string& what);

} // namespace cudasetup::fetch
