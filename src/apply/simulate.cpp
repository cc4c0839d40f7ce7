#include "apply/simulate.hpp"

#include "apply/apt_simulation.hpp"
#include "apply/match.hpp"
#include "base/text.hpp"

namespace cudasetup::apply {

namespace {

using base::Command;

constexpr std::string_view k_sources = "/etc/apt/sources.list.d";
constexpr std::string_view k_preferences = "/etc/apt/preferences.d";

std::string in_state(std::string_view name)
{
  return std::string(k_simulation_directory) + "/" + std::string(name);
}

/// apt-get with every place it writes to, and the places of sources and pins, in the private state. The list of
/// installed packages stays the real one.
Command private_apt(std::vector<std::string> arguments)
{
  Command command;
  command.argv = {"apt-get",
                  "-o",
                  "Dir::State::lists=" + in_state("lists"),
                  "-o",
                  "Dir::Cache=" + in_state("cache"),
                  // apt keeps what it planned, even of a simulation.
                  "-o",
                  "Dir::Log=" + in_state("log"),
                  "-o",
                  "Dir::Etc::sourcelist=" + in_state("sources.list"),
                  "-o",
                  "Dir::Etc::sourceparts=" + in_state("sources.list.d"),
                  "-o",
                  "Dir::Etc::preferencesparts=" + in_state("preferences.d"),
                  // The state is private: apt's unprivileged user could not read it.
                  "-o",
                  "APT::Sandbox::User=root",
                  "-o",
                  "APT::Update::Error-Mode=any"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return command;
}

base::Result<void> copy_folder(effects::Files& target, std::string_view from, const std::string& to)
{
  CUDASETUP_TRY(target.make_directories(to, 0700));
  for (const std::string& name : target.list(std::string(from))) {
    if (const auto text = target.read(std::string(from) + "/" + name)) {
      CUDASETUP_TRY(target.write(to + "/" + name, *text, 0600));
    }
  }
  return {};
}

/// Copies apt's own lists, so that only what is new is fetched, and its sources and pins.
base::Result<void> copy_apt_state(effects::Files& target)
{
  CUDASETUP_TRY(target.remove(std::string(k_simulation_directory)));
  CUDASETUP_TRY(target.make_directories(std::string(k_simulation_directory), 0700));
  CUDASETUP_TRY(target.make_directories(in_state("lists/partial"), 0700));
  CUDASETUP_TRY(target.make_directories(in_state("cache/archives/partial"), 0700));
  CUDASETUP_TRY(target.make_directories(in_state("log"), 0700));
  CUDASETUP_TRY(target.write(in_state("sources.list"), target.read("/etc/apt/sources.list").value_or(""), 0600));
  CUDASETUP_TRY(copy_folder(target, "/var/lib/apt/lists", in_state("lists")));
  CUDASETUP_TRY(copy_folder(target, k_sources, in_state("sources.list.d")));
  return copy_folder(target, k_preferences, in_state("preferences.d"));
}

/// A private copy of the key that signs the plan's source: from the unpacked package, or from the system where that was
/// unpacked before. apt tells armored keys from binary ones by the name alone.
base::Result<std::string>
copy_key(effects::Files& target, const plan::Simulation& simulation, const std::string& unpacked)
{
  const std::string directory = (simulation.key_package.empty() ? "" : unpacked) + simulation.key_directory;
  for (const std::string& name : target.list(directory)) {
    if (matches(name, simulation.key_pattern)) {
      const std::string copy = in_state(name.ends_with(".gpg") ? "key.gpg" : "key.asc");
      CUDASETUP_TRY(target.write(copy, target.read(directory + "/" + name).value_or(""), 0600));
      return copy;
    }
  }
  return base::fail(
      base::make_error(base::ErrorKind::untrusted, "no key " + simulation.key_pattern + " in " + directory)
          .with_hint("another method does without that file",
                     Command{{"cudasetup", "install", "--method", "runfile"}}));
}

/// Unpacks what carries the key (and, locally, the archive) and adds the source that names it.
base::Result<void> add_source(effects::Files& target, Tools& tools, const plan::Simulation& simulation)
{
  if (simulation.source_line.empty()) {
    return {};
  }
  const std::string unpacked = in_state("unpacked");
  if (!simulation.key_package.empty()) {
    CUDASETUP_TRY(tools.run(Command{{"dpkg-deb", "--extract", simulation.key_package, unpacked}}));
    // NVIDIA's keyring package brings the pin by itself.
    CUDASETUP_TRY(copy_folder(target, unpacked + std::string(k_preferences), in_state("preferences.d")));
  }
  CUDASETUP_TRY_ASSIGN(const std::string keyring, copy_key(target, simulation, unpacked));
  std::string line = base::replace_all(simulation.source_line, "{keyring}", keyring);
  line = base::replace_all(std::move(line), "{unpacked}", unpacked);
  return target.write(in_state("sources.list.d/cudasetup.list"), line + "\n", 0600);
}

base::Result<void> simulate_in_state(effects::Files& target, Tools& tools, const plan::Simulation& simulation)
{
  CUDASETUP_TRY(copy_apt_state(target));
  CUDASETUP_TRY(add_source(target, tools, simulation));
  if (!simulation.pin.empty()) {
    CUDASETUP_TRY(target.write(in_state("preferences.d/cuda-repository-pin-600"), simulation.pin, 0600));
  }
  CUDASETUP_TRY(tools.run(private_apt({"update"})));
  // With --yes the simulation refuses what the run itself would: changes to packages on hold, and older versions.
  std::vector<std::string> install = {"--simulate", "--yes", "-o", std::string(plan::k_names_only), "install"};
  install.insert(install.end(), simulation.packages.begin(), simulation.packages.end());
  CUDASETUP_TRY_ASSIGN(const std::string output, tools.run(private_apt(std::move(install))));
  auto checked = check_simulation(parse_simulation(output));
  if (!checked) {
    base::Error error = std::move(checked).error();
    for (base::Hint& hint : error.hints) {
      if (hint.command) {
        hint.command = tools.outside(*std::move(hint.command));
      }
    }
    return base::fail(std::move(error));
  }
  return {};
}

} // namespace

base::Result<void> simulate(const effects::Effects& effects, Tools& tools, const plan::Simulation& simulation)
{
  auto result = simulate_in_state(effects.target, tools, simulation);
  auto removed = effects.target.remove(std::string(k_simulation_directory));
  if (!result) {
    return base::fail(std::move(result).error().while_doing(std::string("asking apt what would happen") +
                                                            (simulation.after.empty() ? ", before any change" : "")));
  }
  return removed;
}

} // namespace cudasetup::apply
