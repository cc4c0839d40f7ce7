#include "json/value.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace cudasetup::json {

namespace {

/// The length of the well-formed UTF-8 sequence at the start of @p text, 0 for none (table 3-7 of the Unicode
/// standard).
std::size_t sequence_length(std::string_view text)
{
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) {
    return 0;
  }
  const unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < least || byte(1) > most) {
    return 0;
  }
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) {
      return 0;
    }
  }
  return length;
}

class Writer {
public:
  explicit Writer(Layout layout) : m_layout(layout) {}

  void value(const Value& value, std::size_t level)
  {
    switch (value.type()) {
    case Type::null:
      m_text += "null";
      break;
    case Type::boolean:
      m_text += *value.boolean() ? "true" : "false";
      break;
    case Type::integer:
      m_text += std::to_string(*value.integer());
      break;
    case Type::real:
      real(*value.real());
      break;
    case Type::string:
      string(*value.string());
      break;
    case Type::array:
      array(*value.array(), level);
      break;
    case Type::object:
      object(*value.object(), level);
      break;
    }
  }

  std::string take() { return std::move(m_text); }

private:
  void real(double number)
  {
    if (!std::isfinite(number)) {
      m_text += "null";
      return;
    }
    std::array<char, 32> digits{}; // the shortest form of a double has at most 24 characters
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
    m_text += text;
    if (text.find_first_of(".e") == std::string_view::npos) {
      m_text += ".0"; // else it would be read back as an integer
    }
  }

  void string(std::string_view text)
  {
    m_text += '"';
    while (!text.empty()) {
      const std::size_t length = sequence_length(text);
      if (length == 0) {
        m_text += "\xef\xbf\xbd";
        text.remove_prefix(1);
      } else if (length == 1) {
        character(text.front());
        text.remove_prefix(1);
      } else {
        m_text += text.substr(0, length);
        text.remove_prefix(length);
      }
    }
    m_text += '"';
  }

  void character(char c)
  {
    constexpr std::string_view k_escaped = "\"\\\b\f\n\r\t";
    constexpr std::string_view k_letters = "\"\\bfnrt";
    if (const auto at = k_escaped.find(c); at != std::string_view::npos) {
      m_text += '\\';
      m_text += k_letters[at];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view k_digits = "0123456789abcdef";
      m_text += "\\u00";
      m_text += k_digits[static_cast<unsigned char>(c) >> 4u];
      m_text += k_digits[static_cast<unsigned char>(c) & 0xfu];
    } else {
      m_text += c;
    }
  }

  void array(const Array& elements, std::size_t level)
  {
    m_text += '[';
    for (std::size_t i = 0; i < elements.size(); ++i) {
      next(i, level + 1);
      value(elements[i], level + 1);
    }
    close(elements.empty(), level);
    m_text += ']';
  }

  void object(const Object& members, std::size_t level)
  {
    m_text += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      next(i, level + 1);
      string(members[i].first);
      m_text += m_layout == Layout::indented ? ": " : ":";
      value(members[i].second, level + 1);
    }
    close(members.empty(), level);
    m_text += '}';
  }

  void next(std::size_t index, std::size_t level)
  {
    if (index > 0) {
      m_text += ',';
    }
    line(level);
  }

  void close(bool empty, std::size_t level)
  {
    if (!empty) {
      line(level);
    }
  }

  void line(std::size_t level)
  {
    if (m_layout == Layout::indented) {
      m_text += '\n';
      m_text.append(2 * level, ' ');
    }
  }

  Layout m_layout;
  std::string m_text;
};

} // namespace

std::string write(const Value& value, Layout layout)
{
  Writer writer(layout);
  writer.value(value, 0);
  std::string text = writer.take();
  if (layout == Layout::indented) {
    text += '\n';
  }
  return text;
}

} // namespace cudasetup::json
