#include "report/records.hpp"

#include "base/text.hpp"

namespace cudasetup::report {

namespace {

void add(std::string& text, const json::Value& value, std::size_t indent);

std::string scalar(const json::Value& value)
{
  if (const std::string* text = value.string()) {
    return *text;
  }
  if (const bool* flag = value.boolean()) {
    return *flag ? "yes" : "no";
  }
  return value.is_null() ? "not known" : json::write(value, json::Layout::compact);
}

bool is_empty(const json::Value& value)
{
  return (value.array() != nullptr && value.array()->empty()) || (value.object() != nullptr && value.object()->empty());
}

void add_inner(std::string& text, const json::Value& value, std::size_t indent)
{
  if (is_empty(value)) {
    text += " none\n";
  } else if (value.array() != nullptr || value.object() != nullptr) {
    text += "\n";
    add(text, value, indent);
  } else {
    const std::string line = scalar(value);
    if (line.find('\n') == std::string::npos) {
      text += " " + line + "\n";
      return;
    }
    text += "\n";
    for (const std::string_view part : base::lines(line)) {
      text += std::string(indent, ' ') + "| " + std::string(part) + "\n";
    }
  }
}

void add(std::string& text, const json::Value& value, std::size_t indent)
{
  constexpr std::size_t k_step = 2;
  if (const json::Object* members = value.object()) {
    for (const auto& [name, member] : *members) {
      text += std::string(indent, ' ') + name + ":";
      add_inner(text, member, indent + k_step);
    }
    return;
  }
  for (const json::Value& element : *value.array()) {
    if (element.object() == nullptr) {
      text += std::string(indent, ' ') + "- " + scalar(element) + "\n";
      continue;
    }
    std::string inner;
    add(inner, element, indent + k_step);
    inner.replace(indent, 1, "-");
    text += inner;
  }
}

std::string place_of(const manifest::Record& record)
{
  return record.file.empty() ? "built in" : record.file + ":" + std::to_string(record.value.line());
}

} // namespace

std::string text_of(const std::vector<manifest::Record>& records)
{
  std::string text;
  for (const manifest::Record& record : records) {
    const manifest::EvidenceCount evidence = manifest::count_evidence(record.value);
    text += (text.empty() ? "" : "\n") + record.kind + " " + record.id + " (" + place_of(record);
    if (evidence.seen + evidence.derived > 0) {
      text += "; of its files and package lists " + std::to_string(evidence.seen) + " were seen, " +
              std::to_string(evidence.derived) + " derived by a rule";
    }
    text += ")\n";
    add(text, record.value, 2);
  }
  return base::printable(text);
}

json::Value to_json(const std::vector<manifest::Record>& records)
{
  json::Array array;
  for (const manifest::Record& record : records) {
    const bool built_in = record.file.empty();
    array.emplace_back(json::Object{{"kind", record.kind},
                                    {"id", record.id},
                                    {"file", built_in ? json::Value() : record.file},
                                    {"line", built_in ? json::Value() : std::uint64_t{record.value.line()}},
                                    {"record", record.value}});
  }
  return json::Object{{"schema", "cudasetup.records/1"}, {"records", std::move(array)}};
}

} // namespace cudasetup::report
