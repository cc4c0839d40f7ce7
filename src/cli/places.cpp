#include "cli/places.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace cudasetup::cli {

namespace {

using Segments = std::vector<std::string_view>;

base::Error wrong(const std::string& option, const std::string& text, const std::string& problem)
{
  return base::make_error(base::ErrorKind::usage, option + " " + base::quote(text) + ": " + problem);
}

bool is_plain(char c)
{
  static constexpr std::string_view k_punctuation = "/._+-@=,";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         k_punctuation.find(c) != std::string_view::npos;
}

Segments segments_of(std::string_view text)
{
  Segments segments = base::split(text, '/');
  std::erase_if(segments, [](std::string_view segment) { return segment.empty() || segment == "."; });
  return segments;
}

std::string join(const Segments& segments)
{
  std::string path;
  for (const std::string_view segment : segments) {
    path += "/" + std::string(segment);
  }
  return path;
}

template<std::size_t N> bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words)
{
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Below these everything is the system's (hier(7)); /lib32, /lib64 and the like go with /lib.
bool is_system(std::string_view top)
{
  static constexpr std::array<std::string_view, 8> k_tops = {"etc", "bin", "sbin", "dev", "proc", "sys", "run", "boot"};
  return is_one_of(top, k_tops) || top.starts_with("lib");
}

/// Of /usr only a folder of one's own in /usr/local; its usual ones are everybody's.
bool is_taken_in_usr(const Segments& segments)
{
  static constexpr std::array<std::string_view, 9> k_shared = {
      "bin", "etc", "games", "include", "lib", "man", "sbin", "share", "src"};
  return segments.size() < 3 || segments[1] != "local" || (segments.size() == 3 && is_one_of(segments[2], k_shared));
}

/// Why a directory cannot be ours alone; "" when it can.
std::string why_not_ours(const Segments& segments)
{
  const std::string_view top = segments.front();
  if (segments.size() == 1) {
    return top == "root" ? "that is a home directory" : "that is a directory of the system";
  }
  if (is_system(top) || (top == "usr" && is_taken_in_usr(segments))) {
    return "that belongs to the system";
  }
  if (top == "home" && segments.size() == 2) {
    return "that is a home directory";
  }
  if (top == "opt" && segments[1] == "libtorch" &&
      (segments.size() == 2 || (segments.size() >= 3 && segments[2] == "current"))) {
    return "that holds or names the LibTorch versions side by side";
  }
  return {};
}

} // namespace

base::Result<std::string> parse_directory(const std::string& option, const std::string& text)
{
  const Segments segments = segments_of(text);
  if (!text.starts_with('/') || segments.empty() || !std::all_of(text.begin(), text.end(), is_plain) ||
      std::find(segments.begin(), segments.end(), "..") != segments.end()) {
    return base::fail(wrong(option, text, "expected an absolute path of letters, digits and /._+-@=, without .."));
  }
  return join(segments);
}

base::Result<std::string> parse_own_directory(const std::string& option, const std::string& text)
{
  CUDASETUP_TRY_ASSIGN(std::string path, parse_directory(option, text));
  const std::string problem = why_not_ours(segments_of(path));
  if (!problem.empty()) {
    return base::fail(wrong(option, text, problem + "; what is there would be replaced")
                          .with_hint("name a folder of its own, such as /opt/" +
                                     std::string(option == "--python" ? "torch-venv" : "my-libtorch")));
  }
  return path;
}

base::Result<std::string> absolute_path(const std::string& option, const std::string& text, Environment environment)
{
  if (text.starts_with('/')) {
    return text;
  }
  const std::string current = environment("PWD").value_or("");
  if (!current.starts_with('/')) {
    return base::fail(wrong(option, text, "the current directory is not known (PWD), so a relative path leads nowhere")
                          .with_hint("give the absolute path"));
  }
  const std::string_view tail = text.starts_with("./") ? std::string_view(text).substr(2) : std::string_view(text);
  if (tail.empty() || tail == ".") {
    return current;
  }
  return (current.ends_with('/') ? current : current + "/") + std::string(tail);
}

} // namespace cudasetup::cli
