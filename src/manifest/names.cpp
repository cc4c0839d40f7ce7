#include "manifest/names.hpp"

#include <algorithm>

namespace cudasetup::manifest {

namespace {

constexpr std::size_t k_longest_name = 128;

bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

bool is_lower(char c)
{
  return (c >= 'a' && c <= 'z') || is_digit(c);
}

bool is_alphanumeric(char c)
{
  return (c >= 'A' && c <= 'Z') || is_lower(c);
}

/// Begins with a letter or digit, goes on with those and @p others, holds no `..`.
bool is_name(std::string_view text, bool (*is_letter)(char), std::string_view others)
{
  return !text.empty() && text.size() <= k_longest_name && is_letter(text.front()) &&
         std::all_of(text.begin(),
                     text.end(),
                     [&](char c) { return is_letter(c) || others.find(c) != std::string_view::npos; }) &&
         text.find("..") == std::string_view::npos;
}

bool is_package_name(std::string_view text)
{
  return text.size() >= 2 && is_name(text, is_lower, "+-.");
}

bool is_package_version(std::string_view text)
{
  return is_name(text, is_alphanumeric, ".+:~-") && is_digit(text.front());
}

bool is_directory_name(std::string_view text)
{
  return is_name(text, is_lower, "-");
}

bool is_platform(std::string_view text)
{
  return is_name(text, is_lower, "._");
}

bool is_word(std::string_view text)
{
  return is_name(text, is_alphanumeric, "._-");
}

bool is_release_number(std::string_view text)
{
  return is_name(text, is_alphanumeric, ".+-") && is_digit(text.front());
}

bool is_file_name(std::string_view text)
{
  return is_name(text, is_alphanumeric, "._+-");
}

bool is_file_pattern(std::string_view text)
{
  return is_name(text, is_alphanumeric, "._+-*");
}

bool is_path(std::string_view text)
{
  if (text.size() < 2 || text.size() > 2 * k_longest_name || text.front() != '/') {
    return false;
  }
  constexpr std::string_view k_place_holder = "{os}";
  std::string plain(text.substr(1));
  if (const auto at = plain.find(k_place_holder); at != std::string::npos) {
    plain.replace(at, k_place_holder.size(), "os");
  }
  std::size_t begin = 0;
  while (begin <= plain.size()) {
    const std::size_t end = std::min(plain.find('/', begin), plain.size());
    if (!is_file_name(std::string_view(plain).substr(begin, end - begin))) {
      return false;
    }
    begin = end + 1;
  }
  return true;
}

bool is_hexadecimal(std::string_view text)
{
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); });
}

bool is_key_id(std::string_view text)
{
  return (text.size() == 8 || text.size() == 16) && is_hexadecimal(text);
}

bool is_fingerprint(std::string_view text)
{
  return text.size() == 40 && is_hexadecimal(text);
}

bool is_date(std::string_view text)
{
  constexpr std::string_view k_form = "0000-00-00";
  if (text.size() != k_form.size()) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (k_form[i] == '0' ? !is_digit(text[i]) : text[i] != '-') {
      return false;
    }
  }
  const std::string_view month = text.substr(5, 2);
  const std::string_view day = text.substr(8, 2);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

bool is_control(char c)
{
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_line(std::string_view text)
{
  constexpr std::size_t k_longest_line = 1000;
  return !text.empty() && text.size() <= k_longest_line && std::none_of(text.begin(), text.end(), is_control);
}

bool is_pin_text(std::string_view text)
{
  constexpr std::size_t k_longest_pin = 16 * 1024; // NVIDIA's longest known has under 1 kB
  return text.size() <= k_longest_pin && !text.empty() && text.back() == '\n' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); });
}

/// Whether @p text is @p prefix and two numbers: cuda-11-1.
bool is_versioned(std::string_view text, std::string_view prefix)
{
  if (text.substr(0, prefix.size()) != prefix) {
    return false;
  }
  const std::string_view version = text.substr(prefix.size());
  return version.find_first_not_of("0123456789-") == std::string_view::npos &&
         std::count(version.begin(), version.end(), '-') == 1;
}

} // namespace

const TextKind k_package_name = {"a package name such as cuda-toolkit-11-1", is_package_name};
const TextKind k_package_version = {"a package version such as 11.1.1-1", is_package_version};
const TextKind k_directory_name = {"a directory name of NVIDIA's archive such as ubuntu1804", is_directory_name};
const TextKind k_platform = {"a platform such as cu110", is_platform};
const TextKind k_word = {"a word of letters, digits, '.', '_' and '-'", is_word};
const TextKind k_release_number = {"a version such as 0.8.2", is_release_number};
const TextKind k_file_name = {"a plain file name such as 3bf863cc.pub", is_file_name};
const TextKind k_file_pattern = {"a plain file name, in which * may stand, such as cuda-*-keyring.gpg",
                                 is_file_pattern};
const TextKind k_path = {"an absolute path such as /var/cuda-repo-{os}-11-1-local", is_path};
const TextKind k_key_id = {"a key id of 8 or 16 hexadecimal digits in upper case", is_key_id};
const TextKind k_fingerprint = {"a fingerprint of 40 hexadecimal digits in upper case", is_fingerprint};
const TextKind k_date = {"a date such as 2026-04-30", is_date};
const TextKind k_line = {"a line of text", is_line};
const TextKind k_pin_text = {"lines of plain text, the last one ended by a newline", is_pin_text};

bool reaches_driver(std::string_view package)
{
  constexpr auto begins = [](std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
  };
  return package == "cuda" || package == "cuda-runtime" || package == "cuda-demo-suite" ||
         is_versioned(package, "cuda-") || begins(package, "cuda-runtime-") || begins(package, "cuda-demo-suite-") ||
         begins(package, "cuda-drivers") || begins(package, "nvidia-driver-") || begins(package, "nvidia-open");
}

} // namespace cudasetup::manifest
