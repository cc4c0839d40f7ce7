#include "json/reader.hpp"

#include "base/text.hpp"

#include <limits>

namespace cudasetup::json {

namespace {

constexpr std::size_t k_no_index = std::numeric_limits<std::size_t>::max();

std::string with_article(Type type)
{
  const std::string_view name = name_of(type);
  const bool vowel = name.find_first_of("aio") == 0;
  return (vowel ? "an " : "a ") + std::string(name);
}

std::string range_text(std::int64_t least, std::int64_t most)
{
  if (most == std::numeric_limits<std::int64_t>::max()) {
    return "an integer from " + std::to_string(least) + " on";
  }
  return "an integer from " + std::to_string(least) + " to " + std::to_string(most);
}

} // namespace

std::string describe(const Value& value)
{
  constexpr std::size_t k_most = 120;
  if (value.type() == Type::array || value.type() == Type::object) {
    return with_article(value.type());
  }
  const std::string* text = value.string();
  if (text == nullptr || text->size() <= k_most) {
    return write(value, Layout::compact);
  }
  std::size_t length = k_most;
  while (length > 0 && (static_cast<unsigned char>((*text)[length]) & 0xc0u) == 0x80) {
    --length; // not within a character
  }
  return write(text->substr(0, length), Layout::compact) + "…";
}

Reader::Reader(const Value& value, std::string file, std::string pointer, std::vector<Problem>& problems)
    : m_value(value), m_index(k_no_index), m_file(std::move(file)), m_pointer(std::move(pointer)), m_problems(problems),
      m_problems_before(problems.size())
{
  if (const Object* members = value.object()) {
    m_asked.resize(members->size());
  }
}

Reader::Reader(const Value& value, const Reader& parent, std::string_view name, std::size_t index)
    : m_value(value), m_parent(&parent), m_name(name), m_index(index), m_problems(parent.m_problems),
      m_problems_before(parent.m_problems.size())
{
  if (const Object* members = value.object()) {
    m_asked.resize(members->size());
  }
}

Reader::~Reader()
{
  finish();
}

std::string Reader::pointer() const
{
  if (m_parent == nullptr) {
    return m_pointer;
  }
  const std::string member = member_pointer(m_parent->pointer(), m_name);
  return m_index == k_no_index ? member : element_pointer(member, m_index);
}

const std::string& Reader::file() const
{
  return m_parent == nullptr ? m_file : m_parent->file();
}

const Value* Reader::member(std::string_view name)
{
  const Object* members = m_value.object();
  if (members == nullptr) {
    misfit("an object");
    return nullptr;
  }
  for (std::size_t tried = 0; tried < members->size(); ++tried) {
    const std::size_t at = (m_next + tried) % members->size();
    if ((*members)[at].first == name) {
      m_asked[at] = true;
      m_next = at + 1;
      return &(*members)[at].second;
    }
  }
  m_absent.emplace_back(name);
  return nullptr;
}

const Value* Reader::required(std::string_view name, Type type, std::string_view expected)
{
  const Value* value = member(name);
  if (value != nullptr && value->type() == type) {
    return value;
  }
  if (m_state != State::misfit) {
    const std::string wanted = expected.empty() ? with_article(type) : std::string(expected);
    if (value == nullptr) {
      problem(name, "missing; expected " + wanted);
    } else {
      unexpected(name, wanted);
    }
  }
  return nullptr;
}

const std::string* Reader::required_string(std::string_view name)
{
  const Value* value = required(name, Type::string, "");
  return value == nullptr ? nullptr : value->string();
}

std::string Reader::string(std::string_view name)
{
  const std::string* text = required_string(name);
  return text == nullptr ? std::string() : *text;
}

std::int64_t Reader::integer(std::string_view name, std::int64_t least, std::int64_t most)
{
  const Value* value = required(name, Type::integer, range_text(least, most));
  if (value == nullptr) {
    return least;
  }
  if (*value->integer() < least || *value->integer() > most) {
    unexpected(name, range_text(least, most));
    return least;
  }
  return *value->integer();
}

bool Reader::boolean(std::string_view name)
{
  const Value* value = required(name, Type::boolean, "true or false");
  return value != nullptr && *value->boolean();
}

std::string Reader::word(std::string_view name, const std::vector<std::string_view>& words)
{
  const std::string* text = required_string(name);
  if (text == nullptr) {
    return std::string(words.front());
  }
  for (const std::string_view known : words) {
    if (*text == known) {
      return *text;
    }
  }
  not_one_of(name, *text, words);
  return std::string(words.front());
}

void Reader::not_one_of(std::string_view name, std::string_view text, const std::vector<std::string_view>& words)
{
  std::string expected = words.size() > 1 ? "one of " : "";
  for (const std::string_view known : words) {
    expected += (known == words.front() ? "" : ", ") + describe(Value(known));
  }
  problem(name, "expected " + expected + ", found " + describe(Value(text)));
}

std::optional<std::string> Reader::optional_string(std::string_view name)
{
  if (is_null(name)) {
    return std::nullopt;
  }
  return string(name);
}

std::optional<std::int64_t> Reader::optional_integer(std::string_view name, std::int64_t least, std::int64_t most)
{
  if (is_null(name)) {
    return std::nullopt;
  }
  return integer(name, least, most);
}

std::optional<bool> Reader::optional_boolean(std::string_view name)
{
  if (is_null(name)) {
    return std::nullopt;
  }
  return boolean(name);
}

bool Reader::is_null(std::string_view name)
{
  const Value* value = member(name);
  return value == nullptr || value->is_null();
}

void Reader::read_elements(const Value& array, std::string_view name, const std::function<void(Reader&)>& read)
{
  for (std::size_t i = 0; i < array.array()->size(); ++i) {
    Reader element((*array.array())[i], *this, name, i);
    read(element);
  }
}

void Reader::each(std::string_view name, const std::function<void(Reader&)>& read)
{
  if (const Value* array = required(name, Type::array, "")) {
    read_elements(*array, name, read);
  }
}

void Reader::optional_each(std::string_view name, const std::function<void(Reader&)>& read)
{
  if (!is_null(name)) {
    each(name, read);
  }
}

void Reader::object(std::string_view name, const std::function<void(Reader&)>& read)
{
  if (const Value* members = required(name, Type::object, "")) {
    Reader inner(*members, *this, name, k_no_index);
    read(inner);
  }
}

void Reader::each_member(std::string_view name, const std::function<void(const std::string&, Reader&)>& read)
{
  object(name, [&](Reader& outer) {
    for (const auto& [key, member_value] : *outer.m_value.object()) {
      Reader inner(member_value, outer, key, k_no_index);
      read(key, inner);
    }
    outer.m_state = State::finished;
  });
}

std::vector<std::string> Reader::strings(std::string_view name)
{
  std::vector<std::string> values;
  each(name, [&](Reader& element) { values.push_back(element.as_string()); });
  return values;
}

std::string Reader::as_string()
{
  if (const std::string* text = m_value.string()) {
    return *text;
  }
  misfit("a string");
  return {};
}

void Reader::problem(std::string_view name, std::string text)
{
  const Value* at = name.empty() ? &m_value : m_value.find(name);
  const std::string where = name.empty() ? pointer() : member_pointer(pointer(), name);
  add_problem(m_problems, {file(), where, at == nullptr ? m_value.line() : at->line(), std::move(text)});
}

void Reader::unexpected(std::string_view name, std::string_view expected)
{
  const Value* found = name.empty() ? &m_value : m_value.find(name);
  const std::string text = found == nullptr ? "nothing" : describe(*found);
  problem(name, "expected " + std::string(expected) + ", found " + text);
}

void Reader::misfit(std::string_view expected)
{
  if (m_state == State::reading) {
    m_state = State::misfit;
    unexpected("", expected);
  }
}

void Reader::finish()
{
  const Object* members = m_value.object();
  if (m_state != State::reading || members == nullptr) {
    return;
  }
  m_state = State::finished;
  for (std::size_t i = 0; i < members->size(); ++i) {
    if (m_asked[i]) {
      continue;
    }
    const std::string& name = (*members)[i].first;
    constexpr std::size_t k_longest = 64; // comparing takes the product of the lengths
    const auto meant = name.size() <= k_longest ? base::nearest(name, m_absent) : std::nullopt;
    problem(name, "unknown member" + (meant ? "; did you mean \"" + *meant + "\"?" : std::string()));
  }
}

} // namespace cudasetup::json
