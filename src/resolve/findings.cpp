#include "resolve/findings.hpp"

#include <algorithm>
#include <utility>

namespace cudasetup::resolve {

namespace {

void add_once(std::vector<Reason>& list, Reason reason)
{
  if (std::find(list.begin(), list.end(), reason) == list.end()) {
    list.push_back(std::move(reason));
  }
}

bool contains(std::string_view text, std::string_view part)
{
  return text.find(part) != std::string_view::npos;
}

const std::string& best_source(const std::vector<std::string>& sources, std::string_view topic)
{
  if (!topic.empty()) {
    const auto about = std::find_if(
        sources.begin(), sources.end(), [&](const std::string& source) { return contains(source, topic); });
    if (about != sources.end()) {
      return *about;
    }
  }
  const auto own = std::find_if(sources.begin(), sources.end(), [](const std::string& source) {
    return !contains(source, "copy:") && !contains(source, "public file") && !contains(source, "derived:");
  });
  return own != sources.end() ? *own : sources.front();
}

} // namespace

void Findings::refuse(std::string constraint, std::string text, std::string source)
{
  const bool known =
      std::any_of(constraints.begin(), constraints.end(), [&](const Constraint& other) { return other.text == text; });
  if (!known) {
    constraints.push_back({std::move(constraint), std::move(text), std::move(source)});
  }
}

void Findings::caution(std::string about, std::string text)
{
  add_once(cautions, {std::move(about), std::move(text)});
}

void Findings::doubt(std::string about, std::string text)
{
  add_once(doubts, {about, text});
  caution(std::move(about), std::move(text));
}

void Findings::reason(std::string about, std::string text)
{
  add_once(reasons, {std::move(about), std::move(text)});
}

void Findings::add(const Findings& other)
{
  for (const Constraint& constraint : other.constraints) {
    refuse(constraint.constraint, constraint.text, constraint.source);
  }
  for (const Reason& caution : other.cautions) {
    add_once(cautions, caution);
  }
  for (const Reason& reason : other.reasons) {
    add_once(reasons, reason);
  }
  for (const Reason& doubt : other.doubts) {
    add_once(doubts, doubt);
  }
}

std::string record_source(std::string_view record, const std::vector<std::string>& sources, std::string_view topic)
{
  std::string text = "manifest, ";
  text += record;
  if (!sources.empty()) {
    text += ": ";
    text += best_source(sources, topic);
  }
  return text;
}

} // namespace cudasetup::resolve
