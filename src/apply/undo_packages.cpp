#include "apply/undo_parts.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::apply {

namespace {

using journal::PackageState;

/// A package that the transaction changed: before it, after it, and now. nullopt: dpkg does not know it.
struct Case {
  const std::string& name;
  std::optional<PackageState> before;
  std::optional<PackageState> after;
  std::optional<PackageState> now;
};

/// Whether the package holds a kernel module of the driver or what makes one.
bool is_driver(std::string_view name)
{
  static constexpr std::array<std::string_view, 6> k_beginnings = {
      "cuda-drivers", "nvidia-driver", "nvidia-dkms", "nvidia-kernel", "nvidia-open", "linux-modules-nvidia"};
  return std::any_of(k_beginnings.begin(), k_beginnings.end(), [&](std::string_view beginning) {
    return name.starts_with(beginning);
  });
}

bool is_there(const std::optional<PackageState>& state)
{
  return state && state->is_installed();
}

/// Whether a removal or an unpacking was cut off, so that any of its files may be missing.
bool is_half(const std::optional<PackageState>& state)
{
  return is_there(state) && (state->is_half_installed() || state->must_be_reinstalled());
}

/// Whether it was in use and has all its files, but is not in use now: its removal had only begun.
bool is_out_of_use(const Case& package)
{
  return package.before->is_configured() && is_there(package.now) && !package.now->is_configured();
}

/// What is to be done with packages, by kind.
struct Work {
  std::vector<std::string> complete; ///< installers of packages whose unpacking was cut off
  std::vector<std::string> purge;
  std::vector<std::string> remove;     ///< their configuration files were there before
  std::vector<std::string> installers; ///< of earlier versions of what is there
  std::vector<std::string> returning;  ///< installers of what is gone
  std::vector<std::string> back;       ///< the packages of both
  std::vector<std::string> automatic;
  std::vector<std::string> manual;
  std::vector<std::string> hold;
  std::vector<std::string> unhold;
  std::vector<std::string> select;  ///< dpkg was told that they are to go, and they stay
  bool needs_are_met_again = false; ///< all that stays was there before, when what it needs was there
};

std::string installer_of(const UndoInput& input, const std::string& name, const std::string& version)
{
  for (const journal::KeptPackage& kept : input.transaction.kept) {
    if (kept.name == name && kept.version == version && input.available.contains(kept.file)) {
      return kept.file;
    }
  }
  return "";
}

/// A package that was not there before.
void take_away(const Case& package, Work& work, plan::UndoPlan& plan)
{
  if (package.after && package.now->mark != package.after->mark && package.now->mark == journal::Mark::manual) {
    plan.left.push_back(
        {package.name, "was asked for since, and stays; `sudo apt-get purge " + package.name + "` removes it"});
    return;
  }
  (package.before ? work.remove : work.purge).push_back(package.name);
}

/// A package that was there in another version, or is gone.
void bring_back(const UndoInput& input, const Case& package, Work& work, plan::UndoPlan& plan)
{
  const std::string& version = package.before->version;
  const bool was_changed_since = is_there(package.now) != is_there(package.after) ||
                                 (is_there(package.now) && package.now->version != package.after->version);
  if (was_changed_since) {
    const std::string now = is_there(package.now) ? "has become " + package.now->version : "was removed";
    plan.left.push_back({package.name,
                         now + " since, and stays so; `sudo apt-get install --allow-downgrades " + package.name + "=" +
                             version + "` brings back what was there"});
    return;
  }
  const std::string file = installer_of(input, package.name, version);
  if (file.empty()) {
    plan.lost.push_back({package.name, "version " + version + " was there, and its installer cannot be had any more"});
    return;
  }
  (is_there(package.now) ? work.installers : work.returning).push_back(file);
  work.back.push_back(package.name);
  if (!is_there(package.now)) {
    // It comes back as if somebody had asked for it.
    if (package.before->mark == journal::Mark::automatic) {
      work.automatic.push_back(package.name);
    }
    if (package.before->is_held()) {
      work.hold.push_back(package.name);
    }
  }
}

/// Marks and holds of a package that stays.
void set_marks(const Case& package, Work& work)
{
  const auto is_ours = [&](auto part) { return package.after && part(*package.after) == part(*package.now); };
  const auto mark = [](const PackageState& state) { return state.mark; };
  if (mark(*package.before) != mark(*package.now) && is_ours(mark)) {
    (package.before->mark == journal::Mark::automatic ? work.automatic : work.manual).push_back(package.name);
  }
  const auto held = [](const PackageState& state) { return state.is_held(); };
  if (held(*package.before) != held(*package.now) && is_ours(held)) {
    (package.before->is_held() ? work.hold : work.unhold).push_back(package.name);
  }
  if (package.before->is_wanted() && !package.now->is_wanted()) {
    work.select.push_back(package.name);
  }
}

void consider(const UndoInput& input, const Case& package, Work& work, plan::UndoPlan& plan)
{
  if (package.before == package.now) {
    return;
  }
  if (!is_there(package.before)) {
    if (is_there(package.now)) {
      take_away(package, work, plan);
    } else if (package.now && !package.before) {
      work.purge.push_back(package.name); // configuration files alone
    }
    return;
  }
  const bool is_another = !is_there(package.now) || package.now->version != package.before->version;
  if (is_another || (is_half(package.now) && !is_half(package.before))) {
    bring_back(input, package, work, plan);
  } else if (is_out_of_use(package)) {
    work.back.push_back(package.name);
  }
  if (is_there(package.now)) {
    set_marks(package, work);
  }
}

std::vector<std::string> with(std::vector<std::string> argv, const std::vector<std::string>& more)
{
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

std::string count_of(std::size_t count)
{
  return std::to_string(count) + (count == 1 ? " package" : " packages");
}

void add_package_steps(const Work& work, plan::UndoPlan& plan)
{
  if (!work.complete.empty()) {
    plan.steps.push_back(undo_step("undo-complete",
                                   "Unpack " + count_of(work.complete.size()) + " to the end",
                                   "the unpacking was cut off, and dpkg removes the files of whole packages alone",
                                   {with({"dpkg", "--unpack"}, work.complete)}));
  }
  if (!work.installers.empty()) {
    plan.steps.push_back(
        undo_step("undo-unpack",
                  "Put back the earlier versions of " + count_of(work.installers.size()),
                  "they were put aside before they were changed; they come first, since what goes away may "
                  "be needed by the later versions",
                  {with({"dpkg", "--unpack"}, work.installers)}));
  }
  std::vector<std::vector<std::string>> away;
  std::vector<std::string> remove = {"dpkg", "--force-remove-reinstreq"};
  if (!work.returning.empty() && work.needs_are_met_again) {
    // What comes back may be what others need, and what stood for it, and excludes it, is going.
    remove.emplace_back("--force-depends");
  }
  // A package whose unpacking was cut off is marked to be installed again; it goes all the same.
  if (!work.purge.empty()) {
    away.push_back(with(with(remove, {"--purge"}), work.purge));
  }
  if (!work.remove.empty()) {
    away.push_back(with(with(remove, {"--remove"}), work.remove));
  }
  if (!away.empty()) {
    plan.steps.push_back(undo_step("undo-purge",
                                   "Remove " + count_of(work.purge.size() + work.remove.size()),
                                   "this transaction brought them, and nothing that was there before needs them; dpkg "
                                   "refuses where something that came since does",
                                   std::move(away)));
  }
  if (!work.returning.empty()) {
    plan.steps.push_back(undo_step("undo-return",
                                   "Put back " + count_of(work.returning.size()) + " that had gone",
                                   "they come now, since what took their place may exclude them",
                                   {with({"dpkg", "--unpack"}, work.returning)}));
  }
  if (!work.back.empty()) {
    plan.steps.push_back(undo_step("undo-configure",
                                   "Configure the earlier versions",
                                   "they are in use again",
                                   {with({"dpkg", "--configure"}, work.back)}));
  }
}

/// Has dpkg want these again.
plan::Run selecting(const std::vector<std::string>& names)
{
  base::Command command{{"dpkg", "--set-selections"}};
  command.input = "";
  for (const std::string& name : names) {
    *command.input += name + " install\n";
  }
  return plan::Run{std::move(command)};
}

/// What dpkg was to do after the removals that were cut off.
void add_trigger_step(const UndoInput& input, plan::UndoPlan& plan)
{
  const auto awaits = [&](const auto& package) {
    const auto before = journal::find_in(input.transaction.before.packages, package.first);
    return package.second.has_triggers() && !(before && before->has_triggers());
  };
  if (!input.transaction.outcome && std::any_of(input.now.packages.begin(), input.now.packages.end(), awaits)) {
    plan.steps.push_back(undo_step("undo-triggers",
                                   "Have dpkg end what it was doing",
                                   "it was cut off before packages heard of what had changed",
                                   {{"dpkg", "--triggers-only", "--pending"}}));
  }
}

void add_mark_step(const Work& work, plan::UndoPlan& plan)
{
  std::vector<std::vector<std::string>> commands;
  const auto add = [&](const char* verb, const std::vector<std::string>& names) {
    if (!names.empty()) {
      commands.push_back(with({"apt-mark", verb}, names));
    }
  };
  add("auto", work.automatic);
  add("manual", work.manual);
  add("hold", work.hold);
  add("unhold", work.unhold);
  if (commands.empty() && work.select.empty()) {
    return;
  }
  plan::Step step = undo_step(
      "undo-marks", "Put back apt's marks", "which packages were asked for, and which are held", std::move(commands));
  if (!work.select.empty()) {
    step.actions.insert(step.actions.begin(), selecting(work.select));
  }
  plan.steps.push_back(std::move(step));
}

/// Whether nothing stays that came with the transaction or since.
bool all_was_there_before(const UndoInput& input, const plan::UndoPlan& plan)
{
  const auto came_since = [&](const auto& package) {
    const auto before = journal::find_in(input.transaction.before.packages, package.first);
    return is_there(package.second) && !is_there(before) && !input.transaction.changed.packages.contains(package.first);
  };
  return plan.left.empty() && std::none_of(input.now.packages.begin(), input.now.packages.end(), came_since);
}

/// Of what goes or changes: packages that are there in part are completed before.
void complete_first(const UndoInput& input, Work& work, plan::UndoPlan& plan)
{
  for (const auto& [name, file] : input.cut_off) {
    const auto meant = [&](const std::vector<std::string>& names) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (!meant(work.purge) && !meant(work.remove) && !meant(work.back)) {
      continue;
    }
    if (file.empty()) {
      plan.lost.push_back({name, "its unpacking was cut off, and its installer is not here: files of it may stay"});
    } else {
      work.complete.push_back(file);
    }
  }
}

} // namespace

void plan_packages(const UndoInput& input, plan::UndoPlan& plan)
{
  const journal::Transaction& transaction = input.transaction;
  Work work;
  for (const auto& [name, after] : transaction.changed.packages) {
    consider(
        input,
        {name, journal::find_in(transaction.before.packages, name), after, journal::find_in(input.now.packages, name)},
        work,
        plan);
  }
  complete_first(input, work, plan);
  work.needs_are_met_again = all_was_there_before(input, plan);
  for (const auto* names : {&work.purge, &work.remove, &work.back}) {
    for (const std::string& name : *names) {
      plan.reboot = plan.reboot || is_driver(name);
    }
  }
  add_package_steps(work, plan);
  add_trigger_step(input, plan);
  add_mark_step(work, plan);
}

void plan_alternatives(const UndoInput& input, plan::UndoPlan& plan)
{
  std::vector<std::vector<std::string>> commands;
  for (const auto& [name, after] : input.transaction.changed.alternatives) {
    const auto before = journal::find_in(input.transaction.before.alternatives, name);
    const auto now = journal::find_in(input.now.alternatives, name);
    // Groups come and go, and automatic ones choose again, with the packages that have them.
    if (!before || !now || *before == *now || before->mode == "auto") {
      continue;
    }
    if (now != after) {
      plan.left.push_back({name,
                           "points to " + now->value + " since; `sudo update-alternatives --set " + name + " " +
                               before->value + "` puts it back"});
      continue;
    }
    commands.push_back({"update-alternatives", "--set", name, before->value});
  }
  if (!commands.empty()) {
    plan.steps.push_back(undo_step("undo-alternatives",
                                   "Put back what update-alternatives pointed to",
                                   "it had been chosen by hand",
                                   std::move(commands)));
  }
}

} // namespace cudasetup::apply
