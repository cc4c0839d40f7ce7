#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

namespace cudasetup::base {

namespace {

bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Length of the well-formed UTF-8 sequence at the start of @p text, 0 where there is none.
std::size_t utf8_length(std::string_view text)
{
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t length = 0;
  if (byte(0) < 0x80) {
    return 1;
  }
  if (byte(0) >= 0xC2 && byte(0) <= 0xDF) {
    length = 2;
  } else if (byte(0) >= 0xE0 && byte(0) <= 0xEF) {
    length = 3;
  } else if (byte(0) >= 0xF0 && byte(0) <= 0xF4) {
    length = 4;
  }
  if (length == 0 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) {
      return 0;
    }
  }
  // Over-long forms, surrogates and values past U+10FFFF; C1 controls (U+0080..U+009F) act on terminals.
  if ((byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xED && byte(1) > 0x9F) ||
      (byte(0) == 0xF0 && byte(1) < 0x90) || (byte(0) == 0xF4 && byte(1) > 0x8F) ||
      (byte(0) == 0xC2 && byte(1) < 0xA0)) {
    return 0;
  }
  return length;
}

std::size_t edit_distance(std::string_view a, std::string_view b)
{
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

} // namespace

std::vector<std::string_view> split(std::string_view text, char separator)
{
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  while (true) {
    const std::size_t end = text.find(separator, start);
    pieces.push_back(text.substr(start, end == std::string_view::npos ? end : end - start));
    if (end == std::string_view::npos) {
      return pieces;
    }
    start = end + 1;
  }
}

std::vector<std::string_view> lines(std::string_view text)
{
  std::vector<std::string_view> result = split(text, '\n');
  if (result.back().empty()) {
    result.pop_back();
  }
  for (std::string_view& line : result) {
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
  }
  return result;
}

std::vector<std::string_view> words(std::string_view text)
{
  std::vector<std::string_view> result;
  std::size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && is_blank(text[i])) {
      ++i;
    }
    const std::size_t start = i;
    while (i < text.size() && !is_blank(text[i])) {
      ++i;
    }
    if (i > start) {
      result.push_back(text.substr(start, i - start));
    }
  }
  return result;
}

std::string_view trim(std::string_view text)
{
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

std::string lower(std::string_view text)
{
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
  return result;
}

std::string join(const std::vector<std::string>& pieces, std::string_view separator)
{
  std::string result;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i > 0) {
      result += separator;
    }
    result += pieces[i];
  }
  return result;
}

std::string replace_all(std::string text, std::string_view from, std::string_view to)
{
  for (std::size_t at = text.find(from); at != std::string::npos && !from.empty();
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::optional<std::uint64_t> parse_number(std::string_view text)
{
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::string printable(std::string_view text)
{
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool control = length == 1 && (first < 0x20 || first == 0x7F) && first != '\n' && first != '\t';
    if (length == 0 || control) {
      result += '?';
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

std::string tail(std::string_view text, std::size_t count)
{
  const std::vector<std::string_view> all = lines(text);
  std::string result;
  for (std::size_t i = all.size() > count ? all.size() - count : 0; i < all.size(); ++i) {
    result += all[i];
    result += '\n';
  }
  return result;
}

std::string human_bytes(std::uint64_t bytes)
{
  static constexpr std::array<std::string_view, 4> k_units = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) {
    return std::to_string(bytes) + " bytes";
  }
  // Tenths of the unit, rounded.
  std::uint64_t tenths = (bytes + 50) / 100;
  std::size_t unit = 0;
  while (tenths >= 10000 && unit + 1 < k_units.size()) {
    tenths = (tenths + 500) / 1000;
    ++unit;
  }
  std::string number = std::to_string(tenths / 10);
  if (tenths < 100 && tenths % 10 != 0) {
    number += "." + std::to_string(tenths % 10);
  }
  return number + " " + std::string(k_units.at(unit));
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates)
{
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
  std::optional<std::string> best;
  std::size_t best_distance = limit + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

} // namespace cudasetup::base
