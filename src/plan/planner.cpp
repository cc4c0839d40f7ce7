#include "plan/parts.hpp"

#include "base/text.hpp"
#include "host/json.hpp"
#include "host/paths.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

void append(std::vector<Step>& steps, std::vector<Step> more)
{
  steps.insert(steps.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// What comes after the prerequisites, in order. NVIDIA's driver goes before the toolkit, so that the longest step is
/// not done in vain when it fails.
std::vector<Step> main_steps(const Input& input)
{
  std::vector<Step> steps = source_steps(input);
  if (driver_origin(input) == DriverOrigin::nvidia) {
    append(steps, driver_steps(input));
  } else if (driver_origin(input) == DriverOrigin::none) {
    append(steps, enrolment_steps(input));
  }
  append(steps, toolkit_steps(input));
  append(steps, libtorch_steps(input));
  append(steps, python_steps(input));
  append(steps, environment_steps(input));
  append(steps, hold_steps(input));
  append(steps, load_steps(input));
  append(steps, after_boot_steps(input));
  return steps;
}

std::optional<Simulation> make_simulation(const Input& input, const std::vector<std::string>& missing)
{
  Simulation simulation;
  simulation.packages = missing;
  const auto add = [&](const std::vector<manifest::AptPackage>& packages) {
    const std::vector<std::string> texts = apt_texts(packages);
    simulation.packages.insert(simulation.packages.end(), texts.begin(), texts.end());
  };
  if (driver_origin(input) != DriverOrigin::none) {
    add(input.resolution.driver.packages);
    for (const std::string& name : builders_in_the_way(input)) {
      simulation.packages.push_back(name + "-");
    }
  }
  const auto& cuda = input.resolution.cuda;
  if (cuda && cuda->method != resolve::Method::runfile && toolkit_state(input) == ToolkitState::absent) {
    add(toolkit_packages(input));
  }
  add(libtorch_packages(input));
  if (simulation.packages.empty()) {
    return std::nullopt;
  }
  simulation.recommends = is_image(input) ? Recommends::leave_out : Recommends::take;
  if (std::find(missing.begin(), missing.end(), "ca-certificates") != missing.end()) {
    simulation.after = k_certificates_step;
  } else if (!input.facts.dpkg_audit.empty()) {
    simulation.after = k_finish_step;
  }
  if (simulation.after != k_certificates_step && !release_steps(input).empty()) {
    simulation.after = k_release_step;
  }
  describe_source(input, simulation);
  describe_driver(input, simulation);
  return simulation;
}

resolve::Reason toolkit_already(const Input& input, ToolkitState state)
{
  const resolve::ToolkitChoice& choice = *input.resolution.cuda;
  const std::string what = "CUDA " + choice.release->version.text();
  if (state == ToolkitState::foreign) {
    return {"cuda", what + " is at " + toolkit_directory(choice) + ", complete with nvcc; it is used as it is"};
  }
  if (choice.method == resolve::Method::runfile) {
    return {"cuda", what + " is at " + toolkit_directory(choice)};
  }
  return {"cuda", what + " is installed: " + base::join(apt_texts(toolkit_packages(input)), ", ")};
}

std::vector<resolve::Reason> find_already(const Input& input, const std::vector<Step>& steps)
{
  const resolve::Resolution& resolution = input.resolution;
  const auto planned = [&](std::string_view id) {
    return std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return step.id == id; });
  };
  std::vector<resolve::Reason> already;
  if (resolution.cuda) {
    const ToolkitState state = toolkit_state(input);
    if (state != ToolkitState::absent) {
      already.push_back(toolkit_already(input, state));
    }
  }
  if (resolution.driver.action == resolve::DriverAction::keep && input.facts.driver) {
    already.push_back({"driver", "driver " + input.facts.driver->version.text() + " is loaded and stays"});
  }
  if (resolution.driver.action == resolve::DriverAction::install && driver_origin(input) == DriverOrigin::none) {
    already.push_back({"driver", "installed: " + base::join(apt_texts(resolution.driver.packages), ", ")});
  }
  if (libtorch_presence(input) == Presence::present) {
    const resolve::TorchChoice& torch = *resolution.torch;
    const std::string current = planned("register-libtorch") ? "" : ", and is the current one";
    already.push_back({"torch", "LibTorch " + torch.text() + " is at " + torch.prefix + current});
  }
  if (resolution.python && !planned("python")) {
    already.push_back({"python", resolution.python->directory + " holds torch of this build"});
  }
  return already;
}

/// Whether any of the steps has apt read its sources.
bool asks_apt(const std::vector<Step>& steps)
{
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) {
    return std::any_of(step.actions.begin(), step.actions.end(), [](const Action& action) {
      const auto* run = std::get_if<Run>(&action);
      return run != nullptr && run->command.argv.front() == "apt-get";
    });
  });
}

} // namespace

bool needs_reboot(const Input& input)
{
  return (driver_origin(input) != DriverOrigin::none && !loads_now(input)) || enrols_key(input);
}

std::string manifest_digest(const Settings& settings)
{
  const std::string& digest = settings.manifest_digest;
  return digest.empty() || digest.starts_with("sha256:") ? digest : "sha256:" + digest;
}

Plan make_plan(const resolve::Request& request,
               const resolve::Resolution& resolution,
               const host::HostFacts& facts,
               const Settings& settings)
{
  const Mend mend = plan_mend(Input{request, resolution, facts, settings}, host::Harm::stands_in_the_way);
  const Input input{request, resolution, mend.facts, settings};
  const std::vector<Step> main = main_steps(input);
  const std::vector<std::string> missing = missing_prerequisites(input, main);

  Plan plan;
  plan.request = request;
  plan.resolution = resolution;
  plan.steps = system_steps(input, missing);
  const std::vector<Step> release = release_steps(input);
  plan.steps.insert(plan.steps.begin(), release.begin(), release.end());
  if (!plan.steps.empty() || !main.empty()) {
    std::vector<Step> finish = finish_steps(input);
    plan.steps.insert(plan.steps.begin(), finish.begin(), finish.end());
  }
  append(plan.steps, cache_steps(main));
  append(plan.steps, main);
  append(plan.steps, cleanup_steps(input, main));
  plan.totals = totals_of(costs_of(plan.steps), needs_reboot(input));
  for (resolve::Reason& caution : after_boot_cautions(input)) {
    plan.resolution.cautions.push_back(std::move(caution));
  }
  plan.simulation = make_simulation(input, missing);
  if (asks_apt(plan.steps)) {
    // Before all others: apt reads no source at all where two contradict each other.
    const std::vector<Step> steps = mend_steps(mend);
    plan.steps.insert(plan.steps.begin(), steps.begin(), steps.end());
    for (const host::FaultySource& faulty : mend.faults.sources) {
      plan.resolution.cautions.push_back({faulty.source.file, faulty.because + "; it is switched off"});
    }
  }
  if (plan.simulation) {
    auto& off = plan.simulation->switched_off;
    off.insert(off.end(), mend.switched_off.begin(), mend.switched_off.end());
    plan.simulation->held = held_packages(input, plan.simulation->packages);
    const std::vector<resolve::Reason> cautions = cautions_of_others(input, plan.simulation->packages);
    auto& all = plan.resolution.cautions;
    all.insert(all.end(), cautions.begin(), cautions.end());
  }
  plan.manifest_digest = manifest_digest(settings);
  plan.already = find_already(input, plan.steps);
  return plan;
}

} // namespace cudasetup::plan
