#include "host/toolkit_version.hpp"

#include "base/text.hpp"
#include "json/value.hpp"

#include <vector>

namespace cudasetup::host {

namespace {

/// Patches of CUDA have been 0 to 3; what is higher is the number or the day of a build.
constexpr std::uint32_t k_highest_patch = 9;

/// The first three parts, or two where the third is no patch.
std::optional<base::Version> release_of(std::string_view text)
{
  const auto version = base::Version::parse(text);
  if (!version || version->parts().size() < 2) {
    return std::nullopt;
  }
  const bool has_patch = version->parts().size() == 3 && version->part(2) <= k_highest_patch;
  return base::Version::parse(version->prefix(has_patch ? 3 : 2));
}

} // namespace

std::optional<base::Version> parse_version_json(std::string_view text)
{
  std::vector<json::Problem> problems;
  const json::Value document = json::parse(text, "version.json", problems);
  const json::Value* cuda = document.find("cuda");
  const json::Value* version = cuda ? cuda->find("version") : nullptr;
  const std::string* spelled = version ? version->string() : nullptr;
  return spelled ? release_of(*spelled) : std::nullopt;
}

std::optional<base::Version> parse_version_txt(std::string_view text)
{
  constexpr std::string_view k_before = "CUDA Version ";
  for (const std::string_view line : base::lines(text)) {
    if (line.starts_with(k_before)) {
      return release_of(base::trim(line.substr(k_before.size())));
    }
  }
  return std::nullopt;
}

std::optional<base::Version> parse_runtime_header(std::string_view text)
{
  for (const std::string_view line : base::lines(text)) {
    const auto words = base::words(line);
    if (words.size() < 3 || words[0] != "#define" || words[1] != "CUDART_VERSION") {
      continue;
    }
    // 1000 × major + 10 × minor, as the header's own comment says.
    const auto number = base::parse_number(words[2]);
    if (number && *number >= 1000 && *number < 1'000'000) {
      return base::Version::parse(std::to_string(*number / 1000) + "." + std::to_string(*number % 1000 / 10));
    }
  }
  return std::nullopt;
}

std::string parse_build_version(std::string_view text)
{
  const auto lines = base::lines(text);
  return lines.empty() ? std::string() : base::printable(base::trim(lines.front()));
}

} // namespace cudasetup::host
