#include "resolve/driver_install.hpp"

#include "resolve/driver_ground.hpp"
#include "resolve/driver_offer.hpp"
#include "resolve/driver_packages.hpp"
#include "resolve/ubuntu_driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

namespace cudasetup::resolve {

namespace {

/// The release's own driver; null where it has none or no toolkit is installed.
const base::Version* own_driver(const DriverQuestion& question)
{
  return question.toolkit != nullptr && question.toolkit->release->bundled_driver
             ? &*question.toolkit->release->bundled_driver
             : nullptr;
}

Method method_of(const DriverQuestion& question)
{
  return question.toolkit != nullptr ? question.toolkit->method : Method::network;
}

/// What can be installed of NVIDIA's from where the toolkit comes from: with a runfile, nothing.
std::vector<DriverOffer> offers_for(const DriverQuestion& question)
{
  if (method_of(question) == Method::network) {
    return question.target.drivers;
  }
  if (method_of(question) == Method::runfile) {
    return {};
  }
  std::vector<DriverOffer> offers;
  if (own_driver(question) != nullptr) {
    offers.push_back({own_driver(question), true, true});
  }
  return offers;
}

/// Most wanted first: the release's own; then branches near its own (or near the least that will do), above before
/// below, newest version first. Without a toolkit, and for a GPU that is in no list that was read, the newest. Those
/// that perhaps do not know a GPU come after those that do.
void rank(const DriverQuestion& question, std::vector<DriverOffer>& offers)
{
  const base::Version* own = own_driver(question);
  const auto& gpus = question.target.gpus;
  const bool unlisted =
      std::any_of(gpus.begin(), gpus.end(), [](const TargetGpu& gpu) { return !gpu.first_branch && !gpu.driven; });
  const base::Version* near = unlisted ? nullptr : own;
  if (near == nullptr && !unlisted && question.toolkit != nullptr && question.need.least) {
    near = &*question.need.least;
  }
  const auto key = [&](const DriverOffer& offer) {
    const std::int64_t branch = offer.version->major_part();
    const std::int64_t away = near != nullptr ? branch - std::int64_t{near->major_part()} : -branch;
    const bool below = near != nullptr && away < 0;
    const bool is_own = own != nullptr && *offer.version == *own;
    const bool unsure = !unlisted && std::any_of(gpus.begin(), gpus.end(), [&](const TargetGpu& gpu) {
      return !is_sure_to_know(*offer.version, gpu);
    });
    return std::tuple(!offer.held, unsure, !is_own || unlisted, below, below ? -away : away);
  };
  std::stable_sort(offers.begin(), offers.end(), [&](const DriverOffer& a, const DriverOffer& b) {
    const auto key_a = key(a);
    const auto key_b = key(b);
    return key_a != key_b ? key_a < key_b : *a.version > *b.version;
  });
}

struct Verdict {
  Obstacle obstacle;
  host::ModuleFlavour flavour = host::ModuleFlavour::proprietary;
};

Verdict judge(const DriverQuestion& question, const base::Version& version)
{
  const std::uint32_t branch = version.major_part();
  Verdict verdict;
  verdict.flavour = choose_module(question.manifest, question.target.gpus, branch, question.request.module);
  verdict.obstacle = need_obstacle(version, question.need);
  for (const TargetGpu& gpu : question.target.gpus) {
    if (!verdict.obstacle.stands()) {
      verdict.obstacle = branch_obstacle(version, gpu);
    }
  }
  if (!verdict.obstacle.stands() && package_of(question.manifest, branch, verdict.flavour) == nullptr) {
    verdict.obstacle = {fmt::format("no package of NVIDIA's is known that has the {} kernel module of branch {}",
                                    name_of(verdict.flavour),
                                    branch),
                        "manifest, drivers"};
  }
  return verdict;
}

std::string origin_of(const DriverQuestion& question)
{
  if (method_of(question) == Method::local) {
    return "the local installer of CUDA " + question.toolkit->release->version.text();
  }
  return "NVIDIA's archive for " + question.target.os;
}

DriverSource source_of(const DriverQuestion& question)
{
  return method_of(question) == Method::local ? DriverSource::local_installer : DriverSource::archive;
}

DriverSelection
take(const DriverQuestion& question, const DriverOffer& offer, host::ModuleFlavour flavour, Findings& findings)
{
  DriverSelection selection;
  selection.action = DriverAction::install;
  selection.origin = source_of(question) == DriverSource::local_installer ? DriverOrigin::local_installer
                                                                          : DriverOrigin::nvidia_archive;
  selection.version = *offer.version;
  selection.module = flavour;
  selection.packages = packages_of(question.manifest, *offer.version, flavour, source_of(question));
  if (question.target.facts->ground.nvswitches > 0) {
    // The driver stays the last.
    const std::uint32_t branch = offer.version->major_part();
    const std::string manager = is_named_by_branch(question.manifest, branch)
                                    ? "nvidia-fabricmanager-" + std::to_string(branch)
                                    : std::string("nvidia-fabricmanager");
    selection.packages.insert(selection.packages.end() - 1, {manager, offer.version->text() + "-*"});
  }
  const base::Version* own = own_driver(question);
  findings.reason("driver",
                  fmt::format("{} with the {} kernel module, from {}{}",
                              offer.version->text(),
                              name_of(flavour),
                              origin_of(question),
                              own != nullptr && *own == *offer.version
                                  ? ", where it belongs to CUDA " + question.toolkit->release->version.text()
                                  : ""));
  if (question.need.least) {
    findings.reason("driver",
                    fmt::format("{} needs driver {} or later", question.need.because, question.need.least->text()));
  }
  if (!offer.seen) {
    findings.doubt("driver",
                   fmt::format("that {} has driver {} was not seen", origin_of(question), offer.version->text()));
  }
  if (!offer.held) {
    findings.caution("driver",
                     fmt::format("NVIDIA's packages carry no branch in their name from 590 on, and none is known that "
                                 "pins {}: apt may take a later driver than {}",
                                 offer.version->major_part(),
                                 offer.version->text()));
  }
  say_doubts(*offer.version, question.target.gpus, findings);
  return selection;
}

/// Why the release's own driver is not the one taken.
void say_passed(const DriverQuestion& question, const DriverOffer& taken, Findings& findings)
{
  const base::Version* own = own_driver(question);
  if (own == nullptr || *own == *taken.version) {
    return;
  }
  std::string why = judge(question, *own).obstacle.text;
  for (const TargetGpu& gpu : question.target.gpus) {
    why = why.empty() ? branch_doubt(*own, gpu) : why;
  }
  if (why.empty()) {
    why = fmt::format("no package is known that pins branch {}", own->major_part());
  }
  findings.reason("driver",
                  fmt::format("{}, which came with CUDA {}, was passed over: {}",
                              own->text(),
                              question.toolkit->release->version.text(),
                              why));
}

void refuse_all(const DriverQuestion& question, const std::vector<DriverOffer>& ranked, Findings& findings)
{
  if (ranked.empty()) {
    findings.refuse(
        "driver", "no driver is known to be in " + origin_of(question) + why_not_ubuntu(question), "manifest, ubuntu");
    return;
  }
  const Obstacle obstacle = judge(question, *ranked.front().version).obstacle;
  const std::string other = why_not_ubuntu(question);
  const auto [oldest, newest] = std::minmax_element(
      ranked.begin(), ranked.end(), [](const DriverOffer& a, const DriverOffer& b) { return *a.version < *b.version; });
  findings.refuse(
      "driver",
      ranked.size() == 1
          ? fmt::format(
                "{} has driver {}, but {}{}", origin_of(question), oldest->version->text(), obstacle.text, other)
          : fmt::format("{} has drivers {} to {}, and none will do; with {}, the nearest: {}{}",
                        origin_of(question),
                        oldest->version->text(),
                        newest->version->text(),
                        ranked.front().version->text(),
                        obstacle.text,
                        other),
      obstacle.source);
}

/// The release's own is not taken where Ubuntu has one that does.
DriverSelection take_ubuntus(const DriverQuestion& question, DriverSelection selection, Findings& findings)
{
  const base::Version* own = own_driver(question);
  if (own != nullptr && selection.version != *own) {
    std::string why = judge(question, *own).obstacle.text;
    for (const TargetGpu& gpu : question.target.gpus) {
      why = why.empty() ? branch_doubt(*own, gpu) : why;
    }
    if (why.empty()) {
      why = selection.origin == DriverOrigin::ubuntu_prebuilt
                ? "Ubuntu's comes with modules for its kernels, NVIDIA's has them built here"
                : "drivers of Ubuntu's go with its kernels, and are taken where they suffice";
    }
    findings.reason("driver",
                    fmt::format("{}, which came with CUDA {}, was passed over: {}",
                                own->text(),
                                question.toolkit->release->version.text(),
                                why));
  }
  return selection;
}

DriverSelection install_best(const DriverQuestion& question, std::vector<DriverOffer> offers, Findings& findings)
{
  offers.erase(std::remove_if(offers.begin(), offers.end(), [](const DriverOffer& offer) { return !offer.seen; }),
               offers.end());
  rank(question, offers);
  // A local installer's own driver belongs to its toolkit; else Ubuntu's come first.
  const bool has_own = method_of(question) == Method::local && !offers.empty() &&
                       !judge(question, *offers.front().version).obstacle.stands();
  if (!has_own) {
    if (auto selection = take_ubuntu(question, findings)) {
      return take_ubuntus(question, *std::move(selection), findings);
    }
  }
  for (const DriverOffer& offer : offers) {
    const Verdict verdict = judge(question, *offer.version);
    if (!verdict.obstacle.stands()) {
      say_passed(question, offer, findings);
      return take(question, offer, verdict.flavour, findings);
    }
  }
  refuse_all(question, offers, findings);
  return {};
}

/// "; Ubuntu's nvidia-driver-535 is a transitional package…" where what was asked for is one.
std::string transition(const DriverQuestion& question)
{
  const std::string branch = question.request.driver.version->prefix(1);
  const std::string name = "nvidia-driver-" + branch;
  const std::string next = becomes(question.manifest, *question.target.ubuntu, *question.target.facts, name);
  const std::string digits = next.substr(std::min(next.size(), std::string_view("nvidia-driver-").size()));
  return next.empty() ? std::string()
                      : fmt::format("; Ubuntu's {} is a transitional package that installs {}: ask for --driver {}",
                                    name,
                                    next,
                                    digits.substr(0, digits.find('-')));
}

/// Of those that were asked for, the local installer's own, then Ubuntu's, then NVIDIA's.
std::optional<DriverSelection> take_asked_ubuntu(const DriverQuestion& question, Findings& findings)
{
  const base::Version& asked = *question.request.driver.version;
  const base::Version* own = method_of(question) == Method::local ? own_driver(question) : nullptr;
  if (own != nullptr && own->begins_with(asked) && !judge(question, *own).obstacle.stands()) {
    return std::nullopt;
  }
  auto selection = take_ubuntu(question, findings);
  const std::string words = selection ? std::string() : transition(question);
  if (!words.empty()) {
    findings.reason("driver", "of Ubuntu's none is driver " + asked.text() + words);
  }
  return selection;
}

void refuse_unknown(const DriverQuestion& question, const std::vector<DriverOffer>& offers, Findings& findings)
{
  std::vector<std::string> branches;
  for (const DriverOffer& offer : offers) {
    std::string branch = std::to_string(offer.version->major_part());
    if (branches.empty() || branches.back() != branch) {
      branches.push_back(std::move(branch));
    }
  }
  findings.refuse("driver",
                  fmt::format("driver {} is not known to be in {}{}{}{}",
                              question.request.driver.version->text(),
                              origin_of(question),
                              branches.empty() ? "" : "; it has the branches ",
                              fmt::join(branches, ", "),
                              transition(question)),
                  "manifest, drivers");
}

/// A driver named by branch or version: the newest that will do of those of the branch that were seen, else of the
/// known.
DriverSelection install_asked(const DriverQuestion& question, std::vector<DriverOffer> offers, Findings& findings)
{
  const base::Version& asked = *question.request.driver.version;
  if (auto selection = take_asked_ubuntu(question, findings)) {
    return *std::move(selection);
  }
  std::vector<DriverOffer> fitting;
  std::copy_if(offers.begin(), offers.end(), std::back_inserter(fitting), [&](const DriverOffer& offer) {
    return offer.version->begins_with(asked);
  });
  if (fitting.empty()) {
    const std::vector<UbuntuDriver> ubuntus = rank_ubuntu(question);
    const Obstacle obstacle = ubuntus.empty() ? Obstacle{} : ubuntu_obstacle(question, ubuntus.front());
    if (obstacle.stands()) {
      findings.refuse(
          "driver", fmt::format("driver {} was asked for, but {}", asked.text(), obstacle.text), obstacle.source);
    } else {
      refuse_unknown(question, offers, findings);
    }
    return {};
  }
  std::stable_sort(fitting.begin(), fitting.end(), [](const DriverOffer& a, const DriverOffer& b) {
    return std::tuple(!a.seen, *b.version) < std::tuple(!b.seen, *a.version);
  });
  for (const DriverOffer& offer : fitting) {
    const Verdict verdict = judge(question, *offer.version);
    if (!verdict.obstacle.stands()) {
      return take(question, offer, verdict.flavour, findings);
    }
  }
  const Obstacle obstacle = judge(question, *fitting.front().version).obstacle;
  findings.refuse(
      "driver", fmt::format("driver {} was asked for, but {}", asked.text(), obstacle.text), obstacle.source);
  return {};
}

} // namespace

DriverSelection install_driver(const DriverQuestion& question, Findings& findings)
{
  if (question.target.ubuntu == nullptr || !question.target.arch) {
    return {}; // Already refused: for no known system there is no archive.
  }
  if (const Obstacle obstacle = machine_obstacle(question.target); obstacle.stands()) {
    findings.refuse("driver", obstacle.text, obstacle.source);
    return {};
  }
  std::vector<DriverOffer> offers = offers_for(question);
  if (question.request.driver.choice == DriverChoice::exact && question.request.driver.version) {
    return install_asked(question, std::move(offers), findings);
  }
  return install_best(question, std::move(offers), findings);
}

} // namespace cudasetup::resolve
