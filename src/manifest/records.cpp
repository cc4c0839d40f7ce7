#include "manifest/records.hpp"

#include <utility>

namespace cudasetup::manifest {

namespace {

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
