#include "resolve/ubuntu_driver.hpp"

#include "resolve/driver_packages.hpp"

#include <algorithm>
#include <string_view>

namespace cudasetup::resolve {

namespace {

bool will_do(const DriverQuestion& question, const manifest::DriverBranch& branch)
{
  return branch.latest && meets(*branch.latest, question.need) &&
         std::none_of(question.target.gpus.begin(), question.target.gpus.end(), [&](const TargetGpu& gpu) {
           return branch_obstacle(*branch.latest, gpu).stands();
         });
}

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

} // namespace

std::optional<std::string> ubuntu_package(const DriverQuestion& question)
{
  const Target& target = question.target;
  if (target.ubuntu == nullptr || target.place != Place::machine ||
      module_obstacle(target.gpus, question.request.module).stands()) {
    return std::nullopt;
  }
  const auto& branches = question.manifest.drivers;
  for (auto branch = branches.rbegin(); branch != branches.rend(); ++branch) {
    const auto packages = branch->ubuntu_packages.find(target.ubuntu->version.text());
    if (packages == branch->ubuntu_packages.end() || !will_do(question, *branch)) {
      continue;
    }
    const host::ModuleFlavour flavour =
        choose_module(question.manifest, target.gpus, branch->branch, question.request.module);
    if (const std::string* package = choose(packages->second, flavour)) {
      return *package;
    }
  }
  return std::nullopt;
}

} // namespace cudasetup::resolve
