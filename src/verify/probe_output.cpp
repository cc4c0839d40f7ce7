#include "verify/probe_output.hpp"

#include "base/text.hpp"

namespace cudasetup::verify {

namespace {

std::string text_of(const json::Value& value, std::string_view name)
{
  const json::Value* member = value.find(name);
  if (member == nullptr) {
    return {};
  }
  if (const std::string* text = member->string()) {
    return base::printable(*text);
  }
  const std::int64_t* number = member->integer();
  return number == nullptr ? std::string() : std::to_string(*number);
}

std::int64_t number_of(const json::Value& value, std::string_view name)
{
  const json::Value* member = value.find(name);
  return member != nullptr && member->integer() != nullptr ? *member->integer() : 0;
}

bool is_true(const json::Value& value, std::string_view name)
{
  const json::Value* member = value.find(name);
  return member != nullptr && member->boolean() != nullptr && *member->boolean();
}

} // namespace

ProbeReport read_probe_output(std::string_view output)
{
  ProbeReport report;
  for (const std::string_view line : base::lines(output)) {
    if (!line.starts_with('{')) {
      continue;
    }
    std::vector<json::Problem> problems;
    const json::Value value = json::parse(line, "probe", problems);
    if (!problems.empty() || value.object() == nullptr) {
      continue;
    }
    if (value.find("probe") != nullptr) {
      report.probe = text_of(value, "probe");
      report.headers = text_of(value, "headers");
      report.cuda = is_true(value, "cuda");
      report.devices = number_of(value, "devices");
      report.comparisons = number_of(value, "tests");
      report.facts = *value.object();
    } else if (value.find("test") != nullptr || value.find("error") != nullptr) {
      report.tests.push_back(ProbeTest{text_of(value, "test"),
                                       text_of(value, "device"),
                                       is_true(value, "held"),
                                       text_of(value, "error"),
                                       *value.object()});
    }
  }
  return report;
}

} // namespace cudasetup::verify
