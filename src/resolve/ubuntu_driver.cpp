#include "resolve/ubuntu_driver.hpp"

#include "base/text.hpp"
#include "resolve/driver_ground.hpp"
#include "resolve/driver_packages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace cudasetup::resolve {

namespace {

/// The vendors of display devices that share a laptop with NVIDIA's: Intel and AMD.
constexpr std::uint16_t k_intel = 0x8086;
constexpr std::uint16_t k_amd = 0x1002;

bool needs_fabric_manager(const Target& target)
{
  return target.facts->ground.nvswitches > 0;
}

std::string fabric_manager(const UbuntuDriver& driver)
{
  return "nvidia-fabricmanager-" + std::to_string(driver.branch->branch);
}

bool is_hybrid_laptop(const host::Ground& ground)
{
  return ground.is_laptop && std::any_of(ground.other_displays.begin(),
                                         ground.other_displays.end(),
                                         [](std::uint16_t vendor) { return vendor == k_intel || vendor == k_amd; });
}

Obstacle module_obstacle(const DriverQuestion& question, const UbuntuDriver& driver)
{
  const auto asked = question.request.module;
  const bool open = driver.module == host::ModuleFlavour::open;
  if ((asked == ModuleChoice::open && !open) || (asked == ModuleChoice::proprietary && open)) {
    return {fmt::format("its kernel module is the {} one, and the other was asked for", name_of(driver.module)),
            "the request"};
  }
  const auto refused = open ? manifest::KernelModule::proprietary_only : manifest::KernelModule::open_only;
  for (const TargetGpu& gpu : question.target.gpus) {
    if (gpu.module == refused) {
      return {fmt::format("the {} kernel module does not drive {}", name_of(driver.module), gpu.label()), gpu.source()};
    }
  }
  return {};
}

/// A component is added beside the source that is there, with the same key.
Obstacle component_obstacle(const Target& target, const UbuntuDriver& driver)
{
  const host::UbuntuArchive& archive = target.facts->ubuntu_archive;
  if (archive.has_component(driver.component).value_or(true)) {
    return {};
  }
  if (archive.sources.empty()) {
    return {fmt::format("apt uses no source of Ubuntu {}'s archive here", target.ubuntu->version.text()),
            "the machine's apt sources"};
  }
  if (!archive.sources.front().signed_by.starts_with('(')) {
    return {};
  }
  return {fmt::format("it is in {}, which apt does not use here, and whose source has its key inside its file: add "
                      "the component there by hand",
                      driver.component),
          "the machine's apt sources"};
}

Obstacle fabric_obstacle(const Target& target, const UbuntuDriver& driver)
{
  const auto& listed = target.facts->ubuntu_archive.packages;
  if (!needs_fabric_manager(target) || !driver.is_listed) {
    return {};
  }
  const auto manager = listed.find(fabric_manager(driver));
  const std::string version = manager != listed.end() ? manager->second.version : "none";
  return version.substr(0, version.find('-')) == driver.version.text()
             ? Obstacle{}
             : Obstacle{
                   fmt::format("this board has NVSwitches, which need {} of exactly this version, and Ubuntu has {}",
                               fabric_manager(driver),
                               version),
                   "apt's lists"};
}

bool is_sure(const DriverQuestion& question, const base::Version& driver)
{
  const auto& gpus = question.target.gpus;
  return std::all_of(gpus.begin(), gpus.end(), [&](const TargetGpu& gpu) { return is_sure_to_know(driver, gpu); });
}

/// Whether a GPU is in no list that was read: the newest driver is the likeliest to know it.
bool is_unlisted(const DriverQuestion& question)
{
  const auto& gpus = question.target.gpus;
  return std::any_of(gpus.begin(), gpus.end(), [](const TargetGpu& gpu) { return !gpu.first_branch && !gpu.driven; });
}

/// The branch to be near to: the release's own, else the least that will do; none without a toolkit.
std::optional<std::uint32_t> near_branch(const DriverQuestion& question)
{
  if (question.toolkit == nullptr || is_unlisted(question)) {
    return std::nullopt;
  }
  const auto& own = question.toolkit->release->bundled_driver;
  const auto& version = own ? own : question.need.least;
  return version ? std::optional(version->major_part()) : std::nullopt;
}

auto wantedness(const DriverQuestion& question, const UbuntuDriver& driver)
{
  const auto near = near_branch(question);
  const std::int64_t branch = driver.branch->branch;
  const std::int64_t away = near ? branch - std::int64_t{*near} : -branch;
  const bool below = near && away < 0;
  const bool wants_server = kind_of(question.target, question.request.flavour) == DriverPackages::server;
  // NVIDIA's default is the open one from where it packages that by itself.
  const bool open = package_of(question.manifest, driver.branch->branch, host::ModuleFlavour::open) != nullptr;
  const auto& archive = question.target.facts->ubuntu_archive;
  // Kepler on 22.04 would get 390, whose modules are still built, in place of 470.
  const auto& cuda = question.manifest.cuda;
  const base::Version* oldest = cuda.empty() ? nullptr : least_driver(cuda.front());
  return std::tuple(oldest != nullptr && driver.version < *oldest,
                    driver.origin != DriverOrigin::ubuntu_prebuilt,
                    driver.is_server() != wants_server,
                    !is_unlisted(question) && !is_sure(question, driver.version),
                    driver.branch->type == "new-feature" && !is_unlisted(question),
                    (driver.module == host::ModuleFlavour::open) != open,
                    !archive.has_component(driver.component).value_or(true),
                    below,
                    below ? -away : away);
}

std::vector<manifest::AptPackage> packages_for(const DriverQuestion& question, const UbuntuDriver& driver)
{
  const bool prebuilt = driver.origin == DriverOrigin::ubuntu_prebuilt;
  std::vector<manifest::AptPackage> packages;
  const DriverPackages kind = kind_of(question.target, question.request.flavour);
  if (kind == DriverPackages::desktop) {
    packages.push_back({driver.package(), ""});
    if (is_hybrid_laptop(question.target.facts->ground)) {
      packages.push_back({"nvidia-prime", ""});
    }
  } else {
    packages.push_back({(prebuilt ? "nvidia-headless-no-dkms-" : "nvidia-headless-") + driver.name, ""});
    packages.push_back({"nvidia-utils-" + driver.set, ""});
  }
  for (const std::string& modules : driver.modules) {
    packages.push_back({modules, ""});
  }
  if (needs_fabric_manager(question.target)) {
    packages.push_back({fabric_manager(driver), ""});
  }
  return packages;
}

std::string way_of(const DriverQuestion& question, const UbuntuDriver& driver)
{
  if (driver.origin == DriverOrigin::ubuntu_dkms) {
    return "; DKMS builds its module on the machine: " + driver.without;
  }
  const auto kernels = kernels_to_serve(*question.target.facts);
  return fmt::format(
      ", with modules that Ubuntu has built and signed for {}: no compiler, no DKMS, and no key to enrol",
      kernels.empty() ? "its kernels" : "kernel " + base::join(kernels, " and "));
}

void say_what_is_unsure(const DriverQuestion& question, const UbuntuDriver& driver, Findings& findings)
{
  const Target& target = question.target;
  if (!driver.is_listed) {
    findings.caution(
        "driver",
        fmt::format("that Ubuntu {} has {} and what goes with it is known of 2026-11-21; apt of the machine "
                    "was not asked",
                    target.ubuntu->version.text(),
                    driver.package()));
  }
  if (driver.origin == DriverOrigin::ubuntu_prebuilt && kernels_to_serve(*target.facts).empty()) {
    findings.caution("driver",
                     fmt::format("which kernel the machine has is not known: {} brings modules for that kernel alone; "
                                 "for another, name its flavour in that package",
                                 driver.modules.back()));
  }
  if (driver.origin == DriverOrigin::ubuntu_prebuilt && !driver.not_followed.empty()) {
    findings.caution("driver", "new kernels will have no module of the driver by themselves: " + driver.not_followed);
  }
  if (driver.origin == DriverOrigin::ubuntu_dkms) {
    if (const std::string doubt = kernel_doubt(target); !doubt.empty()) {
      findings.doubt("driver", doubt);
    }
  }
  say_doubts(driver.version, target.gpus, findings);
}

DriverSelection take(const DriverQuestion& question, const UbuntuDriver& driver, Findings& findings)
{
  DriverSelection selection;
  selection.action = DriverAction::install;
  selection.origin = driver.origin;
  selection.version = driver.version;
  selection.module = driver.module;
  selection.packages = packages_for(question, driver);
  if (!question.target.facts->ubuntu_archive.has_component(driver.component).value_or(true)) {
    selection.component = driver.component;
    findings.caution("driver",
                     fmt::format("{} is in Ubuntu's {}, which apt does not use here: it is added to apt's sources",
                                 driver.package(),
                                 driver.component));
  }
  findings.reason("driver",
                  fmt::format("{} with the {} kernel module: Ubuntu's {}{}",
                              driver.version.text(),
                              name_of(driver.module),
                              driver.package(),
                              way_of(question, driver)));
  if (question.need.least) {
    findings.reason("driver",
                    fmt::format("{} needs driver {} or later", question.need.because, question.need.least->text()));
  }
  say_what_is_unsure(question, driver, findings);
  return selection;
}

/// Those that were nearer to what the toolkit came with, had their modules been there.
void say_passed(const DriverQuestion& question, const UbuntuDriver& taken, Findings& findings)
{
  const auto near = near_branch(question);
  for (const UbuntuDriver& driver : question.target.ubuntu_drivers) {
    const std::uint32_t branch = driver.branch->branch;
    const bool is_nearer = near && *near <= branch && branch < taken.branch->branch;
    if (!is_nearer || driver.module != taken.module || driver.is_server() != taken.is_server()) {
      continue;
    }
    const Obstacle obstacle = ubuntu_obstacle(question, driver);
    const std::string why = obstacle.stands() ? obstacle.text : driver.without;
    if (!why.empty()) {
      findings.reason("driver", fmt::format("Ubuntu's {} was passed over: {}", driver.package(), why));
    }
  }
}

bool is_asked(const DriverQuestion& question, const UbuntuDriver& driver)
{
  const DriverRequest& asked = question.request.driver;
  return asked.choice != DriverChoice::exact || !asked.version || driver.version.begins_with(*asked.version);
}

} // namespace

Obstacle ubuntu_obstacle(const DriverQuestion& question, const UbuntuDriver& driver)
{
  Obstacle obstacle = need_obstacle(driver.version, question.need);
  for (const TargetGpu& gpu : question.target.gpus) {
    if (!obstacle.stands()) {
      obstacle = branch_obstacle(driver.version, gpu);
    }
  }
  if (!obstacle.stands()) {
    obstacle = module_obstacle(question, driver);
  }
  if (!obstacle.stands() && driver.origin == DriverOrigin::ubuntu_dkms) {
    obstacle = kernel_obstacle(question.target, driver);
  }
  if (!obstacle.stands()) {
    obstacle = component_obstacle(question.target, driver);
  }
  return obstacle.stands() ? obstacle : fabric_obstacle(question.target, driver);
}

std::vector<UbuntuDriver> rank_ubuntu(const DriverQuestion& question)
{
  std::vector<UbuntuDriver> drivers = question.target.ubuntu_drivers;
  std::erase_if(drivers, [&](const UbuntuDriver& driver) { return !is_asked(question, driver); });
  std::stable_sort(drivers.begin(), drivers.end(), [&](const UbuntuDriver& a, const UbuntuDriver& b) {
    return wantedness(question, a) < wantedness(question, b);
  });
  return drivers;
}

std::optional<DriverSelection> take_ubuntu(const DriverQuestion& question, Findings& findings)
{
  for (const UbuntuDriver& driver : rank_ubuntu(question)) {
    if (!ubuntu_obstacle(question, driver).stands()) {
      DriverSelection selection = take(question, driver, findings);
      say_passed(question, driver, findings);
      return selection;
    }
  }
  return std::nullopt;
}

std::string why_not_ubuntu(const DriverQuestion& question)
{
  const std::vector<UbuntuDriver> ranked = rank_ubuntu(question);
  if (ranked.empty()) {
    return {};
  }
  // What is wrong with most may be a module that no GPU here takes: the nearest is one that these could have.
  const auto nearest = std::find_if(ranked.begin(), ranked.end(), [&](const UbuntuDriver& driver) {
    return !module_obstacle(question, driver).stands() &&
           (question.target.gpus.empty() ||
            std::none_of(question.target.gpus.begin(), question.target.gpus.end(), [&](const TargetGpu& gpu) {
              return branch_obstacle(driver.version, gpu).stands();
            }));
  });
  const UbuntuDriver& driver = nearest != ranked.end() ? *nearest : ranked.front();
  return fmt::format("; nor will Ubuntu's {}: {}", driver.package(), ubuntu_obstacle(question, driver).text);
}

std::string ubuntu_advice(const DriverQuestion& question)
{
  Findings ignored;
  Request request = question.request;
  request.driver = {};
  const auto selection =
      take_ubuntu({question.manifest, question.target, request, question.toolkit, question.need}, ignored);
  return selection ? fmt::format("; Ubuntu's own {} does (`sudo cudasetup install --cuda none --torch none`)",
                                 selection->packages.front().name)
                   : std::string();
}

} // namespace cudasetup::resolve
