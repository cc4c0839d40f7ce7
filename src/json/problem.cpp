#include "json/value.hpp"

namespace cudasetup::json {

namespace {

/// @p text with control characters escaped as in JSON, so that it stays on its line.
std::string one_line(std::string_view text)
{
  std::string line;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else {
      constexpr std::string_view k_digits = "0123456789abcdef";
      line += "\\u00";
      line += k_digits[static_cast<unsigned char>(c) >> 4u];
      line += k_digits[static_cast<unsigned char>(c) & 0xfu];
    }
  }
  return line;
}

} // namespace

std::string to_text(const Problem& problem)
{
  std::string text = problem.file;
  if (problem.line > 0) {
    text += ":" + std::to_string(problem.line);
  }
  if (!text.empty()) {
    text += ": ";
  }
  if (!problem.pointer.empty()) {
    text += problem.pointer + ": ";
  }
  return one_line(text + problem.text);
}

void add_problem(std::vector<Problem>& problems, Problem problem)
{
  if (problems.size() < k_max_problems) {
    problems.push_back(std::move(problem));
  }
}

base::Error to_error(const std::vector<Problem>& problems)
{
  base::Error error = base::make_error(base::ErrorKind::document, to_text(problems.front()));
  for (std::size_t i = 1; i < problems.size(); ++i) {
    error.details.push_back(to_text(problems[i]));
  }
  if (problems.size() >= k_max_problems) {
    error.details.push_back("further problems are not shown");
  }
  return error;
}

} // namespace cudasetup::json
