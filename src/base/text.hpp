#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::base {

/// Pieces of @p text between separators, empty ones kept.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Lines without their ends; a last empty line is dropped.
std::vector<std::string_view> lines(std::string_view text);
/// Pieces between runs of blanks, none empty.
std::vector<std::string_view> words(std::string_view text);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
std::string join(const std::vector<std::string>& pieces, std::string_view separator);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
/// The decimal number that is the whole of @p text.
std::optional<std::uint64_t> parse_number(std::string_view text);
/// @p text for a terminal: control characters but newline and tab, and invalid UTF-8, become `?`.
std::string printable(std::string_view text);
/// The last @p count lines of @p text.
std::string tail(std::string_view text, std::size_t count);
/// "1.2 GB", "348 MB", "12 kB", "17 bytes" (decimal units).
std::string human_bytes(std::uint64_t bytes);
/// The candidate nearest to @p word by edit distance, if near enough (at most a third of its length, at least 1) to
/// be offered as "did you mean".
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace cudasetup::base
