#pragma once

#include "base/result.hpp"

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

/// A JSON value that keeps the order of its members. Integers are 64-bit signed; reals are doubles.
class Value {
public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : m_data(value) {}
  Value(std::int64_t value) : m_data(value) {}
  Value(int value) : m_data(std::int64_t{value}) {}
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

  bool operator==(const Value&) const = default;

private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> m_data = nullptr;
};

enum class Layout { compact, indented };

/// The value as text: same value, same bytes. Indented text ends with a newline and has two blanks a level.
std::string write(const Value& value, Layout layout);

/// One fault of a document: where (file, JSON pointer, line from 1) and what was expected.
struct Problem {
  std::string file;
  std::string pointer;
  std::size_t line = 0;
  std::string text;
};

/// Limits for documents from outside.
inline constexpr std::size_t k_max_depth = 32;
inline constexpr std::size_t k_max_bytes = 64u * 1024 * 1024;

/// Reads one document. Refused, with a Problem each: bad syntax, doubled member names, invalid UTF-8, more than
/// k_max_depth levels, numbers out of range, anything after the document. Null when a problem was added.
Value parse(std::string_view text, const std::string& file, std::vector<Problem>& problems);

/// "FILE: /pointer: text" for each, as an Error of kind document.
base::Error to_error(const std::vector<Problem>& problems);

} // namespace cudasetup::json
