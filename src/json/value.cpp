#include "json/value.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::json {

std::string_view name_of(Type type)
{
  static constexpr std::array<std::string_view, 7> k_names = {
      "null", "boolean", "integer", "real", "string", "array", "object"};
  return k_names.at(static_cast<std::size_t>(type));
}

const Value* Value::find(std::string_view name) const
{
  const Object* members = object();
  if (members == nullptr) {
    return nullptr;
  }
  const auto found =
      std::find_if(members->begin(), members->end(), [&](const auto& member) { return member.first == name; });
  return found == members->end() ? nullptr : &found->second;
}

void Value::set(std::string name, Value value)
{
  if (is_null()) {
    m_data = Object{};
  }
  std::get<Object>(m_data).emplace_back(std::move(name), std::move(value));
}

void Value::push(Value value)
{
  if (is_null()) {
    m_data = Array{};
  }
  std::get<Array>(m_data).push_back(std::move(value));
}

} // namespace cudasetup::json
