#include "host/apt_sources.hpp"

#include "base/text.hpp"
#include "host/stanzas.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace cudasetup::host {

namespace {

// Hosts of NVIDIA's archive; the .cn one is its mirror for China.
constexpr std::array<std::string_view, 2> k_hosts = {"developer.download.nvidia.com", "developer.download.nvidia.cn"};
// Where the packages cuda-repo-*, nvidia-driver-local-repo-* and cudnn-local-repo-* unpack.
constexpr std::array<std::string_view, 3> k_local_directories = {
    "/var/cuda-repo-", "/var/nvidia-driver-local-repo-", "/var/cudnn-local-repo-"};
// The path all mirrors of the archive have.
constexpr std::string_view k_archive_path = "/compute/cuda/repos/";

/// Host of `scheme://[user@]host[:port]/…`, in lower case.
std::string host_of(std::string_view uri)
{
  const std::size_t start = uri.find("://");
  if (start == std::string_view::npos) {
    return {};
  }
  std::string_view authority = uri.substr(start + 3);
  authority = authority.substr(0, authority.find('/'));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  return base::lower(authority.substr(0, authority.find(':')));
}

/// Path of a file: or copy: address, else empty.
std::string_view local_path(std::string_view uri)
{
  for (const std::string_view scheme : {"file:", "copy:"}) {
    if (uri.starts_with(scheme)) {
      uri.remove_prefix(scheme.size());
      return uri.starts_with("//") ? uri.substr(2) : uri;
    }
  }
  return {};
}

/// The blank-separated options between the brackets of a one-line source.
std::string signed_by_of(std::string_view options)
{
  for (const std::string_view option : base::words(options)) {
    if (base::lower(option.substr(0, 10)) == "signed-by=") {
      return std::string(option.substr(10));
    }
  }
  return {};
}

std::optional<AptSource> parse_line(std::string_view line, const std::string& file)
{
  line = base::trim(line.substr(0, line.find('#')));
  if (!line.starts_with("deb ") && !line.starts_with("deb\t") && !line.starts_with("deb[")) {
    return std::nullopt;
  }
  AptSource source{file, std::string(line), {}, {}};
  std::string_view rest = base::trim(line.substr(3));
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    source.signed_by = signed_by_of(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
  }
  const std::vector<std::string_view> words = base::words(rest);
  if (words.size() < 2 || !is_nvidia_uri(words[0])) {
    return std::nullopt;
  }
  source.uri = words[0];
  return source;
}

bool is_enabled_binary(const Stanza& stanza)
{
  static constexpr std::array<std::string_view, 5> k_no = {"no", "false", "without", "off", "disable"};
  const std::string enabled = base::lower(field(stanza, "enabled"));
  const auto types = base::words(field(stanza, "types"));
  return std::find(types.begin(), types.end(), "deb") != types.end() &&
         std::find(k_no.begin(), k_no.end(), enabled) == k_no.end();
}

/// "deb [options] uri suite components"
std::string one_line(const Stanza& stanza, const AptSource& source, std::string_view suite)
{
  std::vector<std::string> options;
  if (const auto architectures = base::words(field(stanza, "architectures")); !architectures.empty()) {
    std::vector<std::string> names(architectures.begin(), architectures.end());
    options.push_back("arch=" + base::join(names, ","));
  }
  if (source.signed_by.starts_with('/')) {
    options.push_back("signed-by=" + source.signed_by);
  }
  std::vector<std::string> words = {"deb"};
  if (!options.empty()) {
    words.push_back("[" + base::join(options, " ") + "]");
  }
  words.push_back(source.uri);
  words.emplace_back(suite);
  for (const std::string_view component : base::words(field(stanza, "components"))) {
    words.emplace_back(component);
  }
  return base::join(words, " ");
}

} // namespace

bool is_nvidia_uri(std::string_view uri)
{
  if (const std::string_view path = local_path(uri); !path.empty()) {
    return std::any_of(k_local_directories.begin(), k_local_directories.end(), [&](std::string_view directory) {
      return path.starts_with(directory);
    });
  }
  return std::find(k_hosts.begin(), k_hosts.end(), host_of(uri)) != k_hosts.end() ||
         uri.find(k_archive_path) != std::string_view::npos;
}

std::vector<AptSource> parse_one_line_sources(std::string_view text, const std::string& file)
{
  std::vector<AptSource> sources;
  for (const std::string_view line : base::lines(text)) {
    if (auto source = parse_line(line, file)) {
      sources.push_back(*std::move(source));
    }
  }
  return sources;
}

std::vector<AptSource> parse_deb822_sources(std::string_view text, const std::string& file)
{
  std::vector<AptSource> sources;
  for (const Stanza& stanza : parse_stanzas(text)) {
    if (!is_enabled_binary(stanza)) {
      continue;
    }
    const std::string_view key = field(stanza, "signed-by");
    const bool inside = key.find('\n') != std::string_view::npos || key.starts_with("-----BEGIN");
    for (const std::string_view uri : base::words(field(stanza, "uris"))) {
      if (!is_nvidia_uri(uri)) {
        continue;
      }
      for (const std::string_view suite : base::words(field(stanza, "suites"))) {
        AptSource source{file, {}, std::string(uri), inside ? "(in the file)" : std::string(key)};
        source.line = one_line(stanza, source, suite);
        sources.push_back(std::move(source));
      }
    }
  }
  return sources;
}

} // namespace cudasetup::host
