#include "manifest/records.hpp"

#include "manifest/fields.hpp"

#include <tuple>
#include <utility>

namespace cudasetup::manifest {

namespace {

json::Value value_of(std::uint32_t number)
{
  return number;
}
json::Value value_of(std::uint64_t number)
{
  return number;
}
json::Value value_of(bool flag)
{
  return flag;
}
json::Value value_of(const std::string& text)
{
  return text;
}
json::Value value_of(const base::Version& version)
{
  return version.text();
}
json::Value value_of(const base::Url& url)
{
  return url.text();
}
json::Value value_of(const base::Digest& digest)
{
  return digest.hex();
}
json::Value value_of(base::ComputeCapability capability)
{
  return capability.text();
}
json::Value value_of(base::PciId id)
{
  return id.text();
}
json::Value value_of(base::Arch arch)
{
  return base::name_of(arch);
}
json::Value value_of(Evidence evidence)
{
  return evidence == Evidence::seen ? "seen" : "derived";
}
/// Of a library package no version may be known.
json::Value value_of(const AptPackage& package)
{
  return json::Object{{"name", package.name},
                      {"version", package.version.empty() ? json::Value() : json::Value(package.version)}};
}
/// The words of the records.
template<typename Word>
requires std::is_enum_v<Word> json::Value value_of(Word word)
{
  return name_of(word);
}

std::string name_of_member(const std::string& name)
{
  return name;
}
template<typename Word> std::string name_of_member(Word word)
{
  return std::string(name_of(word));
}

template<typename T> json::Value value_of(const std::optional<T>& value);
template<typename T> json::Value value_of(const std::vector<T>& values);
template<typename Key, typename T> json::Value value_of(const std::map<Key, T>& values);
template<typename T>
requires requires(const T& record)
{
  fields(record);
}
json::Value value_of(const T& record);

json::Value value_of(const Sources& sources)
{
  return value_of(sources.texts());
}

template<typename T> json::Value value_of(const std::optional<T>& value)
{
  return value ? value_of(*value) : json::Value();
}

template<typename T> json::Value value_of(const std::vector<T>& values)
{
  json::Array array;
  for (const T& value : values) {
    array.push_back(value_of(value));
  }
  return array;
}

template<typename Key, typename T> json::Value value_of(const std::map<Key, T>& values)
{
  json::Object object;
  for (const auto& [key, value] : values) {
    object.emplace_back(name_of_member(key), value_of(value));
  }
  return object;
}

void add_member(json::Object& object, std::string_view name, json::Value value)
{
  if (!name.empty()) {
    object.emplace_back(name, std::move(value));
    return;
  }
  for (auto& member : *value.object()) {
    object.push_back(std::move(member));
  }
}

template<typename T>
requires requires(const T& record)
{
  fields(record);
}
json::Value value_of(const T& record)
{
  json::Object object;
  std::apply([&](const auto&... members) { (add_member(object, members.name, value_of(members.value)), ...); },
             fields(record));
  return object;
}

std::string text_of(const json::Value* value)
{
  if (value == nullptr) {
    return "";
  }
  if (const std::string* text = value->string()) {
    return *text;
  }
  return value->integer() != nullptr ? std::to_string(*value->integer()) : "";
}

std::string identity_of(std::string_view kind, const json::Value& record)
{
  const std::string_view member = kind == "pairs"                    ? "cuda"
                                  : kind == "drivers"                ? "branch"
                                  : kind == "keys" || kind == "gpus" ? "id"
                                                                     : "version";
  return text_of(record.find(member));
}

} // namespace

const std::vector<std::string>& record_kinds()
{
  static const std::vector<std::string> k_kinds = {"cuda", "torch", "drivers", "gpus", "pairs", "ubuntu", "keys"};
  return k_kinds;
}

std::vector<Record> read_records(const std::vector<Source>& sources)
{
  std::vector<Record> records;
  for (const Source& source : sources) {
    std::vector<json::Problem> problems;
    const json::Value document = json::parse(source.text, source.file, problems);
    for (const std::string& kind : record_kinds()) {
      const json::Value* array = document.find(kind);
      if (array == nullptr || array->array() == nullptr) {
        continue;
      }
      for (const json::Value& value : *array->array()) {
        records.push_back({kind, identity_of(kind, value), source.file, value});
      }
    }
  }
  return records;
}

std::vector<Record> records_of(const Manifest& manifest)
{
  std::vector<Record> records;
  const auto add = [&](const std::string& kind, const auto& all) {
    for (const auto& one : all) {
      json::Value value = value_of(one);
      std::string id = identity_of(kind, value);
      records.push_back({kind, std::move(id), "", std::move(value)});
    }
  };
  add("cuda", manifest.cuda);
  add("torch", manifest.torch);
  add("drivers", manifest.drivers);
  add("gpus", manifest.gpus);
  for (const auto& [cuda, pairs] : manifest.pairs) {
    add("pairs", pairs);
  }
  add("ubuntu", manifest.ubuntu);
  add("keys", manifest.keys);
  return records;
}

EvidenceCount count_evidence(const json::Value& value)
{
  EvidenceCount count;
  const auto add = [&](const json::Value& inner) {
    const EvidenceCount more = count_evidence(inner);
    count.seen += more.seen;
    count.derived += more.derived;
  };
  if (const json::Array* elements = value.array()) {
    for (const json::Value& element : *elements) {
      add(element);
    }
  }
  if (const json::Object* members = value.object()) {
    for (const auto& [name, member] : *members) {
      const bool tells = name == "evidence" || name == "packages_evidence";
      count.seen += tells && text_of(&member) == "seen" ? 1 : 0;
      count.derived += tells && text_of(&member) == "derived" ? 1 : 0;
      add(member);
    }
  }
  return count;
}

} // namespace cudasetup::manifest
