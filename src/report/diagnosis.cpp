#include "report/diagnosis.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::report {

namespace {

using diagnose::Blocks;
using diagnose::Finding;

std::string_view heading_of(Blocks blocks)
{
  switch (blocks) {
  case Blocks::packages:
    return "Nothing can be installed as it should be";
  case Blocks::gpu:
    return "The GPU cannot be used as it should be";
  case Blocks::toolkit:
    return "CUDA programs are not made as they should be";
  case Blocks::torch:
    return "LibTorch or torch does not work as it should";
  case Blocks::later:
    return "It works, until the next boot or upgrade";
  case Blocks::nothing:
    break;
  }
  return "Untidy, but nothing fails for it";
}

std::string text_of(const Finding& finding)
{
  std::string text = "\n  " + std::string(finding.cause) + "\n";
  text += "    here:   " + finding.evidence + "\n";
  const char* before = "    do:     ";
  for (const base::Hint& remedy : finding.remedies) {
    text += before + remedy.text + "\n";
    if (remedy.command) {
      text += "              " + base::to_shell(*remedy.command) + "\n";
    }
    before = "    or:     ";
  }
  return text + "    known:  " + finding.source + " [" + std::string(finding.id) + "]\n";
}

} // namespace

std::string text_of(const std::vector<Finding>& findings, const std::vector<std::string>& unknown)
{
  std::string text;
  for (auto finding = findings.begin(); finding != findings.end(); ++finding) {
    if (finding == findings.begin() || finding->blocks != std::prev(finding)->blocks) {
      text += (text.empty() ? "" : "\n") + std::string(heading_of(finding->blocks)) + "\n";
    }
    text += text_of(*finding);
  }
  if (findings.empty()) {
    text += "Nothing is wrong, as far as it is known here.\n";
  }
  if (!unknown.empty()) {
    text += "\nNot looked at\n";
    for (const std::string& line : unknown) {
      text += "  " + line + "\n";
    }
  }
  return base::printable(text);
}

json::Array findings_json(const std::vector<Finding>& findings)
{
  json::Array items;
  for (const Finding& finding : findings) {
    json::Array remedies;
    for (const base::Hint& remedy : finding.remedies) {
      remedies.emplace_back(
          json::Object{{"text", remedy.text},
                       {"command", remedy.command ? json::Value(base::to_shell(*remedy.command)) : json::Value()}});
    }
    items.emplace_back(json::Object{{"id", finding.id},
                                    {"blocks", diagnose::name_of(finding.blocks)},
                                    {"cause", finding.cause},
                                    {"evidence", finding.evidence},
                                    {"source", finding.source},
                                    {"remedies", std::move(remedies)},
                                    {"fix", finding.fix == diagnose::Fix::by_repair}});
  }
  return items;
}

} // namespace cudasetup::report
