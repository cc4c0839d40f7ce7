#include "base/text.hpp"
#include "json/value.hpp"

namespace cudasetup::json {

std::string member_pointer(std::string_view pointer, std::string_view name)
{
  std::string result(pointer);
  result += '/';
  for (const char c : name) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

std::string element_pointer(std::string_view pointer, std::size_t index)
{
  return std::string(pointer) + "/" + std::to_string(index);
}

const Value* at(const Value& value, std::string_view pointer)
{
  const Value* found = &value;
  while (found != nullptr && !pointer.empty()) {
    if (pointer.front() != '/') {
      return nullptr;
    }
    const std::string_view token = pointer.substr(1, pointer.find('/', 1) - 1);
    pointer.remove_prefix(token.size() + 1);
    if (const Array* elements = found->array()) {
      const auto index = base::parse_number(token);
      found = index && *index < elements->size() ? &(*elements)[*index] : nullptr;
    } else {
      found = found->find(base::replace_all(base::replace_all(std::string(token), "~1", "/"), "~0", "~"));
    }
  }
  return found;
}

} // namespace cudasetup::json
