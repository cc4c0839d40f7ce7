#include "plan/holds.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"
#include "host/paths.hpp"
#include "host/stanzas.hpp"
#include "host/ubuntu_archive.hpp"
#include "plan/parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cudasetup::plan {

namespace {

constexpr std::string_view k_mark = "Held by cudasetup:";

std::vector<Held> holds_there(const Input& input)
{
  const auto file = input.facts.files.find(std::string(host::k_holds_file));
  return file == input.facts.files.end() ? std::vector<Held>{} : read_holds(file->second);
}

std::vector<std::string> names_of(const std::vector<manifest::AptPackage>& packages)
{
  std::vector<std::string> names;
  names.reserve(packages.size());
  for (const manifest::AptPackage& package : packages) {
    names.push_back(package.name);
  }
  return names;
}

/// The packages that a driver which is kept was asked for by: those that bring all others, or its module.
std::vector<std::string> names_of_kept(const Input& input)
{
  static constexpr std::array<std::string_view, 7> k_prefixes = {"cuda-drivers",
                                                                 "linux-modules-nvidia-",
                                                                 "nvidia-dkms-",
                                                                 "nvidia-driver-",
                                                                 "nvidia-headless-",
                                                                 "nvidia-open",
                                                                 "nvidia-utils-"};
  std::vector<std::string> names;
  for (const auto& [name, package] : input.facts.packages) {
    if (std::any_of(k_prefixes.begin(), k_prefixes.end(), [&](auto prefix) { return name.starts_with(prefix); })) {
      names.push_back(name);
    }
  }
  return names;
}

/// Whether the driver's modules come built with each kernel.
bool comes_built(const Input& input)
{
  const resolve::DriverSelection& driver = input.resolution.driver;
  const auto is_there = [&](std::string_view prefix) {
    const auto at = input.facts.packages.lower_bound(std::string(prefix));
    return at != input.facts.packages.end() && at->first.starts_with(prefix);
  };
  return driver.action == resolve::DriverAction::install
             ? driver.origin == resolve::DriverOrigin::ubuntu_prebuilt
             : is_there("linux-modules-nvidia-") && !is_there("nvidia-dkms-");
}

/// The driver, where one is chosen or kept: every package of it, since dpkg lets nvidia-kernel-common, and the firmware
/// that it brings, go on without the others. Modules that come built go with one version of it, so that the kernel
/// waits, too, but for what somebody else holds of it.
Held held_driver(const Input& input)
{
  const resolve::DriverSelection& driver = input.resolution.driver;
  const bool is_kept = driver.action == resolve::DriverAction::keep;
  Held held{std::string(k_driver_packages), is_kept ? names_of_kept(input) : names_of(driver.packages)};
  if (held.names.empty()) {
    return held;
  }
  if (comes_built(input)) {
    held.pattern += " linux-modules-nvidia-* linux-objects-nvidia-* linux-signatures-nvidia-*";
    const std::vector<Held> before = holds_there(input);
    for (const std::string& name : host::kernel_metas(input.facts.packages)) {
      const bool by_us = std::any_of(before.begin(), before.end(), [&](const Held& each) {
        return std::find(each.names.begin(), each.names.end(), name) != each.names.end();
      });
      const auto& holds = input.facts.holds;
      held.pattern += " " + name;
      if (by_us || std::find(holds.begin(), holds.end(), name) == holds.end()) {
        held.names.push_back(name);
      }
    }
  }
  return held;
}

/// One of the two things that can be held: whether this plan is about it, changes it, and how it was asked for.
struct Subject {
  Held held;
  bool changes = false;
  bool asked_exactly = false;
};

std::vector<Subject> subjects(const Input& input)
{
  std::vector<Subject> all;
  const auto& cuda = input.resolution.cuda;
  if (cuda && cuda->method != resolve::Method::runfile && toolkit_state(input) != ToolkitState::foreign) {
    const auto& asked = input.request.cuda.version;
    constexpr std::size_t k_parts_with_patch = 3;
    all.push_back(
        {{pattern_of_toolkit(base::replace_all(cuda->release->minor(), ".", "-")), names_of(toolkit_packages(input))},
         toolkit_state(input) == ToolkitState::absent,
         asked && asked->parts().size() >= k_parts_with_patch});
  }
  const resolve::DriverSelection& driver = input.resolution.driver;
  if (driver.action != resolve::DriverAction::none) {
    const auto& asked = input.request.driver.version;
    Held held = held_driver(input);
    if (!held.names.empty()) {
      all.push_back({std::move(held), driver_origin(input) != DriverOrigin::none, asked && asked->parts().size() > 1});
    }
  }
  return all;
}

/// Whether both are about the same: the same toolkit, or the driver.
bool is_same(const Held& a, const Held& b)
{
  return is_of_toolkit(a) == is_of_toolkit(b) && (!is_of_toolkit(a) || a.pattern == b.pattern);
}

bool wants(const Input& input, const Subject& subject, bool held_before)
{
  switch (input.settings.holds) {
  case Holds::none:
    return false;
  case Holds::all:
    return true;
  case Holds::automatic:
    break;
  }
  return subject.asked_exactly || held_before;
}

/// What is held now, during the installation and in the end.
struct Course {
  std::vector<Held> now;
  std::vector<Held> meanwhile;
  std::vector<Held> then;
};

Course course_of(const Input& input)
{
  Course course;
  course.now = holds_there(input);
  course.meanwhile = course.now;
  for (const Subject& subject : subjects(input)) {
    const auto former = std::find_if(
        course.now.begin(), course.now.end(), [&](const Held& held) { return is_same(held, subject.held); });
    const bool held_before = former != course.now.end();
    const bool wanted = wants(input, subject, held_before);
    if (held_before && (subject.changes || !wanted)) {
      std::erase(course.meanwhile, *former);
    }
    if (wanted) {
      // What stays as it is keeps the names that it was held by.
      course.then.push_back(held_before && !subject.changes ? *former : subject.held);
    }
  }
  for (const Held& held : course.meanwhile) {
    if (std::none_of(course.then.begin(), course.then.end(), [&](const Held& other) { return is_same(held, other); })) {
      course.then.push_back(held);
    }
  }
  return course;
}

std::vector<Action> file_actions(const std::vector<Held>& before, const std::vector<Held>& after)
{
  const std::string text = write_holds(after);
  if (text == write_holds(before)) {
    return {};
  }
  if (text.empty()) {
    return {Remove{{std::string(host::k_holds_file)}, Trace::kept}};
  }
  return {WriteFile{std::string(host::k_holds_file), text}};
}

/// The block list for what is held in the end: of the driver, where there is somebody to heed it.
std::string block_list(const Input& input, const Course& course)
{
  const auto driver =
      std::find_if(course.then.begin(), course.then.end(), [](const Held& held) { return !is_of_toolkit(held); });
  const bool serves = input.facts.packages.contains("unattended-upgrades") ||
                      input.facts.files.contains(std::string(host::k_block_list_file));
  return driver != course.then.end() && serves ? write_block_list(*driver) : "";
}

/// Names in @p all that are, or are not, held now.
std::vector<std::string> names_in(const Input& input, const std::vector<Held>& all, bool held)
{
  std::vector<std::string> names;
  for (const Held& each : all) {
    for (const std::string& name : each.names) {
      const auto& holds = input.facts.holds;
      if ((std::find(holds.begin(), holds.end(), name) != holds.end()) == held) {
        names.push_back(name);
      }
    }
  }
  return names;
}

Step step_of(std::string_view id, std::string title, std::string because, std::vector<Action> actions)
{
  Step step;
  step.id = id;
  step.title = std::move(title);
  step.because = std::move(because);
  step.actions = std::move(actions);
  step.undo = "cudasetup undo";
  return step;
}

std::string said_of(const std::vector<Held>& all)
{
  std::vector<std::string> names;
  for (const Held& held : all) {
    names.insert(names.end(), held.names.begin(), held.names.end());
  }
  return enumerate(names);
}

std::string reason_of(const std::vector<Held>& all)
{
  std::string reason = "its upgrades, by hand or unattended, leave these at the version that was asked for";
  if (std::any_of(all.begin(), all.end(), is_of_toolkit)) {
    reason += ", and all packages of the same toolkit with them";
  }
  const auto driver = std::find_if(all.begin(), all.end(), [](const Held& held) { return !is_of_toolkit(held); });
  if (driver == all.end()) {
    return reason + "; --no-hold lets them go";
  }
  reason += ", and all packages of the driver with them";
  const bool holds_kernel = std::any_of(driver->names.begin(), driver->names.end(), host::is_kernel_package);
  return reason + (holds_kernel ? "; new kernels, their security fixes among them, wait as well: Ubuntu builds their "
                                  "modules for its newest driver, and this one would have none. --no-hold lets all of "
                                  "it go together"
                                : "; --no-hold lets them go");
}

std::vector<std::string> with(std::vector<std::string> argv, const std::vector<std::string>& more)
{
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

} // namespace

bool is_of_toolkit(const Held& held)
{
  return held.pattern.starts_with('*');
}

std::string pattern_of_toolkit(std::string_view dashed_minor)
{
  const std::string minor(dashed_minor);
  return "*-" + minor + " *-" + minor + "-*";
}

std::string write_holds(const std::vector<Held>& all)
{
  std::string text;
  for (const Held& held : all) {
    text += std::string(text.empty() ? "" : "\n") + "Explanation: " + std::string(k_mark) + " " +
            base::join(held.names, " ") + "\nPackage: " + held.pattern +
            // "now" is apt's name for what is installed; from 1000 on a pin keeps it from every other version.
            "\nPin: release a=now\nPin-Priority: 1001\n";
  }
  return text;
}

std::vector<Held> read_holds(std::string_view text)
{
  std::vector<Held> all;
  for (const host::Stanza& stanza : host::parse_stanzas(text)) {
    const std::string_view explanation = host::field(stanza, "explanation");
    if (!explanation.starts_with(k_mark)) {
      continue;
    }
    Held held{std::string(host::field(stanza, "package")), {}};
    for (const std::string_view name : base::words(explanation.substr(k_mark.size()))) {
      held.names.emplace_back(name);
    }
    all.push_back(std::move(held));
  }
  return all;
}

std::string write_block_list(const Held& held)
{
  std::string text =
      "// Written by cudasetup: what it holds of the NVIDIA driver.\nUnattended-Upgrade::Package-Blacklist {\n";
  for (const std::string_view glob : base::words(held.pattern)) {
    const bool is_open = glob.ends_with('*');
    text += "  \"" + base::replace_all(std::string(glob.substr(0, glob.size() - (is_open ? 1 : 0))), "*", ".*") +
            (is_open ? "\";\n" : "$\";\n");
  }
  return text + "};\n";
}

std::vector<std::string> released_packages(const Input& input)
{
  const Course course = course_of(input);
  std::vector<Held> gone = course.now;
  std::erase_if(gone, [&](const Held& held) {
    return std::find(course.meanwhile.begin(), course.meanwhile.end(), held) != course.meanwhile.end();
  });
  return names_in(input, gone, true);
}

std::vector<Step> release_steps(const Input& input)
{
  const Course course = course_of(input);
  std::vector<Action> actions;
  if (const auto names = released_packages(input); !names.empty()) {
    actions.emplace_back(run(with({"apt-mark", "unhold"}, names)));
  }
  const std::vector<Action> files = file_actions(course.now, course.meanwhile);
  actions.insert(actions.end(), files.begin(), files.end());
  if (const std::string path(host::k_block_list_file);
      input.facts.files.contains(path) && block_list(input, course).empty()) {
    actions.emplace_back(Remove{{path}, Trace::kept});
  }
  if (actions.empty()) {
    return {};
  }
  return {step_of(k_release_step,
                  "Let go what cudasetup holds",
                  "it was held by an earlier run, and is changed now, or is to be held no more",
                  std::move(actions))};
}

std::vector<Step> hold_steps(const Input& input)
{
  const Course course = course_of(input);
  std::vector<Action> actions = file_actions(course.meanwhile, course.then);
  std::vector<Held> kept;
  std::vector<Held> more;
  for (const Held& held : course.then) {
    const bool stays = std::find(course.meanwhile.begin(), course.meanwhile.end(), held) != course.meanwhile.end();
    (stays ? kept : more).push_back(held);
  }
  std::vector<std::string> names = names_in(input, kept, false);
  for (const Held& held : more) {
    names.insert(names.end(), held.names.begin(), held.names.end());
  }
  if (!names.empty()) {
    actions.emplace_back(run(with({"apt-mark", "hold"}, names)));
  }
  const std::string path(host::k_block_list_file);
  if (const std::string text = block_list(input, course);
      !text.empty() && presence_of_file(input.facts, path, text) == Presence::absent) {
    actions.emplace_back(WriteFile{path, text});
  }
  if (actions.empty()) {
    return {};
  }
  return {step_of("hold", "Keep apt from moving " + said_of(course.then), reason_of(course.then), std::move(actions))};
}

} // namespace cudasetup::plan
