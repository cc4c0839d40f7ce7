#include "resolve/elsewhere.hpp"

#include "host/os_support.hpp"
#include "resolve/alternatives.hpp"
#include "resolve/driver_need.hpp"
#include "resolve/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace cudasetup::resolve {

namespace {

/// The GPUs as `--gpu` can name them; those that nobody can tell are left out.
std::vector<host::GpuDevice> devices_of(const host::HostFacts& facts)
{
  std::vector<host::GpuDevice> devices;
  for (const host::GpuDevice& device : facts.gpus) {
    const bool nvidia = !device.id || device.id->vendor == base::k_nvidia_vendor;
    if (nvidia && (device.id || device.capability) && device.bound_driver != "vfio-pci") {
      host::GpuDevice& named = devices.emplace_back();
      named.id = device.id;
      named.capability = device.id ? std::nullopt : device.capability;
    }
  }
  return devices;
}

std::string name_of(const host::GpuDevice& device)
{
  return device.id ? device.id->text() : device.capability->sm();
}

std::optional<Resolution> select(const Request& request, const manifest::Manifest& manifest, const Target& target)
{
  const Question question = ask(request, manifest, target);
  return may_resolve(question) ? find_selection(question) : std::nullopt;
}

/// The answer for another machine: as asked, or the nearest to it.
std::optional<Alternative> settle_for(const Request& request, const manifest::Manifest& manifest, const Target& target)
{
  const Question question = ask(request, manifest, target);
  if (const auto resolution = find_selection(question)) {
    return alternative_of(request, *resolution);
  }
  std::vector<Alternative> near = find_alternatives(question);
  return near.empty() ? std::nullopt : std::optional(std::move(near.front()));
}

void add(std::vector<std::string>& arguments, std::initializer_list<std::string> more)
{
  arguments.insert(arguments.end(), more);
}

std::vector<Alternative> for_each_gpu(const Question& refused, const host::HostFacts& facts)
{
  std::vector<Alternative> found;
  std::vector<std::string> tried;
  for (const host::GpuDevice& device : devices_of(facts)) {
    const std::string name = name_of(device);
    if (found.size() == k_most_alternatives || std::find(tried.begin(), tried.end(), name) != tried.end()) {
      continue;
    }
    tried.push_back(name);
    host::HostFacts alone = facts;
    alone.gpus = {device};
    const Target target = find_target(refused.manifest, alone);
    auto alternative = settle_for(refused.request, refused.manifest, target);
    if (alternative && !target.gpus.empty()) {
      alternative->text = "for " + target.gpus.front().label() + " alone, " + alternative->text;
      add(alternative->arguments, {"--gpu", name});
      found.push_back(std::move(*alternative));
    }
  }
  return found;
}

/// A fresh installation of another release, for the same GPUs; what `--os` makes of this machine.
host::HostFacts fresh(const host::HostFacts& facts, const manifest::UbuntuRelease& release)
{
  host::HostFacts other;
  other.os.id = "ubuntu";
  other.os.version_id = release.version.text();
  other.arch = facts.arch;
  other.glibc = release.glibc;
  other.gcc = release.gcc;
  other.wsl = facts.wsl;
  other.container = facts.container;
  other.pci_readable = true;
  if (facts.driver) {
    other.driver = host::LoadedDriver{facts.driver->version, std::nullopt};
  }
  other.gpus = devices_of(facts);
  return other;
}

void name_machine(const host::HostFacts& other, std::vector<std::string>& arguments)
{
  add(arguments, {"--os", "ubuntu" + other.os.version_id});
  for (const host::GpuDevice& device : other.gpus) {
    add(arguments, {"--gpu", name_of(device)});
  }
  if (other.gpus.empty()) {
    add(arguments, {"--gpu", "none"});
  }
  add(arguments, {"--driver-present", other.driver ? other.driver->version.text() : std::string("none")});
  if (other.container != host::Container::none) {
    add(arguments, {"--container"});
  }
  if (other.wsl) {
    add(arguments, {"--wsl"});
  }
}

std::optional<Alternative>
settle_on(const Question& refused, const host::HostFacts& other, const std::string& where, const std::string& how)
{
  const Target there = find_target(refused.manifest, other);
  Request request = refused.request;
  auto resolution = select(request, refused.manifest, there);
  if (!resolution) {
    request.cuda = {Choice::automatic, std::nullopt};
    request.torch = {
        request.torch.choice == Choice::none ? Choice::none : Choice::automatic, std::nullopt, std::nullopt};
    request.driver = {DriverChoice::automatic, std::nullopt};
    request.module = ModuleChoice::automatic;
    request.method = Method::automatic;
    resolution = select(request, refused.manifest, there);
  }
  if (!resolution) {
    return std::nullopt;
  }
  Alternative alternative = alternative_of(request, *resolution);
  alternative.selection += where;
  alternative.text += how;
  name_machine(other, alternative.arguments);
  return alternative;
}

/// The served releases but the machine's own, nearest first: older before newer.
std::vector<const manifest::UbuntuRelease*> other_releases(const manifest::Manifest& manifest, const Target& target)
{
  std::vector<const manifest::UbuntuRelease*> older;
  std::vector<const manifest::UbuntuRelease*> newer;
  for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
    if (!host::is_served(release.version) || &release == target.ubuntu) {
      continue;
    }
    (release.version < target.ubuntu->version ? older : newer).push_back(&release);
  }
  std::reverse(older.begin(), older.end());
  older.insert(older.end(), newer.begin(), newer.end());
  return older;
}

/// On the nearest other release that serves, and in a container of it: a host's own release does not matter there.
std::vector<Alternative> on_another_release(const Question& refused, const host::HostFacts& facts)
{
  for (const manifest::UbuntuRelease* release : other_releases(refused.manifest, refused.target)) {
    host::HostFacts other = fresh(facts, *release);
    const std::string name = "Ubuntu " + release->version.text();
    std::vector<Alternative> found;
    if (refused.target.place != Place::container) {
      if (auto there =
              settle_on(refused, other, " on " + name, "; planned for that release, to be judged by yourself")) {
        found.push_back(std::move(*there));
      }
    }
    if (refused.target.place != Place::wsl) {
      other.container = host::Container::other;
      if (auto inside = settle_on(refused, other, " in a container of " + name, "; planned for that image")) {
        found.insert(found.begin(), std::move(*inside));
      }
    }
    if (!found.empty()) {
      return found;
    }
  }
  return {};
}

/// For an Ubuntu that is not known: the nearest that is.
std::optional<Alternative> on_nearest_release(const Question& refused, const host::HostFacts& facts)
{
  const manifest::UbuntuRelease* nearest =
      facts.os.id == "ubuntu" ? nearest_release(refused.manifest, facts.os) : nullptr;
  if (nearest == nullptr) {
    return std::nullopt;
  }
  return settle_on(refused,
                   fresh(facts, *nearest),
                   " on Ubuntu " + nearest->version.text(),
                   "; planned for that release, to be judged by yourself");
}

/// The newest LibTorch that computes on the CPU.
std::optional<Alternative> for_the_cpu(const Question& refused, const host::HostFacts& facts)
{
  if (refused.request.torch.choice == Choice::none || refused.manifest.torch.empty()) {
    return std::nullopt;
  }
  host::HostFacts without = facts;
  without.gpus.clear();
  without.driver.reset();
  const Target target = find_target(refused.manifest, without);
  Request request = refused.request;
  request.cuda = {Choice::none, std::nullopt};
  request.driver = {DriverChoice::none, std::nullopt};
  std::optional<Resolution> resolution;
  const auto& releases = refused.manifest.torch;
  for (auto torch = releases.rbegin(); torch != releases.rend() && !resolution; ++torch) {
    request.torch = {Choice::exact, torch->version, "cpu"};
    resolution = select(request, refused.manifest, target);
  }
  if (!resolution) {
    return std::nullopt;
  }
  Alternative alternative = alternative_of(request, *resolution);
  alternative.text = "for the CPU alone";
  add(alternative.arguments, {"--gpu", "none", "--driver-present", "none"});
  return alternative;
}

bool has_toolkit(const Alternative& alternative)
{
  const auto option = std::find(alternative.arguments.begin(), alternative.arguments.end(), "--cuda");
  return option != alternative.arguments.end() && option + 1 != alternative.arguments.end() && option[1] != "none";
}

} // namespace

std::vector<Alternative>
find_elsewhere(const Question& refused, const host::HostFacts& facts, const std::vector<Alternative>& here)
{
  const Target& target = refused.target;
  if (target.ubuntu == nullptr) {
    const auto nearest = on_nearest_release(refused, facts);
    return nearest ? std::vector<Alternative>{*nearest} : std::vector<Alternative>{};
  }
  if (!target.findings.allow()) {
    return {};
  }
  std::vector<Alternative> found;
  const bool too_old = age_obstacle(refused.manifest, target.gpus).stands();
  if (target.gpus.size() > 1 &&
      (common_obstacle(target.gpus, refused.request.module).stands() || too_old || here.empty())) {
    found = for_each_gpu(refused, facts);
  }
  if (!found.empty()) {
    return found;
  }
  const bool toolkit = std::any_of(here.begin(), here.end(), has_toolkit);
  if (!toolkit && !too_old && refused.request.cuda.choice != Choice::none) {
    found = on_another_release(refused, facts);
  }
  if (here.empty() && found.empty()) {
    if (auto cpu = for_the_cpu(refused, facts)) {
      found.push_back(std::move(*cpu));
    }
  }
  return found;
}

} // namespace cudasetup::resolve
