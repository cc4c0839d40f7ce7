#include "plan/parts.hpp"

#include "base/text.hpp"
#include "host/paths.hpp"
#include "resolve/ubuntu_offer.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace cudasetup::plan {

std::vector<std::string> builders_in_the_way(const Input& input)
{
  constexpr std::string_view k_modules = "linux-modules-nvidia-";
  constexpr std::string_view k_builder = "nvidia-dkms-";
  const resolve::DriverSelection& driver = input.resolution.driver;
  const auto kernels = resolve::kernels_to_serve(input.facts);
  const bool stands_for_it = std::any_of(driver.packages.begin(), driver.packages.end(), [&](const auto& package) {
    return package.name.starts_with(k_modules) && std::none_of(kernels.begin(), kernels.end(), [&](const auto& kernel) {
             return package.name.ends_with("-" + kernel);
           });
  });
  std::vector<std::string> names;
  for (const auto& [name, package] : input.facts.packages) {
    if (driver.origin == resolve::DriverOrigin::ubuntu_prebuilt && stands_for_it && name.starts_with(k_builder)) {
      names.push_back(name);
    }
  }
  return names;
}

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
  if (presence_of(input.facts, driver.packages) == Presence::present && builders_in_the_way(input).empty()) {
    return DriverOrigin::none;
  }
  return resolve::is_ubuntus(driver.origin) ? DriverOrigin::ubuntu : DriverOrigin::nvidia;
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

/// NVIDIA's packages that hold apt to a branch: nvidia-driver-pinning-595.
constexpr std::string_view k_pinning = "nvidia-driver-pinning-";

/// What keeps out the driver packages of the archive that the driver does not come from. Both have packages of the same
/// names, of which apt would take the newer, or those of the archive with the higher priority.
std::string pin_of(DriverOrigin origin)
{
  const std::string packages(k_driver_packages);
  return origin == DriverOrigin::ubuntu
             ? "Explanation: The driver is Ubuntu's.\nPackage: " + packages +
                   " nvidia-modprobe nvidia-persistenced nvidia-settings\nPin: release l=NVIDIA CUDA\nPin-Priority: "
                   "-1\n"
             : "Explanation: The driver is NVIDIA's.\nPackage: " + packages +
                   " linux-modules-nvidia-* linux-objects-nvidia-*\nPin: release o=Ubuntu\nPin-Priority: -1\n";
}

std::string because_of(resolve::DriverOrigin origin)
{
  return origin == resolve::DriverOrigin::ubuntu_prebuilt
             ? "Ubuntu's packages, with modules that it has built and signed, in one go: alone, the driver would bring "
               "DKMS and a compiler"
             : "Ubuntu's packages; DKMS builds the module, now and for each kernel to come";
}

Step origin_step(DriverOrigin origin)
{
  const std::string other = origin == DriverOrigin::ubuntu ? "NVIDIA's" : "Ubuntu's";
  Step step;
  step.id = "driver-origin";
  step.title = "Keep " + other + " driver packages out";
  step.because = "the two archives have packages of the same names that do not go together: all of a driver comes from "
                 "one";
  step.actions = {WriteFile{std::string(host::k_driver_pin_file), pin_of(origin)}};
  step.undo = "rm " + std::string(host::k_driver_pin_file);
  return step;
}

std::string key_option(const host::UbuntuSource& source)
{
  return source.signed_by.empty() ? "" : "[signed-by=" + source.signed_by + "] ";
}

/// The component in the suites that apt uses of Ubuntu's archive, beside what an earlier run added.
std::string component_text(const Input& input)
{
  const auto there = input.facts.files.find(std::string(host::k_component_file));
  std::string text = there != input.facts.files.end() ? there->second : "";
  for (const host::UbuntuSource& source : input.facts.ubuntu_archive.sources) {
    const std::string line =
        "deb " + key_option(source) + source.uri + " " + source.suite + " " + input.resolution.driver.component + "\n";
    if (text.find(line) == std::string::npos) {
      text += line;
    }
  }
  return text;
}

/// Kernels named as distributions name theirs (5.15.0-91-generic) have a package of headers; others need not.
bool has_header_package(std::string_view kernel)
{
  const std::vector<std::string_view> pieces = base::split(kernel, '-');
  return pieces.size() >= 3 && base::Version::parse(pieces[0]) && base::parse_number(pieces[1]);
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
  if (Step one_origin = origin_step(origin);
      presence_of_file(input.facts, host::k_driver_pin_file, pin_of(origin)) == Presence::absent) {
    steps.push_back(std::move(one_origin));
  }
  const auto is_pin = [](const manifest::AptPackage& package) { return package.name.starts_with(k_pinning); };
  std::vector<manifest::AptPackage> pins;
  std::copy_if(packages.begin(), packages.end(), std::back_inserter(pins), is_pin);
  if (!pins.empty()) {
    std::erase_if(packages, is_pin);
    steps.push_back(pin_step(input, pins));
  }
  std::vector<Step> enrolment = enrolment_steps(input);
  std::move(enrolment.begin(), enrolment.end(), std::back_inserter(steps));
  // Before it, as its packages do: what goes on after a crash finds the driver there, and asks for none of this.
  std::vector<Step> off = nouveau_steps(input);
  std::move(off.begin(), off.end(), std::back_inserter(steps));
  Step step;
  step.id = "apt-install-driver";
  step.title = "Install the NVIDIA driver" + (driver.version ? " " + driver.version->text() : "");
  step.because = origin == DriverOrigin::ubuntu
                     ? because_of(driver.origin)
                     : "NVIDIA's packages at exact versions, so that no newer branch is taken";
  std::vector<std::string> texts = apt_texts(packages);
  for (const std::string& name : builders_in_the_way(input)) {
    step.because += "; " + name + " goes, as the module that it built would be found before them";
    texts.push_back(name + "-"); // apt-get's word for removing it
  }
  step.actions = {apt_install(input, texts, Recommends::take)};
  step.undo = purging(packages);
  step.interruptible = Interruptible::no;
  steps.push_back(std::move(step));
  return steps;
}

std::vector<Step> component_steps(const Input& input)
{
  const std::string& component = input.resolution.driver.component;
  if (driver_origin(input) != DriverOrigin::ubuntu || component.empty()) {
    return {};
  }
  Step step;
  step.id = "ubuntu-component";
  step.title = "Add " + component + " of Ubuntu's archive to apt's sources";
  step.because = "the driver is there, and apt does not use it yet; the same addresses and keys as of the others";
  step.actions = {WriteFile{std::string(host::k_component_file), component_text(input)}};
  step.undo = "rm " + std::string(host::k_component_file);
  return {step};
}

std::vector<std::string> module_tools(const Input& input)
{
  if (driver_origin(input) == DriverOrigin::none ||
      input.resolution.driver.origin == resolve::DriverOrigin::ubuntu_prebuilt) {
    return {};
  }
  const host::Ground& ground = input.facts.ground;
  std::vector<std::string> names;
  for (const std::string& kernel : resolve::kernels_to_serve(input.facts)) {
    const bool has_headers = std::any_of(ground.kernels.begin(), ground.kernels.end(), [&](const host::Kernel& known) {
      return known.release == kernel && known.has_headers;
    });
    if (has_header_package(kernel) && !has_headers) {
      names.push_back("linux-headers-" + kernel);
    }
  }
  if (const auto flavour = resolve::flavour_of(input.facts)) {
    names.push_back("linux-headers-" + *flavour);
  }
  const bool is_known = input.facts.gcc || input.resolution.ubuntu == nullptr;
  const auto& gcc = is_known ? input.facts.gcc : input.resolution.ubuntu->gcc;
  // Of kernels that are not Ubuntu's, Ubuntu need not have the compiler.
  if (ground.kernel_gcc && has_header_package(input.facts.kernel) && gcc && gcc->major_part() < *ground.kernel_gcc) {
    names.push_back("gcc-" + std::to_string(*ground.kernel_gcc));
  }
  return names;
}

void describe_driver(const Input& input, Simulation& simulation)
{
  const DriverOrigin origin = driver_origin(input);
  if (origin == DriverOrigin::none) {
    return;
  }
  simulation.files[std::string(host::k_driver_pin_file)] = pin_of(origin);
  if (!component_steps(input).empty()) {
    simulation.files[std::string(host::k_component_file)] = component_text(input);
  }
}

} // namespace cudasetup::plan
