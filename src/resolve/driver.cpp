#include "resolve/driver.hpp"

#include "resolve/driver_ground.hpp"
#include "resolve/driver_install.hpp"
#include "resolve/ubuntu_driver.hpp"

#include <fmt/format.h>

#include <utility>

namespace cudasetup::resolve {

namespace {

std::string needed(const DriverNeed& need)
{
  return need.least ? fmt::format("{} needs driver {} or later", need.because, need.least->text()) : std::string();
}

/// How the driver that is there is: "loaded", or only "installed".
std::string_view state_of(const Target& target)
{
  return target.driver_waits ? "installed" : "loaded";
}

std::string_view owner_of(Place place)
{
  return place == Place::wsl ? "Windows" : "the container's host";
}

DriverSelection keep_loaded(const DriverQuestion& question, Findings& findings)
{
  const host::LoadedDriver& loaded = *question.target.driver;
  DriverSelection selection;
  selection.action = DriverAction::keep;
  selection.version = loaded.version;
  selection.module = loaded.flavour;
  const std::string need = needed(question.need);
  findings.reason("driver",
                  fmt::format("{} is {} and suffices{}",
                              loaded.version.text(),
                              state_of(question.target),
                              need.empty() ? "" : ": " + need));
  if (question.target.driver_waits) {
    findings.caution("driver", fmt::format("{} is installed but not loaded yet: reboot", loaded.version.text()));
  }
  say_doubts(loaded.version, question.target.gpus, findings);
  return selection;
}

/// In a container or WSL: what is there must do.
DriverSelection use_foreign(const DriverQuestion& question, Findings& findings)
{
  const Target& target = question.target;
  if (question.request.driver.choice == DriverChoice::exact) {
    findings.refuse("container",
                    fmt::format("no driver is ever installed in {}: the driver belongs to {}",
                                target.place == Place::wsl ? "WSL" : "a container",
                                owner_of(target.place)),
                    target.place == Place::wsl ? "microsoft/WSL issues 6582, 6340" : "usnistgov/ARIAC issue 355");
    return {};
  }
  const std::string need = needed(question.need);
  if (target.driver == nullptr) {
    findings.reason("driver",
                    fmt::format("none is installed here: the driver belongs to {}{}",
                                owner_of(target.place),
                                need.empty() ? "" : "; " + need));
    return {};
  }
  const Obstacle obstacle = loaded_obstacle(target, question.need, question.request.module);
  if (!obstacle.stands()) {
    return keep_loaded(question, findings);
  }
  findings.refuse(
      "driver",
      fmt::format(
          "the driver of {} is {}, but {}", owner_of(target.place), target.driver->version.text(), obstacle.text),
      obstacle.source);
  return {};
}

DriverSelection leave_out(const DriverQuestion& question, Findings& findings)
{
  const Target& target = question.target;
  findings.reason("driver", "none was asked for");
  if (target.driver != nullptr) {
    const Obstacle obstacle = loaded_obstacle(target, question.need, question.request.module);
    if (obstacle.stands()) {
      findings.caution(
          "driver",
          fmt::format("the {} driver is {}, but {}", state_of(target), target.driver->version.text(), obstacle.text));
    }
  } else if (!target.gpus.empty() && question.need.least) {
    findings.caution("driver",
                     "no driver is loaded: " + needed(question.need) +
                         (target.place == Place::machine ? ubuntu_advice(question) : ""));
  }
  if (const Obstacle obstacle = common_obstacle(target.gpus, ModuleChoice::automatic); obstacle.stands()) {
    findings.caution("driver", obstacle.text);
  }
  return {};
}

DriverSelection must_keep(const DriverQuestion& question, Findings& findings)
{
  const Target& target = question.target;
  if (target.driver == nullptr) {
    findings.refuse("driver", "--driver keep was given, but no NVIDIA driver is loaded", "the machine");
    return {};
  }
  const Obstacle obstacle = loaded_obstacle(target, question.need, question.request.module);
  if (obstacle.stands()) {
    findings.refuse(
        "driver",
        fmt::format(
            "the {} driver to keep is {}, but {}", state_of(target), target.driver->version.text(), obstacle.text),
        obstacle.source);
    return {};
  }
  return keep_loaded(question, findings);
}

/// With a runfile or without any toolkit archive: say what is missing and how to get it.
DriverSelection do_without(const DriverQuestion& question, Findings& findings)
{
  const Target& target = question.target;
  findings.reason("driver", "none is installed: the runfile brings the toolkit alone");
  std::string text =
      target.driver == nullptr
          ? std::string("no driver is loaded")
          : fmt::format("the {} driver {} does not suffice", state_of(target), target.driver->version.text());
  const std::string need = needed(question.need);
  if (!need.empty()) {
    text += "; " + need;
  }
  const DriverQuestion alone{question.manifest, target, question.request, nullptr, question.need};
  Findings ignored;
  const DriverSelection possible = install_driver(alone, ignored);
  if (ignored.allow() && possible.version) {
    text += fmt::format("; `sudo cudasetup install --cuda none --torch none --driver {}` installs one",
                        possible.version->text());
  } else if (!ignored.allow()) {
    text += "; " + ignored.constraints.front().text;
  }
  findings.caution("driver", text);
  return {};
}

/// Whether Ubuntu has a driver that will do, which comes whatever brings the toolkit.
bool ubuntu_serves(const DriverQuestion& question)
{
  Findings ignored;
  return take_ubuntu(question, ignored).has_value();
}

/// Whether no driver at all can be installed for these GPUs and this request.
bool refuse_modules(const DriverQuestion& question, Findings& findings)
{
  const Obstacle obstacle = common_obstacle(question.target.gpus, question.request.module);
  if (obstacle.stands()) {
    findings.refuse("driver", obstacle.text, obstacle.source);
  }
  return obstacle.stands();
}

DriverSelection choose_automatically(const DriverQuestion& question, Findings& findings)
{
  const Target& target = question.target;
  Obstacle obstacle;
  if (target.driver != nullptr) {
    obstacle = loaded_obstacle(target, question.need, question.request.module);
    if (!obstacle.stands()) {
      return keep_loaded(question, findings);
    }
  }
  if (target.gpus.empty()) {
    if (target.driver != nullptr) {
      findings.refuse("driver",
                      fmt::format("the {} driver is {}, but {}; no GPU was found to choose a newer one for: name it "
                                  "with --gpu",
                                  state_of(target),
                                  target.driver->version.text(),
                                  obstacle.text),
                      obstacle.source);
    } else if (target.findings.allow()) {
      findings.reason("driver", "none is installed: no NVIDIA GPU was found");
    }
    return {};
  }
  if (refuse_modules(question, findings)) {
    return {};
  }
  if (question.toolkit != nullptr && question.toolkit->method == Method::runfile && !ubuntu_serves(question)) {
    return do_without(question, findings);
  }
  if (target.driver != nullptr) {
    findings.reason("driver",
                    fmt::format("{} is {}, but {}", target.driver->version.text(), state_of(target), obstacle.text));
  }
  return install_driver(question, findings);
}

DriverSelection choose_asked(const DriverQuestion& question, Findings& findings)
{
  const Target& target = question.target;
  const base::Version& asked = *question.request.driver.version;
  if (target.driver != nullptr && target.driver->version.begins_with(asked) &&
      !loaded_obstacle(target, question.need, question.request.module).stands()) {
    return keep_loaded(question, findings);
  }
  if (refuse_modules(question, findings)) {
    return {};
  }
  if (question.toolkit != nullptr && question.toolkit->method == Method::runfile && !ubuntu_serves(question)) {
    findings.refuse(
        "driver",
        fmt::format("driver {} was asked for, and the runfile brings the toolkit alone; install the driver by "
                    "itself with --cuda none --torch none",
                    asked.text()),
        "NVIDIA's installation guide, runfile");
    return {};
  }
  if (target.gpus.empty() && target.findings.allow()) {
    findings.caution("driver", "no NVIDIA GPU was found: whether the driver drives one could not be checked");
  }
  return install_driver(question, findings);
}

} // namespace

DriverSelection choose_driver(const DriverQuestion& question, Findings& findings)
{
  const DriverChoice choice = question.request.driver.choice;
  if (choice == DriverChoice::none) {
    return leave_out(question, findings);
  }
  if (question.target.place != Place::machine) {
    return use_foreign(question, findings);
  }
  if (choice == DriverChoice::keep) {
    return must_keep(question, findings);
  }
  return choice == DriverChoice::exact && question.request.driver.version ? choose_asked(question, findings)
                                                                          : choose_automatically(question, findings);
}

} // namespace cudasetup::resolve
