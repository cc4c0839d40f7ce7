#include "plan/parts.hpp"

#include "base/text.hpp"

#include <stdexcept>
#include <utility>

namespace cudasetup::plan {

DriverOrigin driver_origin(const Input& input)
{
  const resolve::DriverSelection& driver = input.resolution.driver;
  if (driver.action != resolve::DriverAction::install) {
    return DriverOrigin::none;
  }
  if (input.facts.wsl || input.facts.container != host::Container::none) {
    throw std::logic_error("a driver was chosen for a container or WSL, where the host brings it");
  }
  if (driver.packages.empty()) {
    throw std::logic_error("a driver was chosen without packages");
  }
  if (presence_of(input.facts, driver.packages) == Presence::present) {
    return DriverOrigin::none;
  }
  // Versions are known beforehand for NVIDIA's archive alone; Ubuntu's change with its updates.
  return driver.packages.back().version.empty() ? DriverOrigin::ubuntu : DriverOrigin::nvidia;
}

namespace {

std::string purging(const std::vector<manifest::AptPackage>& packages)
{
  std::vector<std::string> names;
  for (const manifest::AptPackage& package : packages) {
    names.push_back(package.name);
  }
  return "apt-get purge --autoremove " + base::join(names, " ");
}

/// What holds apt to the branch must be there before apt chooses what the driver depends on.
Step pin_step(const Input& input, const std::vector<manifest::AptPackage>& pins)
{
  Step step;
  step.id = "apt-install-driver-pin";
  step.title = "Hold apt to driver branch " + input.resolution.driver.version->prefix(1);
  step.because = "NVIDIA's packages of this branch do not carry it in their names: without this one apt takes the "
                 "newest branch for what they depend on";
  step.actions = {apt_install(input, apt_texts(pins), Recommends::take)};
  step.undo = purging(pins);
  step.interruptible = Interruptible::no;
  return step;
}

} // namespace

std::vector<Step> driver_steps(const Input& input)
{
  const DriverOrigin origin = driver_origin(input);
  if (origin == DriverOrigin::none) {
    return {};
  }
  const resolve::DriverSelection& driver = input.resolution.driver;
  std::vector<Step> steps;
  std::vector<manifest::AptPackage> packages = driver.packages;
  if (origin == DriverOrigin::nvidia && packages.size() > 1 && driver.version) { // the driver's own is the last
    packages.erase(packages.begin(), packages.end() - 1);
    steps.push_back(pin_step(input, {driver.packages.begin(), driver.packages.end() - 1}));
  }
  Step step;
  step.id = "apt-install-driver";
  step.title = "Install the NVIDIA driver" + (driver.version ? " " + driver.version->text() : "");
  step.because = origin == DriverOrigin::ubuntu
                     ? "Ubuntu's own packages, taken before NVIDIA's archive and its pin are there"
                     : "NVIDIA's packages at exact versions, so that no newer branch is taken";
  step.actions = {apt_install(input, apt_texts(packages), Recommends::take)};
  step.undo = purging(packages);
  step.interruptible = Interruptible::no;
  steps.push_back(std::move(step));
  return steps;
}

} // namespace cudasetup::plan
