#include "apply/obstacles.hpp"

#include "apply/apt_simulation.hpp"
#include "apply/private_apt.hpp"
#include "base/text.hpp"
#include "host/apt_preferences.hpp"
#include "host/dpkg_status.hpp"
#include "host/paths.hpp"
#include "plan/plan.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace cudasetup::apply {

namespace {

using base::Command;

/// What apt would do with more options; nullopt where it cannot.
std::optional<AptSimulation>
try_with(Tools& tools, const std::vector<std::string>& packages, std::vector<std::string> options)
{
  std::vector<std::string> arguments = {"--simulate", "--yes", "-o", std::string(plan::k_names_only), "install"};
  arguments.insert(arguments.begin(), options.begin(), options.end());
  arguments.insert(arguments.end(), packages.begin(), packages.end());
  const auto ended = tools.try_run(private_apt(std::move(arguments)));
  return ended && !ended->error ? std::optional(parse_simulation(ended->output)) : std::nullopt;
}

/// Packages on hold that would have to change, if that is all that is in the way.
std::vector<std::string>
holds_in_the_way(effects::Files& target, Tools& tools, const std::vector<std::string>& packages)
{
  const auto status = host::parse_dpkg_status(target.read("/var/lib/dpkg/status").value_or(""));
  std::vector<std::string> held;
  const auto would = status.holds.empty()
                         ? std::nullopt
                         : try_with(tools, packages, {"--ignore-hold", "--allow-change-held-packages"});
  for (const std::string& name : status.holds) {
    if (would && (would->installs.contains(name) ||
                  std::find(would->removals.begin(), would->removals.end(), name) != would->removals.end())) {
      held.push_back(name);
    }
  }
  return held;
}

/// Every file of pins that is not ours, with its copy in the private state. The system's own main file has none.
std::map<std::string, std::string> files_of_pins(effects::Files& target)
{
  const std::string folder = "/etc/apt/preferences.d";
  std::map<std::string, std::string> files;
  for (const std::string& name : target.list(folder)) {
    const std::string file = folder + "/" + name;
    if (file != host::k_pin_file && file != host::k_driver_pin_file &&
        !host::parse_apt_preferences(target.read(file).value_or(""), file).empty()) {
      files[file] = in_state("preferences.d/" + name);
    }
  }
  if (!host::parse_apt_preferences(target.read("/etc/apt/preferences").value_or(""), "").empty()) {
    files["/etc/apt/preferences"] = "";
  }
  return files;
}

/// Whether apt can where the pins of these files do not hold.
bool passes_without(effects::Files& target,
                    Tools& tools,
                    const std::vector<std::string>& packages,
                    const std::map<std::string, std::string>& files)
{
  std::vector<std::string> options;
  std::map<std::string, std::string> texts;
  for (const auto& [file, copy] : files) {
    if (copy.empty()) {
      options = {"-o", "Dir::Etc::preferences=/dev/null"};
    } else {
      texts[copy] = target.read(copy).value_or("");
      static_cast<void>(target.remove(copy));
    }
  }
  const bool passes = try_with(tools, packages, options).has_value();
  for (const auto& [copy, text] : texts) {
    static_cast<void>(target.write(copy, text, 0600));
  }
  return passes;
}

/// Files whose pins are in the way: one alone where that is enough.
std::vector<std::string> pins_in_the_way(effects::Files& target, Tools& tools, const std::vector<std::string>& packages)
{
  const std::map<std::string, std::string> files = files_of_pins(target);
  std::vector<std::string> names;
  if (files.empty() || !passes_without(target, tools, packages, files)) {
    return names;
  }
  for (const auto& each : files) {
    if (files.size() == 1 || passes_without(target, tools, packages, {each})) {
      return {each.first};
    }
    names.push_back(each.first);
  }
  return names;
}

} // namespace

base::Error
with_obstacles(effects::Files& target, Tools& tools, const std::vector<std::string>& packages, base::Error error)
{
  if (error.kind != base::ErrorKind::packages) {
    return error;
  }
  const std::string said = "without that in the way it could; now it says: " + error.message;
  if (const std::vector<std::string> held = holds_in_the_way(target, tools, packages); !held.empty()) {
    error.details.insert(error.details.begin(), said);
    error.message = "packages are on hold that would have to change: " + base::join(held, ", ");
    std::vector<std::string> unhold = {"apt-mark", "unhold"};
    unhold.insert(unhold.end(), held.begin(), held.end());
    error.hints = {{"somebody has put them on hold; let them change", tools.outside(Command{unhold})}};
  } else if (const std::vector<std::string> pins = pins_in_the_way(target, tools, packages); !pins.empty()) {
    error.details.insert(error.details.begin(), said);
    error.message = "pins of apt keep packages from being installed: " + base::join(pins, ", ");
    error.hints = {{"see what is pinned", tools.outside(Command{{"cat", pins.front()}})},
                   {"have apt pass it over", tools.outside(Command{{"mv", pins.front(), pins.front() + ".disabled"}})}};
  }
  return error;
}

} // namespace cudasetup::apply
