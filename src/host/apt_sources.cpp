#include "host/apt_sources.hpp"

#include "base/text.hpp"
#include "host/stanzas.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

namespace cudasetup::host {

namespace {

// Hosts of NVIDIA's archive; the .cn one is its mirror for China.
constexpr std::array<std::string_view, 2> k_hosts = {"developer.download.nvidia.com", "developer.download.nvidia.cn"};
// Where the packages cuda-repo-*, nvidia-driver-local-repo-* and cudnn-local-repo-* unpack.
constexpr std::array<std::string_view, 3> k_local_directories = {
    "/var/cuda-repo-", "/var/nvidia-driver-local-repo-", "/var/cudnn-local-repo-"};
// The paths all mirrors of the archives have.
constexpr std::string_view k_archive_path = "/compute/cuda/repos/";
constexpr std::string_view k_machine_learning_path = "/compute/machine-learning/repos/";

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

/// Of the blank-separated options between the brackets of a one-line source.
std::string option_of(std::string_view options, std::string_view name)
{
  for (const std::string_view option : base::words(options)) {
    if (const std::size_t equals = option.find('=');
        equals != std::string_view::npos && base::lower(option.substr(0, equals)) == name) {
      return std::string(option.substr(equals + 1));
    }
  }
  return {};
}

/// What apt takes for a yes (apt-pkg/contrib/strutl.cc, StringToBool).
bool is_yes(std::string_view word)
{
  static constexpr std::array<std::string_view, 6> k_yes = {"yes", "true", "with", "on", "enable", "1"};
  return std::find(k_yes.begin(), k_yes.end(), base::lower(word)) != k_yes.end();
}

/// A source of any kind and whosever it is.
std::optional<AptSource> parse_line(std::string_view line, std::string_view type, const std::string& file)
{
  line = base::trim(line.substr(0, line.find('#')));
  if (!line.starts_with(type) || line.size() == type.size() ||
      (line[type.size()] != ' ' && line[type.size()] != '\t' && line[type.size()] != '[')) {
    return std::nullopt;
  }
  AptSource source{file, std::string(line), {}, {}};
  std::string_view rest = base::trim(line.substr(type.size()));
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view options = rest.substr(1, end - 1);
    source.signed_by = option_of(options, "signed-by");
    source.trusted = is_yes(option_of(options, "trusted"));
    rest.remove_prefix(end + 1);
  }
  const std::vector<std::string_view> words = base::words(rest);
  if (words.size() < 2) {
    return std::nullopt;
  }
  source.uri = words[0];
  return source;
}

bool is_enabled(const Stanza& stanza)
{
  static constexpr std::array<std::string_view, 5> k_no = {"no", "false", "without", "off", "disable"};
  return std::find(k_no.begin(), k_no.end(), base::lower(field(stanza, "enabled"))) == k_no.end();
}

bool is_binary(const Stanza& stanza)
{
  const auto types = base::words(field(stanza, "types"));
  return std::find(types.begin(), types.end(), "deb") != types.end();
}

/// The stanzas of a deb822 file as parts of it, comments among them.
std::vector<FilePart> parts_of(std::string_view text)
{
  std::vector<FilePart> parts;
  bool inside = false;
  std::size_t number = 0;
  for (const std::string_view line : base::lines(text)) {
    ++number;
    if (base::trim(line).empty()) {
      inside = false;
      continue;
    }
    if (!inside) {
      parts.push_back({number, {}});
    }
    inside = true;
    parts.back().lines.emplace_back(line);
  }
  return parts;
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

bool is_nvidia(const AptSource& source)
{
  return is_nvidia_uri(source.uri);
}

/// Those of NVIDIA's among all sources of a file.
std::vector<AptSource> keep_nvidias(std::vector<AptSource> all)
{
  const bool shared = !std::all_of(all.begin(), all.end(), is_nvidia);
  std::erase_if(all, [](const AptSource& source) { return !is_nvidia(source); });
  for (AptSource& source : all) {
    source.shares_file = shared;
  }
  return all;
}

/// All sources of a stanza, one for each address and suite.
std::vector<AptSource> sources_of(const Stanza& stanza, const FilePart& part, const std::string& file)
{
  const std::string_view key = field(stanza, "signed-by");
  const bool inside = key.find('\n') != std::string_view::npos || key.starts_with("-----BEGIN");
  const auto uris = base::words(field(stanza, "uris"));
  std::vector<AptSource> sources;
  for (const std::string_view uri : uris) {
    for (const std::string_view suite : base::words(field(stanza, "suites"))) {
      AptSource source{file, {}, std::string(uri), inside ? "(in the file)" : std::string(key)};
      source.line = one_line(stanza, source, suite);
      source.part = part;
      source.shares_part = !std::all_of(uris.begin(), uris.end(), is_nvidia_uri);
      source.trusted = is_yes(field(stanza, "trusted"));
      sources.push_back(std::move(source));
    }
  }
  return sources;
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
         uri.find(k_archive_path) != std::string_view::npos || is_machine_learning_uri(uri);
}

bool is_machine_learning_uri(std::string_view uri)
{
  return uri.find(k_machine_learning_path) != std::string_view::npos;
}

std::string local_directory(std::string_view uri)
{
  std::string_view path = local_path(uri);
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  return std::string(path);
}

std::vector<AptSource> parse_one_line_sources(std::string_view text, const std::string& file)
{
  std::vector<AptSource> sources;
  std::vector<AptSource> sourceless;
  std::size_t number = 0;
  for (const std::string_view line : base::lines(text)) {
    ++number;
    if (auto source = parse_line(line, "deb", file)) {
      source->part = {number, {std::string(line)}};
      sources.push_back(*std::move(source));
    } else if (const auto code = parse_line(line, "deb-src", file); code && !is_nvidia(*code)) {
      sourceless.push_back(*code);
    }
  }
  std::vector<AptSource> nvidias = keep_nvidias(std::move(sources));
  for (AptSource& source : nvidias) {
    source.shares_file = source.shares_file || !sourceless.empty();
  }
  return nvidias;
}

std::vector<AptSource> parse_deb822_sources(std::string_view text, const std::string& file)
{
  std::vector<AptSource> sources;
  for (const FilePart& part : parts_of(text)) {
    for (const Stanza& stanza : parse_stanzas(base::join(part.lines, "\n"))) {
      std::vector<AptSource> all = is_enabled(stanza) ? sources_of(stanza, part, file) : std::vector<AptSource>{};
      // Of NVIDIA's, which has no sources of programs, only binary ones count; of others any.
      std::erase_if(all, [&](const AptSource& source) { return is_nvidia(source) && !is_binary(stanza); });
      std::move(all.begin(), all.end(), std::back_inserter(sources));
    }
  }
  return keep_nvidias(std::move(sources));
}

std::string without_parts(std::string_view text, const std::vector<FilePart>& parts)
{
  std::string changed;
  std::size_t number = 0;
  for (const std::string_view line : base::lines(text)) {
    ++number;
    const bool off = std::any_of(parts.begin(), parts.end(), [&](const FilePart& part) {
      return number >= part.first_line && number < part.first_line + part.lines.size() &&
             part.lines[number - part.first_line] == line;
    });
    changed += (off ? std::string(k_switched_off) : "") + std::string(line) + "\n";
  }
  return changed;
}

} // namespace cudasetup::host
