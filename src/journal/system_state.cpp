#include "journal/system_state.hpp"

namespace cudasetup::journal {

namespace {

template<typename T>
std::map<std::string, std::optional<T>> differences(const std::map<std::string, T>& before,
                                                    const std::map<std::string, T>& after)
{
  std::map<std::string, std::optional<T>> changed;
  for (const auto& [name, value] : before) {
    if (!after.contains(name)) {
      changed.emplace(name, std::nullopt);
    }
  }
  for (const auto& [name, value] : after) {
    const auto was = before.find(name);
    if (was == before.end() || !(was->second == value)) {
      changed.emplace(name, value);
    }
  }
  return changed;
}

json::Value value_of(const PackageState& package)
{
  return json::Object{{"state", package.state},
                      {"version", package.version},
                      {"mark", package.mark == Mark::automatic ? "automatic" : "manual"}};
}

json::Value value_of(const Alternative& alternative)
{
  return json::Object{{"mode", alternative.mode}, {"value", alternative.value}};
}

template<typename T> json::Value value_of(const std::optional<T>& value)
{
  return value ? value_of(*value) : json::Value();
}

template<typename Map> json::Value members_of(const Map& map)
{
  json::Object members;
  for (const auto& [name, value] : map) {
    members.emplace_back(name, value_of(value));
  }
  return members;
}

void read_value(json::Reader& reader, PackageState& package)
{
  package.state = reader.string("state");
  package.version = reader.string("version");
  package.mark = reader.choice<Mark>("mark", {{"manual", Mark::manual}, {"automatic", Mark::automatic}});
}

void read_value(json::Reader& reader, Alternative& alternative)
{
  alternative.mode = reader.word("mode", {"auto", "manual"});
  alternative.value = reader.string("value");
}

template<typename T> void read_value(json::Reader& reader, std::optional<T>& value)
{
  if (!reader.value().is_null()) {
    read_value(reader, value.emplace());
  }
}

template<typename Map> Map read_members(json::Reader& reader, std::string_view name)
{
  Map map;
  reader.each_member(name, [&](const std::string& key, json::Reader& value) { read_value(value, map[key]); });
  return map;
}

} // namespace

StateChanges changes_between(const SystemState& before, const SystemState& after)
{
  return {differences(before.packages, after.packages), differences(before.alternatives, after.alternatives)};
}

json::Object to_json(const SystemState& state)
{
  return {{"packages", members_of(state.packages)}, {"alternatives", members_of(state.alternatives)}};
}

json::Object to_json(const StateChanges& changes)
{
  return {{"packages", members_of(changes.packages)}, {"alternatives", members_of(changes.alternatives)}};
}

SystemState read_state(json::Reader& reader)
{
  return {read_members<Packages>(reader, "packages"), read_members<Alternatives>(reader, "alternatives")};
}

StateChanges read_changes(json::Reader& reader)
{
  StateChanges changes;
  changes.packages = read_members<decltype(changes.packages)>(reader, "packages");
  changes.alternatives = read_members<decltype(changes.alternatives)>(reader, "alternatives");
  return changes;
}

} // namespace cudasetup::journal
