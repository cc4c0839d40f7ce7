#include "apply/private_apt.hpp"

#include "apply/simulate.hpp"

namespace cudasetup::apply {

namespace {

/// What apt would run by itself, from the system's own configuration: it may write anywhere. Cleared in a file, which
/// apt reads after all others; an option on its command line can only add to a list (apt.conf(5), -c and #clear).
constexpr std::string_view k_no_hooks = "#clear APT::Update::Pre-Invoke;\n"
                                        "#clear APT::Update::Post-Invoke;\n"
                                        "#clear APT::Update::Post-Invoke-Success;\n"
                                        "#clear APT::Update::Post-Invoke-Stats;\n"
                                        "#clear APT::Install::Pre-Invoke;\n"
                                        "#clear APT::Install::Post-Invoke;\n"
                                        "#clear APT::Install::Post-Invoke-Success;\n"
                                        "#clear AptCli::Hooks;\n"
                                        "#clear DPkg::Pre-Invoke;\n"
                                        "#clear DPkg::Post-Invoke;\n"
                                        "#clear DPkg::Pre-Install-Pkgs;\n";

} // namespace

std::string in_state(std::string_view name)
{
  return std::string(k_simulation_directory) + "/" + std::string(name);
}

base::Command private_apt(std::vector<std::string> arguments)
{
  base::Command command;
  command.argv = {"apt-get",
                  "-c",
                  in_state("apt.conf"),
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
                  // Descriptions in other languages change nothing.
                  "-o",
                  "Acquire::Languages=none",
                  "-o",
                  "APT::Update::Error-Mode=any"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  return command;
}

base::Result<void> make_private_state(effects::Files& target)
{
  CUDASETUP_TRY(target.remove(std::string(k_simulation_directory)));
  CUDASETUP_TRY(target.make_directories(std::string(k_simulation_directory), 0700));
  CUDASETUP_TRY(target.make_directories(in_state("lists/partial"), 0700));
  CUDASETUP_TRY(target.make_directories(in_state("cache/archives/partial"), 0700));
  CUDASETUP_TRY(target.make_directories(in_state("log"), 0700));
  return target.write(in_state("apt.conf"), k_no_hooks, 0600);
}

} // namespace cudasetup::apply
