#pragma once

#include "json/value.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cudasetup::json {

/// Reads a value strictly: each accessor adds a Problem with the JSON pointer where the value is not what was
/// expected, and then gives a harmless default, so that one pass finds every fault. A member that no accessor asked
/// for is a Problem at `finish` (or at destruction).
class Reader {
public:
  Reader(const Value& value, std::string file, std::string pointer, std::vector<Problem>& problems);
  Reader(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader& operator=(Reader&&) = delete;
  ~Reader();

  /// Members: required.
  std::string string(std::string_view name);
  std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most);
  bool boolean(std::string_view name);
  /// One of @p words.
  std::string word(std::string_view name, const std::vector<std::string_view>& words);
  /// A string that @p parse takes (Version::parse, Url::parse, …); @p expected says what for the Problem.
  template<typename T>
  T parsed(std::string_view name,
           std::string_view expected,
           const std::function<std::optional<T>(std::string_view)>& parse)
  {
    const std::string text = string(name);
    if (auto value = parse(text)) {
      return *std::move(value);
    }
    if (has_string(name)) {
      problem(name, "expected " + std::string(expected) + ", found \"" + text + "\"");
    }
    return T{};
  }
  /// Members: absent or null gives nullopt; a wrong type is a Problem.
  std::optional<std::string> optional_string(std::string_view name);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<bool> optional_boolean(std::string_view name);
  template<typename T>
  std::optional<T> optional_parsed(std::string_view name,
                                   std::string_view expected,
                                   const std::function<std::optional<T>(std::string_view)>& parse)
  {
    if (is_null(name)) {
      return std::nullopt;
    }
    return parsed<T>(name, expected, parse);
  }
  /// Whether the member is absent or null. Counts as asked for.
  bool is_null(std::string_view name);

  /// Reads each element of a required array member with @p read.
  void each(std::string_view name, const std::function<void(Reader&)>& read);
  /// The same where the member may be absent or null.
  void optional_each(std::string_view name, const std::function<void(Reader&)>& read);
  /// Reads a required object member with @p read.
  void object(std::string_view name, const std::function<void(Reader&)>& read);
  /// Reads each member of a required object member: its name and a Reader of its value.
  void each_member(std::string_view name, const std::function<void(const std::string&, Reader&)>& read);
  /// A required array of strings.
  std::vector<std::string> strings(std::string_view name);
  /// The value itself, where an element of an array is a string.
  std::string as_string();

  /// Adds a Problem at the member @p name ("" for the value itself).
  void problem(std::string_view name, std::string text);
  /// Adds a Problem for every member nobody asked for.
  void finish();

  const Value& value() const { return m_value; }
  const std::string& pointer() const { return m_pointer; }

private:
  const Value* member(std::string_view name);
  const Value* required(std::string_view name, Type type);
  bool has_string(std::string_view name) const;

  const Value& m_value;
  std::string m_file;
  std::string m_pointer;
  std::vector<Problem>& m_problems;
  std::set<std::string, std::less<>> m_asked;
  bool m_finished = false;
};

} // namespace cudasetup::json
