#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <limits>
#include <unordered_set>

namespace cudasetup::json {

namespace {

/// Reads characters and tells the builder how far: nlohmann's events carry no position.
class TrackingIterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackingIterator(const char* at, const char** reached) : m_at(at), m_reached(reached) {}
  reference operator*() const { return *m_at; }
  TrackingIterator& operator++()
  {
    *m_reached = ++m_at;
    return *this;
  }
  TrackingIterator operator++(int)
  {
    TrackingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TrackingIterator& other) const { return m_at == other.m_at; }
  bool operator!=(const TrackingIterator& other) const { return m_at != other.m_at; }

private:
  const char* m_at;
  const char** m_reached;
};

/// nlohmann's reason without its prefix and without the bytes it quotes, which may be anything.
std::string reason(std::string_view what)
{
  if (const auto dash = what.find(" - "); dash != std::string_view::npos) {
    what.remove_prefix(dash + 3);
  }
  return std::string(what.substr(0, what.find("; last read: ")));
}

/// Receives nlohmann's events (the names and signatures are its) and builds the Value.
class Builder {
public:
  Builder(std::string_view text, const std::string& file, std::vector<Problem>& problems)
      : m_text(text), m_counted(text.data()), m_reached(text.data()), m_file(file), m_problems(problems)
  {
  }

  Value run()
  {
    const char* end = m_text.data() + m_text.size();
    const bool complete =
        nlohmann::json::sax_parse(TrackingIterator(m_text.data(), &m_reached), TrackingIterator(end, &m_reached), this);
    return complete && !m_failed ? std::move(m_root) : Value();
  }

  bool null() { return add(Value()); }
  bool boolean(bool value) { return add(Value(value)); }
  bool number_integer(std::int64_t value) { return add(Value(value)); }
  bool number_unsigned(std::uint64_t value)
  {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      fail("number out of range");
      return add(Value());
    }
    return add(Value(static_cast<std::int64_t>(value)));
  }
  bool number_float(double value, const std::string& spelling)
  {
    if (spelling.find_first_of(".eE") == std::string::npos) {
      fail("number out of range"); // an integer that 64 bits do not hold
    }
    return add(Value(value));
  }
  bool string(const std::string& value) // not moved from: the lexer goes on with its grown buffer
  {
    check_nul(value);
    return add(Value(value));
  }
  bool binary(nlohmann::json::binary_t& /*value*/) { return false; } // not of JSON text
  bool start_object(std::size_t /*size*/) { return open(Value(Object{})); }
  bool start_array(std::size_t /*size*/) { return open(Value(Array{})); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(const std::string& name)
  {
    Frame& frame = m_frames.back();
    frame.key = name;
    check_nul(frame.key);
    if (!is_new(frame)) {
      fail("doubled member name");
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/, const nlohmann::detail::exception& error)
  {
    if (dynamic_cast<const nlohmann::detail::out_of_range*>(&error) != nullptr) {
      fail("number out of range");
      return false;
    }
    std::size_t last = std::min(position > 0 ? position - 1 : 0, m_text.size());
    if (last == m_text.size()) { // the end came too early: point behind the last thing there is
      const auto kept = m_text.find_last_not_of(" \t\r\n");
      last = kept == std::string_view::npos ? 0 : kept + 1;
    }
    const std::string_view before = m_text.substr(0, last);
    const auto newline = before.rfind('\n');
    const std::size_t column = newline == std::string_view::npos ? last + 1 : last - newline;
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    add_to_problems(line, "bad JSON at column " + std::to_string(column) + ": " + reason(error.what()));
    return false;
  }

private:
  struct Frame {
    Value value;
    std::string key;
    std::unordered_set<std::string> names; ///< only in large objects
  };

  /// Whether the key of @p frame has not been in its object yet.
  static bool is_new(Frame& frame)
  {
    constexpr std::size_t k_few = 24; // so many names are compared faster one by one than hashed
    const Object& members = *frame.value.object();
    if (members.size() < k_few) {
      return frame.value.find(frame.key) == nullptr;
    }
    if (frame.names.empty()) {
      for (const auto& member : members) {
        frame.names.insert(member.first);
      }
    }
    return frame.names.insert(frame.key).second;
  }

  void check_nul(const std::string& text)
  {
    if (text.find('\0') != std::string::npos) {
      fail("a string with U+0000");
    }
  }

  bool open(Value container)
  {
    if (m_frames.size() >= k_max_depth) {
      fail("more than " + std::to_string(k_max_depth) + " levels");
      return false;
    }
    container.set_line(line());
    m_frames.push_back(Frame{std::move(container), {}, {}});
    return true;
  }

  bool close()
  {
    Value value = std::move(m_frames.back().value);
    m_frames.pop_back();
    return attach(std::move(value));
  }

  bool add(Value value)
  {
    value.set_line(line());
    return attach(std::move(value));
  }

  bool attach(Value value)
  {
    if (++m_count > k_max_values) {
      fail("more than " + std::to_string(k_max_values) + " values");
      return false;
    }
    if (m_frames.empty()) {
      m_root = std::move(value);
    } else if (Frame& frame = m_frames.back(); Array* elements = frame.value.array()) {
      elements->push_back(std::move(value));
    } else {
      frame.value.object()->emplace_back(std::move(frame.key), std::move(value));
      frame.key.clear();
    }
    return true;
  }

  /// The line of the token that was read last. The lexer is at most one character past it (after a number), and no
  /// token ends with a newline.
  std::size_t line()
  {
    const char* end = m_reached > m_counted ? m_reached - 1 : m_counted;
    m_line += static_cast<std::size_t>(std::count(m_counted, end, '\n'));
    m_counted = end;
    return m_line;
  }

  std::string pointer() const
  {
    std::string pointer;
    for (const Frame& frame : m_frames) {
      if (const Array* elements = frame.value.array()) {
        pointer = element_pointer(pointer, elements->size());
      } else if (&frame != &m_frames.back() || !frame.key.empty()) {
        pointer = member_pointer(pointer, frame.key);
      }
    }
    return pointer;
  }

  void fail(std::string text) { add_to_problems(line(), std::move(text)); }

  void add_to_problems(std::size_t line, std::string text)
  {
    m_failed = true;
    add_problem(m_problems, Problem{m_file, pointer(), line, std::move(text)});
  }

  std::string_view m_text;
  const char* m_counted; ///< newlines before it are in m_line
  const char* m_reached; ///< what the lexer has read
  std::size_t m_line = 1;
  const std::string& m_file;
  std::vector<Problem>& m_problems;
  std::vector<Frame> m_frames;
  Value m_root;
  std::size_t m_count = 0;
  bool m_failed = false;
};

} // namespace

Value parse(std::string_view text, const std::string& file, std::vector<Problem>& problems)
{
  if (text.size() > k_max_bytes) {
    add_problem(problems, {file, "", 0, "larger than " + std::to_string(k_max_bytes / 1024 / 1024) + " MiB"});
    return {};
  }
  if (text.substr(0, 3) == "\xef\xbb\xbf") {
    add_problem(problems, {file, "", 1, "begins with a byte order mark; save it as UTF-8 without one"});
    return {};
  }
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) { // nlohmann would take it for the end
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n') + 1;
    add_problem(problems, {file, "", static_cast<std::size_t>(line), "not JSON: a byte of value 0"});
    return {};
  }
  return Builder(text, file, problems).run();
}

} // namespace cudasetup::json
