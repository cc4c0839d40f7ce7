#include "apply/space.hpp"

#include "base/text.hpp"
#include "fetch/unpack.hpp"
#include "plan/input.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace cudasetup::apply {

namespace {

using plan::k_cache;
constexpr std::string_view k_apt_cache = "/var/cache/apt/archives";
/// Packages put nearly all of theirs below it.
constexpr std::string_view k_packages = "/usr";
constexpr std::string_view k_boot = "/boot";

std::optional<std::uint64_t> bytes_at(effects::Files& target, const std::string& path)
{
  const auto status = target.status(path, effects::FollowLinks::no);
  return status && status->type == effects::FileType::regular ? std::optional(status->bytes) : std::nullopt;
}

std::uint64_t bytes_below(effects::Files& target, const std::string& directory)
{
  std::uint64_t sum = 0;
  for (const std::string& name : target.list(directory)) {
    const std::string path = directory + "/" + name;
    const auto status = target.status(path, effects::FollowLinks::no);
    if (status && status->type == effects::FileType::directory) {
      sum += bytes_below(target, path);
    } else {
      sum += status ? status->bytes : 0;
    }
  }
  return sum;
}

/// The copies that undo needs of trees which a program changes in their place.
void add_copies(const plan::Run& run, effects::Files& target, std::vector<Need>& needs)
{
  for (const std::string& path : run.makes) {
    const auto status = target.status(path, effects::FollowLinks::no);
    if (status && status->type == effects::FileType::directory) {
      needs.push_back({path.substr(0, path.rfind('/')), bytes_below(target, path), "a copy of " + path + " for undo"});
    }
  }
}

/// A driver's packages have the initramfs made anew, as a file beside the one that is there; it is about as large.
void add_initramfs(const plan::Plan& plan, effects::Files& target, std::vector<Need>& needs)
{
  const auto installs_driver = [](const plan::Step& step) { return step.id == "apt-install-driver"; };
  if (std::none_of(plan.steps.begin(), plan.steps.end(), installs_driver)) {
    return;
  }
  std::uint64_t largest = 0;
  for (const std::string& name : target.list(std::string(k_boot))) {
    if (name.starts_with("initrd.img-")) {
      largest = std::max(largest, bytes_at(target, std::string(k_boot) + "/" + name).value_or(0));
    }
  }
  if (largest > 0) {
    needs.push_back({std::string(k_boot), largest, "a new initramfs beside the old one"});
  }
}

/// What is put on one file system.
struct Load {
  std::uint64_t free_bytes = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> places;
  std::vector<std::string> parts;

  void add(const Need& need)
  {
    bytes += need.bytes;
    parts.push_back(base::human_bytes(need.bytes) + " in " + need.place + ": " + need.what);
    if (std::find(places.begin(), places.end(), need.place) == places.end()) {
      places.push_back(need.place);
    }
  }
};

/// The place, or what is there of the way to it.
std::string existing(effects::Files& target, std::string place)
{
  while (place.rfind('/') > 0 && !target.status(place, effects::FollowLinks::yes)) {
    place.resize(place.rfind('/'));
  }
  return place;
}

base::Error no_space(effects::Files& target, const Load& load, const Tools& tools)
{
  base::Error error = base::make_error(base::ErrorKind::no_space,
                                       "the file system of " + base::join(load.places, " and ") + " needs " +
                                           base::human_bytes(load.bytes) + ", and " +
                                           base::human_bytes(load.free_bytes) + " are free there; nothing was changed");
  error.details = load.parts;
  std::set<std::string> places;
  for (const std::string& place : load.places) {
    places.insert(tools.outside(existing(target, place)));
  }
  base::Command look{{"df", "-h"}};
  look.argv.insert(look.argv.end(), places.begin(), places.end());
  return std::move(error)
      .with_hint("see what is full", std::move(look))
      .with_hint("free some space, e.g. of apt's own downloads", tools.outside(base::Command{{"apt-get", "clean"}}));
}

/// What is still to be fetched of a download, and what the simulation unpacks of a local installer: about as much as
/// its .deb.
void add_download(const plan::Plan& plan,
                  const plan::Download& download,
                  effects::Files& target,
                  std::vector<Need>& needs)
{
  const std::string name = download.url.file_name();
  const std::uint64_t there =
      bytes_at(target, download.to).value_or(bytes_at(target, download.to + ".part").value_or(0));
  const std::uint64_t whole = std::max(download.bytes.value_or(0), there);
  if (download.to.starts_with(k_cache) && whole > there) {
    needs.push_back({std::string(k_cache), whole - there, name});
  }
  if (whole > 0 && plan.simulation && plan.simulation->local_installer == download.to) {
    needs.push_back({"/var", whole, "what is unpacked of " + name});
  }
}

} // namespace

plan::Plan with_known_costs(const plan::Plan& plan, effects::Files& target, const std::optional<AptCost>& apt)
{
  plan::Plan known = plan;
  for (plan::Cost& cost : known.totals.parts) {
    if (!cost.download_bytes && !cost.file.empty()) {
      cost.download_bytes = bytes_at(target, cost.file);
      // A package or a pin of a few files takes about as much as it came in.
      const bool is_small =
          plan.simulation && cost.file == plan.simulation->key_package && cost.file != plan.simulation->local_installer;
      cost.disk_bytes = is_small ? cost.download_bytes : cost.disk_bytes;
    }
    if (apt && cost.what == plan::k_apt_cost) {
      cost.download_bytes = apt->download_bytes;
      cost.disk_bytes = apt->disk_bytes;
    }
  }
  known.totals = plan::totals_of(std::move(known.totals.parts), plan.totals.reboot);
  known.totals.removes = apt ? std::optional(apt->removes) : std::nullopt;
  return known;
}

base::Result<std::vector<Need>> needs_of(const plan::Plan& plan,
                                         effects::Files& target,
                                         const std::optional<AptCost>& apt,
                                         Zips zips,
                                         std::string_view on_its_way)
{
  std::vector<Need> needs;
  for (const plan::Step& step : plan.steps) {
    for (const plan::Action& action : step.actions) {
      const auto* download = std::get_if<plan::Download>(&action);
      if (download != nullptr && download->to != on_its_way) {
        add_download(plan, *download, target, needs);
      }
      const auto* unpack = std::get_if<plan::Unpack>(&action);
      if (unpack != nullptr && unpack->zip != on_its_way && bytes_at(target, unpack->zip)) {
        auto bytes = fetch::unpacked_bytes(target, unpack->zip);
        if (bytes) {
          needs.push_back(
              {unpack->to, *bytes, "what is unpacked of " + unpack->zip.substr(unpack->zip.rfind('/') + 1)});
        } else if (zips == Zips::compared) {
          return base::fail(std::move(bytes).error());
        }
      }
      if (const auto* run = std::get_if<plan::Run>(&action)) {
        add_copies(*run, target, needs);
      }
    }
  }
  add_initramfs(plan, target, needs);
  if (apt && apt->download_bytes > 0) {
    needs.push_back({std::string(k_apt_cache), apt->download_bytes, "packages that apt fetches"});
  }
  if (apt && apt->disk_bytes.value_or(0) > 0) {
    needs.push_back({std::string(k_packages), *apt->disk_bytes, "packages that apt installs"});
  }
  return needs;
}

base::Result<void> check_space(effects::Files& target, const Tools& tools, const std::vector<Need>& needs)
{
  std::map<std::uint64_t, Load> loads;
  for (const Need& need : needs) {
    auto space = target.space(need.place);
    // CUDA's packages put nearly all of theirs below /usr/local, where that is a file system of its own.
    if (const auto local = target.space("/usr/local"); need.place == k_packages && space && local) {
      space->free_bytes += local->device == space->device ? 0 : local->free_bytes;
    }
    if (space) {
      Load& load = loads[space->device];
      load.free_bytes = std::max(load.free_bytes, space->free_bytes);
      load.add(need);
    }
  }
  for (const auto& [device, load] : loads) {
    if (load.bytes > load.free_bytes) {
      return base::fail(no_space(target, load, tools));
    }
  }
  return {};
}

} // namespace cudasetup::apply
