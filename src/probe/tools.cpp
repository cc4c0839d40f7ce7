#include "probe/tools.hpp"

#include "host/tool_version.hpp"
#include "probe/machine.hpp"

#include <chrono>

namespace cudasetup::probe {

namespace {

/// A program that prints its version at once does not take seconds.
constexpr std::chrono::milliseconds k_time_limit{5000};

/// The resolved path of a program, or nullopt when there is none.
std::optional<std::string> find_program(effects::Files& target, const std::string& name)
{
  for (const char* directory : {"/usr/local/bin/", "/usr/bin/"}) {
    if (auto path = target.resolve(directory + name)) {
      return path;
    }
  }
  return std::nullopt;
}

std::optional<base::Version>
ask(effects::Processes& processes, const ProbeOptions& options, const base::Command& command)
{
  if (target_of(options) == Target::tree && options.privilege == Privilege::user) {
    return std::nullopt;
  }
  effects::ProcessOptions how;
  how.time_limit = k_time_limit;
  const auto result = processes.run(base::in_root(command, options.root), how);
  return result && result->status == 0 ? host::parse_tool_version(result->out) : std::nullopt;
}

} // namespace

const std::vector<base::Command>& allowed_commands()
{
  static const std::vector<base::Command> commands = {
      {{"gcc", "-dumpfullversion", "-dumpversion"}},
      {{"cmake", "--version"}},
      {{"python3", "--version"}},
  };
  return commands;
}

void probe_tools(effects::Files& target,
                 effects::Processes& processes,
                 const ProbeOptions& options,
                 host::HostFacts& facts)
{
  for (const base::Command& command : allowed_commands()) {
    const std::string& name = command.argv.front();
    const auto path = find_program(target, name);
    if (!path) {
      continue;
    }
    const auto package = facts.packages.find(host::package_of_program(*path));
    const auto version = package != facts.packages.end() ? host::upstream_version(package->second.version)
                                                         : ask(processes, options, command);
    (name == "gcc" ? facts.gcc : name == "cmake" ? facts.cmake : facts.python) = version;
  }
}

} // namespace cudasetup::probe
