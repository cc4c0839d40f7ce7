#include "apply/apt_simulation.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"

namespace cudasetup::apply {

namespace {

/// "libc6" of "libc6:i386".
std::string without_architecture(std::string_view name)
{
  return std::string(name.substr(0, name.find(':')));
}

} // namespace

AptSimulation parse_simulation(std::string_view output)
{
  AptSimulation simulation;
  for (const std::string_view line : base::lines(output)) {
    const std::vector<std::string_view> words = base::words(line);
    if (words.size() < 2 || line.starts_with(' ')) {
      continue;
    }
    // "Remv name [1.0-1]"; "Purg" where apt is set to purge.
    if (words[0] == "Remv" || words[0] == "Purg") {
      simulation.removals.push_back(without_architecture(words[1]));
    } else if (words[0] == "Inst") {
      simulation.installs.push_back(without_architecture(words[1]));
    }
  }
  return simulation;
}

base::Result<void> check_simulation(const AptSimulation& simulated)
{
  std::vector<std::string> strangers;
  for (const std::string& name : simulated.removals) {
    if (!host::is_nvidia_package(name)) {
      strangers.push_back(name);
    }
  }
  if (strangers.empty()) {
    return {};
  }
  return base::fail(
      base::make_error(base::ErrorKind::packages,
                       "apt would remove packages that are not NVIDIA's: " + base::join(strangers, " ") +
                           "; nothing was changed")
          .with_hint("see why apt wants that", base::Command{{"apt-cache", "policy", strangers.front()}}));
}

} // namespace cudasetup::apply
