#pragma once

#include "json/value.hpp"

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cudasetup::json {

/// Reads a value strictly: each accessor adds a Problem with the JSON pointer where the value is not what was
/// expected, and then gives a harmless default, so that one pass finds every fault. A member that no accessor asked
/// for is a Problem at `finish` (or at destruction). Where the value is no object, that alone is the Problem.
/// Nothing is thrown. The value and the list of problems must outlive the Reader.
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
  /// The value that stands for one of these words; the first one's where it is none.
  template<typename T> T choice(std::string_view name, std::initializer_list<std::pair<std::string_view, T>> choices)
  {
    const std::string* text = required_string(name);
    std::vector<std::string_view> words;
    for (const auto& [word, value] : choices) {
      if (text != nullptr && *text == word) {
        return value;
      }
      words.push_back(word);
    }
    if (text != nullptr) {
      not_one_of(name, *text, words);
    }
    return choices.begin()->second;
  }
  /// A string that @p parse takes (Version::parse, Url::parse, …: string_view to optional<T>); @p expected says what
  /// for the Problem: "a version such as 11.1.1".
  template<typename T, typename Parse> T parsed(std::string_view name, std::string_view expected, const Parse& parse)
  {
    if (const std::string* text = required_string(name)) {
      if (std::optional<T> value = parse(std::string_view(*text))) {
        return *std::move(value);
      }
      unexpected(name, expected);
    }
    return T{};
  }
  /// Members: absent or null gives nullopt; a wrong type is a Problem.
  std::optional<std::string> optional_string(std::string_view name);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<bool> optional_boolean(std::string_view name);
  template<typename T, typename Parse>
  std::optional<T> optional_parsed(std::string_view name, std::string_view expected, const Parse& parse)
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
  /// A required array of strings that @p parse takes.
  template<typename T, typename Parse>
  std::vector<T> list(std::string_view name, std::string_view expected, const Parse& parse)
  {
    std::vector<T> values;
    each(name, [&](Reader& element) {
      if (std::optional<T> value = element.as_parsed<T>(expected, parse)) {
        values.push_back(*std::move(value));
      }
    });
    return values;
  }
  /// The value itself, where an element of an array is a string.
  std::string as_string();
  /// The value itself, where it is a string that @p parse takes; nullopt, with a Problem, where it is not.
  template<typename T, typename Parse> std::optional<T> as_parsed(std::string_view expected, const Parse& parse)
  {
    if (const std::string* text = m_value.string()) {
      if (std::optional<T> value = parse(std::string_view(*text))) {
        return value;
      }
    }
    misfit(expected);
    return std::nullopt;
  }

  /// Adds a Problem at the member @p name ("" for the value itself).
  void problem(std::string_view name, std::string text);
  /// Adds the Problem "expected …, found …" at the member @p name.
  void unexpected(std::string_view name, std::string_view expected);
  /// Adds a Problem for every member nobody asked for.
  void finish();

  /// Whether no Problem was added since this Reader began: what was read so far is what the document says.
  bool is_sound() const { return m_problems.size() == m_problems_before && m_problems_before < k_max_problems; }

  const Value& value() const { return m_value; }
  std::string pointer() const;
  const std::string& file() const;

private:
  Reader(const Value& value, const Reader& parent, std::string_view name, std::size_t index);

  /// The member, marked as asked for; nullptr where there is none or this is no object (a Problem, once).
  const Value* member(std::string_view name);
  /// The member; nullptr, with a Problem, where it is missing or of another type.
  const Value* required(std::string_view name, Type type, std::string_view expected);
  const std::string* required_string(std::string_view name);
  void not_one_of(std::string_view name, std::string_view text, const std::vector<std::string_view>& words);
  void misfit(std::string_view expected);
  void read_elements(const Value& array, std::string_view name, const std::function<void(Reader&)>& read);

  const Value& m_value;
  const Reader* m_parent = nullptr; ///< where this is an element or a member of what another Reader reads
  std::string_view m_name;          ///< the member of the parent
  std::size_t m_index;              ///< the element of that member; k_no_index where the member itself is read
  std::string m_file;               ///< of a Reader without parent
  std::string m_pointer;            ///< of a Reader without parent
  std::vector<Problem>& m_problems;
  std::size_t m_problems_before;
  std::vector<bool> m_asked;         ///< by position of the member
  std::vector<std::string> m_absent; ///< members asked for that are not there
  std::size_t m_next = 0;            ///< where the next member asked for probably is
  enum class State { reading, misfit, finished } m_state = State::reading;
};

/// A value for messages: scalars as in JSON, long strings cut; "an array", "an object".
std::string describe(const Value& value);

} // namespace cudasetup::json
