#include "apply/simulate.hpp"

#include "apply/apt_simulation.hpp"
#include "apply/match.hpp"
#include "apply/obstacles.hpp"
#include "apply/private_apt.hpp"
#include "apply/stale.hpp"
#include "apply/unread.hpp"
#include "base/openpgp.hpp"
#include "base/text.hpp"
#include "host/apt_sources.hpp"
#include "host/dpkg_status.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::apply {

namespace {

using base::Command;

constexpr std::string_view k_sources = "/etc/apt/sources.list.d";
constexpr std::string_view k_preferences = "/etc/apt/preferences.d";

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

constexpr std::string_view k_apt_directory = "/etc/apt/";

/// Copies apt's own lists, so that only what is new is fetched, and its sources and pins.
base::Result<void> copy_apt_state(effects::Files& target)
{
  CUDASETUP_TRY(make_private_state(target));
  CUDASETUP_TRY(target.write(in_state("sources.list"), target.read("/etc/apt/sources.list").value_or(""), 0600));
  CUDASETUP_TRY(copy_folder(target, "/var/lib/apt/lists", in_state("lists")));
  CUDASETUP_TRY(copy_folder(target, k_sources, in_state("sources.list.d")));
  return copy_folder(target, k_preferences, in_state("preferences.d"));
}

/// Does to the private copies what the plan does to the sources. Keys that hold for every archive are left.
base::Result<void> switch_off(effects::Files& target, const std::vector<plan::SwitchedOff>& all)
{
  for (const plan::SwitchedOff& off : all) {
    const std::string copy =
        in_state(off.file.substr(off.file.starts_with(k_apt_directory) ? k_apt_directory.size() : 0));
    const auto text = target.read(copy);
    if (!text) {
      continue;
    }
    if (off.renamed.empty()) {
      CUDASETUP_TRY(target.write(copy, host::without_parts(*text, off.parts), 0600));
    } else {
      CUDASETUP_TRY(target.remove(copy));
    }
  }
  return {};
}

/// Refuses a keyring without the key that signs the source, or with one beside it that nobody knows: apt would trust
/// either.
base::Result<void> check_key(const plan::Simulation& simulation, const std::string& path, std::string_view keyring)
{
  if (simulation.key_fingerprints.empty()) {
    return {};
  }
  const std::vector<std::string> found = base::key_fingerprints(keyring);
  const auto holds = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const bool signs = std::any_of(
      found.begin(), found.end(), [&](const std::string& one) { return holds(simulation.key_fingerprints, one); });
  if (signs && std::all_of(found.begin(), found.end(), [&](const std::string& one) {
        return holds(simulation.known_fingerprints, one);
      })) {
    return {};
  }
  base::Error error = base::make_error(
      base::ErrorKind::untrusted, "the key in " + path + " is not the one that signs NVIDIA's archive: not trusted");
  error.details = {"expected " + base::join(simulation.key_fingerprints, " or "),
                   "found    " + (found.empty() ? "no key" : base::join(found, ", "))};
  return base::fail(std::move(error).with_hint("a mirror may hold another keyring: try without --mirror; where NVIDIA "
                                               "has changed its key, a newer cudasetup, or "
                                               "records of the new key (--manifest), know it"));
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
      const std::string keyring = target.read(directory + "/" + name).value_or("");
      const std::string path = simulation.key_directory + "/" + name;
      CUDASETUP_TRY(check_key(
          simulation, simulation.key_package.empty() ? path : path + " of " + simulation.key_package, keyring));
      CUDASETUP_TRY(target.write(copy, keyring, 0600));
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

/// An update of the private lists: what of it failed, if something did.
struct Update {
  base::Error error;               ///< what it means, where something is unread
  std::vector<std::string> unread; ///< archives

  /// Each with the files that name it.
  std::vector<std::string> described(effects::Files& target) const
  {
    std::vector<std::string> lines;
    for (const std::string& archive : unread) {
      const std::vector<std::string> files = source_files_of(target, archive);
      lines.push_back(archive + (files.empty() ? "" : " (" + base::join(files, ", ") + ")"));
    }
    return lines;
  }
};

base::Result<Update> update_lists(const effects::Effects& effects, Tools& tools)
{
  const Command command = private_apt({"update"});
  CUDASETUP_TRY_ASSIGN(Tools::Ended ended, update_patiently(effects, tools, command));
  Update update;
  update.unread = unread_archives(ended.output);
  if (ended.error && update.unread.empty()) {
    // Of no archive in particular: two sources that contradict each other, a full disk.
    return base::fail(*std::move(ended.error));
  }
  // An old apt warns and succeeds.
  update.error = ended.error ? *std::move(ended.error) : tools.failure_of(command, ended.output);
  return update;
}

/// apt's words for what it does not know, as it is where a list is missing.
bool misses_a_package(const std::string& output)
{
  constexpr std::array<std::string_view, 3> k_words = {
      "Unable to locate package", "has no installation candidate", "' was not found"};
  return std::any_of(
      k_words.begin(), k_words.end(), [&](std::string_view words) { return output.find(words) != std::string::npos; });
}

/// Asks apt for an installation; where it cannot be for want of a list, the error is that of the list.
base::Result<std::string> ask(effects::Files& target, Tools& tools, const Update& update, const Command& command)
{
  CUDASETUP_TRY_ASSIGN(Tools::Ended ended, tools.try_run(command));
  if (!ended.error) {
    return std::move(ended.output);
  }
  if (update.unread.empty() || !misses_a_package(ended.output)) {
    for (const std::string& unread : update.described(target)) {
      ended.error->details.push_back("besides, this archive could not be read: " + unread);
    }
    return base::fail(*std::move(ended.error));
  }
  base::Error error = update.error;
  for (const std::string& unread : update.described(target)) {
    error.details.push_back("not read: " + unread);
  }
  error.details.push_back("without that, apt says: " + ended.error->message);
  return base::fail(std::move(error));
}

/// A list that could not be read stops what needs it: packages would come from an archive that is not there, or is not
/// what it was. Any other is a word of caution.
base::Result<void> judge_unread(const effects::Effects& effects, const Update& update, const AptCost& cost)
{
  for (const std::string& archive : update.unread) {
    const bool needed = std::any_of(cost.addresses.begin(), cost.addresses.end(), [&](const std::string& address) {
      return is_in_archive(address, archive);
    });
    if (needed) {
      base::Error error = update.error;
      error.details.push_back("packages would come from " + archive);
      return base::fail(std::move(error));
    }
  }
  for (const std::string& unread : update.described(effects.target)) {
    effects.events.emit(
        effects::Notice{"careful: apt cannot read " + unread + ". Nothing is needed of it; it goes on"});
  }
  return {};
}

/// Hints of pure checks know nothing of the root.
base::Result<void> outside(base::Result<void> checked, const Tools& tools)
{
  if (checked) {
    return {};
  }
  base::Error error = std::move(checked).error();
  for (base::Hint& hint : error.hints) {
    if (hint.command) {
      hint.command = tools.outside(*std::move(hint.command));
    }
  }
  return base::fail(std::move(error));
}

base::Result<AptCost>
simulate_in_state(const effects::Effects& effects, Tools& tools, const plan::Simulation& simulation)
{
  effects::Files& target = effects.target;
  CUDASETUP_TRY(copy_apt_state(target));
  CUDASETUP_TRY(switch_off(target, simulation.switched_off));
  CUDASETUP_TRY(add_source(target, tools, simulation));
  if (!simulation.pin.empty()) {
    CUDASETUP_TRY(target.write(in_state("preferences.d/cuda-repository-pin-600"), simulation.pin, 0600));
  }
  for (const auto& [path, content] : simulation.files) {
    CUDASETUP_TRY(target.write(in_state(path.substr(k_apt_directory.size())), content, 0600));
  }
  CUDASETUP_TRY_ASSIGN(const Update update, update_lists(effects, tools));
  // With --yes the simulation refuses what the run itself would: changes to packages on hold, and older versions.
  std::vector<std::string> install = {"--yes", "-o", std::string(plan::k_names_only), "install"};
  if (simulation.recommends == plan::Recommends::leave_out) {
    install.insert(install.begin(), "--no-install-recommends");
  }
  install.insert(install.end(), simulation.packages.begin(), simulation.packages.end());
  std::vector<std::string> simulated = install;
  simulated.insert(simulated.begin(), "--simulate");
  auto answer = ask(target, tools, update, private_apt(std::move(simulated)));
  if (!answer && update.unread.empty()) {
    return base::fail(with_obstacles(target, tools, simulation.packages, std::move(answer).error()));
  }
  CUDASETUP_TRY_ASSIGN(const std::string output, std::move(answer));
  const AptSimulation would = parse_simulation(output);
  CUDASETUP_TRY(outside(check_simulation(would), tools));
  const auto status = host::parse_dpkg_status(target.read("/var/lib/dpkg/status").value_or(""));
  CUDASETUP_TRY(outside(check_asked(simulation.packages, would, status.packages), tools));
  install.insert(install.begin(), "--print-uris");
  CUDASETUP_TRY_ASSIGN(const std::string addresses, ask(target, tools, update, private_apt(std::move(install))));
  AptCost cost = parse_cost(addresses);
  for (const auto& [name, version] : would.installs) {
    cost.changes.push_back(name);
  }
  cost.removes = would.removals;
  cost.changes.insert(cost.changes.end(), would.removals.begin(), would.removals.end());
  CUDASETUP_TRY(judge_unread(effects, update, cost));
  return cost;
}

} // namespace

base::Result<AptCost> simulate(const effects::Effects& effects, Tools& tools, const plan::Simulation& simulation)
{
  auto result = simulate_in_state(effects, tools, simulation);
  auto removed = effects.target.remove(std::string(k_simulation_directory));
  if (!result) {
    return base::fail(std::move(result).error().while_doing(std::string("asking apt what would happen") +
                                                            (simulation.after.empty() ? ", before any change" : "")));
  }
  if (!removed) {
    return base::fail(std::move(removed).error());
  }
  return result;
}

} // namespace cudasetup::apply
