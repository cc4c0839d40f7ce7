#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cudasetup::json {

class Value;
using Array = std::vector<Value>;
/// Members in order of appearance (reading) or of insertion (writing).
using Object = std::vector<std::pair<std::string, Value>>;

enum class Type { null, boolean, integer, real, string, array, object };
std::string_view name_of(Type type);

/// A JSON value that keeps the order of its members. Integers are 64-bit signed; reals are doubles. Two values are
/// equal when their data are; lines do not count.
class Value {
public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : m_data(value) {}
  Value(std::int64_t value) : m_data(value) {}
  Value(int value) : m_data(std::int64_t{value}) {}
  Value(std::uint32_t value) : m_data(std::int64_t{value}) {}
  Value(std::uint64_t value) : m_data(static_cast<std::int64_t>(value)) {}
  Value(double value) : m_data(value) {}
  Value(std::string value) : m_data(std::move(value)) {}
  Value(std::string_view value) : m_data(std::string(value)) {}
  Value(const char* value) : m_data(std::string(value)) {}
  Value(Array value) : m_data(std::move(value)) {}
  Value(Object value) : m_data(std::move(value)) {}

  Type type() const { return static_cast<Type>(m_data.index()); }
  bool is_null() const { return type() == Type::null; }
  /// The value of that type, or nullptr.
  const bool* boolean() const { return std::get_if<bool>(&m_data); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&m_data); }
  const double* real() const { return std::get_if<double>(&m_data); }
  const std::string* string() const { return std::get_if<std::string>(&m_data); }
  const Array* array() const { return std::get_if<Array>(&m_data); }
  const Object* object() const { return std::get_if<Object>(&m_data); }
  Array* array() { return std::get_if<Array>(&m_data); }
  Object* object() { return std::get_if<Object>(&m_data); }

  /// The member of that name of an object, or nullptr.
  const Value* find(std::string_view name) const;
  /// Adds a member at the end (this must be an object or null, which becomes one).
  void set(std::string name, Value value);
  /// Adds an element at the end (this must be an array or null, which becomes one).
  void push(Value value);

  /// The line (from 1) where it began in the text it was read from; 0 for a value made by the program.
  std::size_t line() const { return m_line; }
  void set_line(std::size_t line) { m_line = static_cast<std::uint32_t>(line); }

  bool operator==(const Value& other) const { return m_data == other.m_data; }

private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> m_data = nullptr;
  std::uint32_t m_line = 0;
};

enum class Layout { compact, indented };

/// The value as text: same value, same bytes, always valid JSON. Indented text ends with a newline and has two blanks
/// a level; compact text has no blanks and no newline. Bytes of a string that are not UTF-8 become U+FFFD; a real that
/// is not finite becomes null.
std::string write(const Value& value, Layout layout);

/// One fault of a document: where (file, JSON pointer, line from 1 or 0 for unknown) and what was expected.
struct Problem {
  std::string file;
  std::string pointer;
  std::size_t line = 0;
  std::string text;

  bool operator==(const Problem&) const = default;
};

/// "FILE:LINE: /pointer: text" on one line, whatever the parts hold; parts that are unknown or empty are left out.
std::string to_text(const Problem& problem);

/// The JSON pointer (RFC 6901) of the member @p name, or of the element @p index, of the value at @p pointer.
std::string member_pointer(std::string_view pointer, std::string_view name);
std::string element_pointer(std::string_view pointer, std::size_t index);
/// What @p pointer names within @p value, or nullptr.
const Value* at(const Value& value, std::string_view pointer);

/// Limits for documents from outside. The manifest built in has 3 MB, 12 levels and 100 000 values at most; the limits
/// leave room and keep a hostile document from taking the machine's memory or stack.
inline constexpr std::size_t k_max_depth = 32;
inline constexpr std::size_t k_max_bytes = 64u * 1024 * 1024;
inline constexpr std::size_t k_max_values = 4'000'000;
/// Problems kept; further ones are dropped.
inline constexpr std::size_t k_max_problems = 1000;

/// Adds @p problem unless there are k_max_problems already.
void add_problem(std::vector<Problem>& problems, Problem problem);

/// Reads one document. Refused, with a Problem each: bad syntax, doubled member names, invalid UTF-8, a byte order
/// mark, U+0000 in a string, more than k_max_depth levels, k_max_values values or k_max_bytes bytes, integers beyond 64
/// bits, reals beyond a double, anything after the document. Null when a problem was added.
Value parse(std::string_view text, const std::string& file, std::vector<Problem>& problems);

/// to_text of the first as the message and of the others as details of an Error of kind document. @p problems must not
/// be empty.
base::Error to_error(const std::vector<Problem>& problems);

} // namespace cudasetup::json
