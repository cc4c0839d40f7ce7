#include "manifest/read.hpp"

#include <algorithm>
#include <limits>

namespace cudasetup::manifest {

namespace {

constexpr std::string_view k_version_expected = "a version such as 11.1.1";
constexpr std::string_view k_capability_expected = "a compute capability such as 7.5";
constexpr std::string_view k_url_expected = "an https address";

/// Of the characters RFC 3986 allows, those that no shell gives a meaning inside a word, and & and =.
bool is_plain_in_url(char c)
{
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("-._~:/?@%+,=&").find(c) != std::string_view::npos;
}

std::optional<base::Url> parse_https(std::string_view text)
{
  if (!std::all_of(text.begin(), text.end(), is_plain_in_url)) {
    return std::nullopt;
  }
  std::optional<base::Url> url = base::Url::parse(text);
  return url && url->is_https() ? url : std::nullopt;
}

auto parser(const TextKind& kind)
{
  return [&kind](std::string_view text) { return kind.fits(text) ? std::optional<std::string>(text) : std::nullopt; };
}

} // namespace

std::string read_text(json::Reader& reader, std::string_view name, const TextKind& kind)
{
  return reader.parsed<std::string>(name, kind.expected, parser(kind));
}

std::optional<std::string> read_optional_text(json::Reader& reader, std::string_view name, const TextKind& kind)
{
  return reader.optional_parsed<std::string>(name, kind.expected, parser(kind));
}

std::vector<std::string> read_texts(json::Reader& reader, std::string_view name, const TextKind& kind)
{
  return reader.list<std::string>(name, kind.expected, parser(kind));
}

base::Version read_version(json::Reader& reader, std::string_view name)
{
  return reader.parsed<base::Version>(name, k_version_expected, base::Version::parse);
}

std::optional<base::Version> read_optional_version(json::Reader& reader, std::string_view name)
{
  return reader.optional_parsed<base::Version>(name, k_version_expected, base::Version::parse);
}

std::optional<base::ComputeCapability> read_optional_capability(json::Reader& reader, std::string_view name)
{
  return reader.optional_parsed<base::ComputeCapability>(name, k_capability_expected, base::ComputeCapability::parse);
}

std::vector<base::ComputeCapability> read_capabilities(json::Reader& reader, std::string_view name)
{
  return reader.list<base::ComputeCapability>(name, k_capability_expected, base::ComputeCapability::parse);
}

std::optional<std::uint32_t> read_optional_number(json::Reader& reader, std::string_view name)
{
  constexpr std::int64_t k_most = 9999; // driver branches and gcc majors: far beyond any
  const auto number = reader.optional_integer(name, 1, k_most);
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

std::optional<CudaRelease::GccRange> read_gcc_range(json::Reader& reader, std::string_view name)
{
  if (reader.is_null(name)) {
    return std::nullopt;
  }
  CudaRelease::GccRange range;
  reader.object(name, [&](json::Reader& inner) {
    constexpr std::int64_t k_most = 99;
    range.least = static_cast<std::uint32_t>(inner.integer("least", 0, k_most));
    range.most = static_cast<std::uint32_t>(inner.integer("most", std::max<std::int64_t>(range.least, 1), k_most));
  });
  return range;
}

base::Url read_url(json::Reader& reader, std::string_view name)
{
  return reader.parsed<base::Url>(name, k_url_expected, parse_https);
}

std::optional<base::Url> read_optional_url(json::Reader& reader, std::string_view name)
{
  return reader.optional_parsed<base::Url>(name, k_url_expected, parse_https);
}

base::Arch read_arch(json::Reader& reader, std::string_view name)
{
  return reader.choice<base::Arch>(name, {{"amd64", base::Arch::amd64}, {"arm64", base::Arch::arm64}});
}

Evidence read_evidence(json::Reader& reader, std::string_view name)
{
  return reader.choice<Evidence>(name, {{"seen", Evidence::seen}, {"derived", Evidence::derived}});
}

Sources read_sources(json::Reader& reader)
{
  return read_texts(reader, "sources", k_line);
}

RemoteFile read_file(json::Reader& reader)
{
  RemoteFile file;
  file.url = read_url(reader, "url");
  file.sha256 =
      reader.optional_parsed<base::Digest>("sha256", "a SHA-256 of 64 hexadecimal digits", base::Digest::sha256);
  file.md5 = reader.optional_parsed<base::Digest>("md5", "an MD5 of 32 hexadecimal digits", base::Digest::md5);
  if (const auto bytes = reader.optional_integer("bytes", 1, std::numeric_limits<std::int64_t>::max())) {
    file.bytes = static_cast<std::uint64_t>(*bytes);
  }
  file.evidence = read_evidence(reader, "evidence");
  file.sources = read_sources(reader);
  return file;
}

} // namespace cudasetup::manifest
