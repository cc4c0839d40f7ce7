#include "resolve/ubuntu_driver.hpp"

#include "resolve/driver_packages.hpp"

#include <algorithm>
#include <string_view>

namespace cudasetup::resolve {

namespace {

/// Of several packages the plain one, or the one with the open module where that is what the GPUs need.
const std::string* choose(const std::vector<std::string>& packages, host::ModuleFlavour flavour)
{
  const std::string_view ending = flavour == host::ModuleFlavour::open ? "-open" : "";
  const auto fits = [&](const std::string& package) {
    const std::size_t digits = package.find_last_of("0123456789");
    return digits != std::string::npos && std::string_view(package).substr(digits + 1) == ending;
  };
  const auto package = std::find_if(packages.begin(), packages.end(), fits);
  return package != packages.end() ? &*package : nullptr;
}

std::optional<std::string> package_with(const manifest::Manifest& manifest,
                                        const Target& target,
                                        const manifest::DriverBranch& branch,
                                        ModuleChoice asked)
{
  if (target.ubuntu == nullptr || target.place != Place::machine || !branch.latest ||
      common_obstacle(target.gpus, asked).stands() ||
      std::any_of(target.gpus.begin(), target.gpus.end(), [&](const TargetGpu& gpu) {
        return branch_obstacle(*branch.latest, gpu).stands();
      })) {
    return std::nullopt;
  }
  const auto packages = branch.ubuntu_packages.find(target.ubuntu->version.text());
  if (packages == branch.ubuntu_packages.end()) {
    return std::nullopt;
  }
  const std::string* package = choose(packages->second, choose_module(manifest, target.gpus, branch.branch, asked));
  return package != nullptr ? std::optional(*package) : std::nullopt;
}

/// The oldest branch whose modules Ubuntu has built and signed for its kernels of today (Ubuntu archive indexes of
/// 2026-11-21: 580, 595, 615; those of 470 stop at kernels 5.15.0-153 and 6.8.0-79).
constexpr std::uint32_t k_first_prebuilt = 580;

} // namespace

std::optional<std::string>
ubuntu_package(const manifest::Manifest& manifest, const Target& target, const manifest::DriverBranch& branch)
{
  return package_with(manifest, target, branch, ModuleChoice::automatic);
}

std::string ubuntu_way(const std::string& package, std::uint32_t branch)
{
  return "sudo apt-get install " + package +
         (branch < k_first_prebuilt ? "; DKMS alone builds its module, which the newest kernels may be beyond" : "");
}

std::string ubuntu_advice(const DriverQuestion& question)
{
  const auto& branches = question.manifest.drivers;
  for (auto branch = branches.rbegin(); branch != branches.rend(); ++branch) {
    if (!branch->latest || !meets(*branch->latest, question.need)) {
      continue;
    }
    if (const auto package = package_with(question.manifest, question.target, *branch, question.request.module)) {
      return "; Ubuntu's own " + *package + " does (" + ubuntu_way(*package, branch->branch) + ")";
    }
  }
  return {};
}

} // namespace cudasetup::resolve
