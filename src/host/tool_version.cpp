#include "host/tool_version.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::host {

namespace {

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/// The longest dotted number @p text begins with.
std::optional<base::Version> leading_version(std::string_view text)
{
  std::size_t end = 0;
  while (end < text.size() &&
         (is_digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1]) && end > 0 &&
                                  is_digit(text[end - 1])))) {
    ++end;
  }
  return base::Version::parse(text.substr(0, end));
}

} // namespace

std::optional<base::Version> upstream_version(std::string_view package_version)
{
  if (const std::size_t colon = package_version.find(':'); colon != std::string_view::npos) {
    package_version.remove_prefix(colon + 1);
  }
  return leading_version(package_version);
}

std::optional<base::Version> parse_tool_version(std::string_view output)
{
  const auto lines = base::lines(output);
  if (lines.empty()) {
    return std::nullopt;
  }
  const auto words = base::words(lines.front());
  for (const std::string_view word : words) {
    if (auto version = leading_version(word); version && (version->parts().size() > 1 || words.size() == 1)) {
      return version;
    }
  }
  return std::nullopt;
}

std::optional<base::Version> parse_glibc_file_name(std::string_view name)
{
  constexpr std::string_view k_before = "libc-";
  constexpr std::string_view k_after = ".so";
  if (!name.starts_with(k_before) || !name.ends_with(k_after) || name.size() <= k_before.size() + k_after.size()) {
    return std::nullopt;
  }
  return base::Version::parse(name.substr(k_before.size(), name.size() - k_before.size() - k_after.size()));
}

std::string package_of_program(std::string_view path)
{
  constexpr std::string_view k_directory = "/usr/bin/";
  if (!path.starts_with(k_directory)) {
    return {};
  }
  std::string_view name = path.substr(k_directory.size());
  if (name == "cmake") {
    return "cmake";
  }
  if (name.starts_with("python3.") && base::Version::parse(name.substr(6))) {
    return std::string(name) + "-minimal";
  }
  for (const std::string_view triplet : {"x86_64-linux-gnu-", "aarch64-linux-gnu-"}) {
    if (name.starts_with(triplet)) {
      name.remove_prefix(triplet.size());
    }
  }
  const bool is_gcc =
      name.starts_with("gcc-") && name.size() > 4 && std::all_of(name.begin() + 4, name.end(), is_digit);
  return is_gcc ? std::string(name) : std::string();
}

} // namespace cudasetup::host
