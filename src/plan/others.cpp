#include "plan/parts.hpp"

#include "plan/holds.hpp"

#include "base/text.hpp"
#include "host/paths.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

std::string name_of(const std::string& package)
{
  return package.substr(0, package.find('='));
}

bool is_on_hold(const host::HostFacts& facts, const std::string& name)
{
  return std::find(facts.holds.begin(), facts.holds.end(), name) != facts.holds.end();
}

/// Whether a pin's name, in which `*` stands for anything, is that of a package. A lone star is every package's.
bool names_package(std::string_view pattern, std::string_view name)
{
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) {
    return pattern == name;
  }
  const std::string_view before = pattern.substr(0, star);
  if (!name.starts_with(before)) {
    return false;
  }
  for (std::size_t at = before.size(); at <= name.size(); ++at) {
    if (names_package(pattern.substr(star + 1), name.substr(at))) {
      return true;
    }
  }
  return false;
}

} // namespace

std::vector<std::string> held_packages(const Input& input, const std::vector<std::string>& packages)
{
  std::vector<std::string> held;
  const std::vector<std::string> released = released_packages(input);
  for (const std::string& package : packages) {
    const std::string name = name_of(package);
    const std::string version = package.size() > name.size() ? package.substr(name.size() + 1) : "";
    const bool is_there = input.facts.packages.contains(name);
    if (is_there && is_on_hold(input.facts, name) &&
        std::find(released.begin(), released.end(), name) == released.end() &&
        presence_of(input.facts, manifest::AptPackage{name, version}) == Presence::absent) {
      held.push_back(name);
    }
  }
  return held;
}

std::vector<resolve::Reason> cautions_of_others(const Input& input, const std::vector<std::string>& packages)
{
  std::vector<resolve::Reason> cautions;
  for (const std::string& name : held_packages(input, packages)) {
    cautions.push_back({name,
                        "is on hold at " + input.facts.packages.at(name).version +
                            ", and would have to change: `apt-mark unhold " + name + "` lets it"});
  }
  std::vector<std::string> said;
  for (const host::Pin& pin : input.facts.pins) {
    const auto named = std::find_if(packages.begin(), packages.end(), [&](const std::string& package) {
      return names_package(pin.package, name_of(package));
    });
    const std::string what = "pins " + pin.package + " (" + pin.pin + ") at " + std::to_string(pin.priority);
    if (pin.file == host::k_pin_file || pin.file == host::k_driver_pin_file || pin.file == host::k_holds_file ||
        pin.package == "*" || named == packages.end() ||
        std::find(said.begin(), said.end(), pin.file + what) != said.end()) {
      continue;
    }
    said.push_back(pin.file + what);
    cautions.push_back({pin.file, what + ", and " + name_of(*named) + " is to be installed"});
  }
  return cautions;
}

} // namespace cudasetup::plan
