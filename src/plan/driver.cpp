#include "plan/parts.hpp"

#include "base/text.hpp"

#include <stdexcept>

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
  return driver.packages.front().version.empty() ? DriverOrigin::ubuntu : DriverOrigin::nvidia;
}

std::vector<Step> driver_steps(const Input& input)
{
  const DriverOrigin origin = driver_origin(input);
  if (origin == DriverOrigin::none) {
    return {};
  }
  const resolve::DriverSelection& driver = input.resolution.driver;
  const std::vector<std::string> packages = apt_texts(driver.packages);
  Step step;
  step.id = "apt-install-driver";
  step.title = "Install the NVIDIA driver" + (driver.version ? " " + driver.version->text() : "");
  step.because = origin == DriverOrigin::ubuntu
                     ? "Ubuntu's own packages, taken before NVIDIA's archive and its pin are there"
                     : "NVIDIA's packages at exact versions, so that no newer branch is taken";
  step.actions = {apt_install(input, packages, Recommends::take)};
  std::vector<std::string> names;
  for (const manifest::AptPackage& package : driver.packages) {
    names.push_back(package.name);
  }
  step.undo = "apt-get purge --autoremove " + base::join(names, " ");
  step.interruptible = Interruptible::no;
  return {step};
}

} // namespace cudasetup::plan
