#include "resolve/ubuntu_offer.hpp"

#include <algorithm>

namespace cudasetup::resolve {

namespace {

constexpr std::string_view k_driver = "nvidia-driver-";
constexpr std::string_view k_open = "-open";

const std::vector<manifest::UbuntuPackage>* packages_of(const manifest::DriverBranch& branch,
                                                        const manifest::UbuntuRelease& release)
{
  const auto found = branch.ubuntu_packages.find(release.version.text());
  return found != branch.ubuntu_packages.end() ? &found->second : nullptr;
}

const host::ListedPackage* listed(const host::HostFacts& facts, const std::string& name)
{
  const auto found = facts.ubuntu_archive.packages.find(name);
  return found != facts.ubuntu_archive.packages.end() ? &found->second : nullptr;
}

/// "580.178.04" of 580.178.04-0ubuntu0.24.04.1.
base::Version upstream_of(const std::string& version)
{
  return base::Version::parse(version.substr(0, version.find('-'))).value_or(base::Version{});
}

/// What apt's lists have of its modules. The flavour's meta package keeps them coming with new kernels.
void find_listed_modules(const host::HostFacts& facts, UbuntuDriver& driver)
{
  const std::string prefix = "linux-modules-nvidia-" + driver.name + "-";
  for (const std::string& kernel : kernels_to_serve(facts)) {
    const host::ListedPackage* modules = listed(facts, prefix + kernel);
    if (modules == nullptr) {
      driver.without = "Ubuntu has no modules of it built for kernel " + kernel;
      return;
    }
    if (!modules->at_most.empty() && base::compare_debian_versions(driver.package_version, modules->at_most) > 0) {
      driver.without = "its modules built for kernel " + kernel + " go with a driver up to " + modules->at_most +
                       " alone, which the archive has no more";
      return;
    }
    driver.modules.push_back(prefix + kernel);
  }
  const auto flavour = flavour_of(facts);
  const host::ListedPackage* all = flavour ? listed(facts, prefix + *flavour) : nullptr;
  const std::vector<std::string> kernels = kernels_to_serve(facts);
  if (all == nullptr) {
    driver.not_followed = "no package is known that brings modules for them";
  } else if (all->kernel.empty() || std::find(kernels.begin(), kernels.end(), all->kernel) != kernels.end()) {
    driver.modules.push_back(prefix + *flavour);
  } else {
    // It would bring that kernel's image, without what else a kernel has.
    driver.not_followed = prefix + *flavour + " is for kernel " + all->kernel +
                          ", which is not installed: after `sudo apt-get dist-upgrade`, `sudo apt-get install " +
                          prefix + *flavour + "` brings them";
  }
  driver.without = driver.modules.empty() ? "which kernel it is for is not known" : "";
}

/// What the manifest has of them: those for the kernels that the release has now.
void find_known_modules(const manifest::UbuntuRelease& release, const host::HostFacts& facts, UbuntuDriver& driver)
{
  if (!driver.is_current) {
    driver.without = "Ubuntu is not known to build modules of it for its kernels of today";
    return;
  }
  const std::string prefix = "linux-modules-nvidia-" + driver.name + "-";
  const auto flavour = flavour_of(facts);
  const auto is_known = [&](const std::string& kernel) {
    return std::find_if(release.kernels.begin(), release.kernels.end(), [&](const manifest::UbuntuKernel& known) {
      return (!flavour || known.flavour == *flavour) && (kernel.empty() || known.release == kernel);
    });
  };
  std::vector<std::string> kernels = kernels_to_serve(facts);
  // Of a machine that is only planned for it is the kernel that Ubuntu began with.
  auto last = is_known("");
  for (const std::string& kernel : kernels) {
    last = is_known(kernel);
    if (last == release.kernels.end()) {
      driver.without = "whether Ubuntu has modules of it built for kernel " + kernel + " is not known";
      return;
    }
  }
  if (last == release.kernels.end()) {
    driver.without = "for which kernels Ubuntu has modules of it is not known";
    return;
  }
  for (const std::string& kernel : kernels) {
    driver.modules.push_back(prefix + kernel);
  }
  driver.modules.push_back(prefix + last->flavour);
}

std::optional<UbuntuDriver> driver_of(const manifest::DriverBranch& branch,
                                      const manifest::UbuntuPackage& package,
                                      const manifest::UbuntuRelease& release,
                                      const host::HostFacts& facts)
{
  const host::ListedPackage* known = listed(facts, package.name);
  const bool is_told = facts.ubuntu_archive.listed.contains(package.component);
  const bool is_transitional = known != nullptr ? !known->becomes.empty() : package.becomes.has_value();
  if (is_transitional || (known == nullptr && (is_told || facts.arch != base::Arch::amd64))) {
    return std::nullopt;
  }
  UbuntuDriver driver;
  driver.branch = &branch;
  driver.name = package.name.substr(k_driver.size());
  driver.module = driver.name.ends_with(k_open) ? host::ModuleFlavour::open : host::ModuleFlavour::proprietary;
  driver.set = driver.module == host::ModuleFlavour::open ? driver.name.substr(0, driver.name.size() - k_open.size())
                                                          : driver.name;
  driver.is_listed = known != nullptr;
  driver.package_version = known != nullptr ? known->version : package.version;
  driver.version = upstream_of(driver.package_version);
  driver.component = known != nullptr ? known->component : package.component;
  driver.is_current = package.prebuilt;
  if (driver.is_listed) {
    find_listed_modules(facts, driver);
  } else {
    find_known_modules(release, facts, driver);
  }
  driver.origin = driver.without.empty() ? DriverOrigin::ubuntu_prebuilt : DriverOrigin::ubuntu_dkms;
  if (driver.origin == DriverOrigin::ubuntu_dkms) {
    driver.modules.clear();
  }
  return driver.version.parts().empty() ? std::nullopt : std::optional(std::move(driver));
}

} // namespace

std::vector<std::string> kernels_to_serve(const host::HostFacts& facts)
{
  std::vector<std::string> kernels;
  if (!facts.kernel.empty()) {
    kernels.push_back(facts.kernel);
  }
  const auto& bootable = facts.ground.kernels;
  if (!bootable.empty() && std::find(kernels.begin(), kernels.end(), bootable.back().release) == kernels.end()) {
    kernels.push_back(bootable.back().release);
  }
  return kernels;
}

std::optional<std::string> flavour_of(const host::HostFacts& facts)
{
  const std::vector<std::string> kernels = kernels_to_serve(facts);
  return host::kernel_flavour(facts.packages, kernels.empty() ? std::string_view() : kernels.back());
}

std::vector<UbuntuDriver>
ubuntu_drivers(const manifest::Manifest& manifest, const manifest::UbuntuRelease& release, const host::HostFacts& facts)
{
  std::vector<UbuntuDriver> drivers;
  for (const manifest::DriverBranch& branch : manifest.drivers) {
    const auto* packages = packages_of(branch, release);
    for (std::size_t i = 0; packages != nullptr && i < packages->size(); ++i) {
      if (auto driver = driver_of(branch, (*packages)[i], release, facts)) {
        drivers.push_back(*std::move(driver));
      }
    }
  }
  return drivers;
}

std::string becomes(const manifest::Manifest& manifest,
                    const manifest::UbuntuRelease& release,
                    const host::HostFacts& facts,
                    std::string package)
{
  constexpr int k_most_steps = 10; // 418 became 430, 440, 450 and 460 before it was 470
  std::string last;
  for (int step = 0; step < k_most_steps && !package.empty(); ++step) {
    std::string next;
    const auto digits = package.substr(std::min(k_driver.size(), package.size()));
    const auto number = base::Version::parse(digits.substr(0, digits.find('-')));
    const manifest::DriverBranch* branch = number ? manifest.find_branch(number->major_part()) : nullptr;
    const auto* known = branch != nullptr ? packages_of(*branch, release) : nullptr;
    for (std::size_t i = 0; known != nullptr && i < known->size(); ++i) {
      next = (*known)[i].name == package ? (*known)[i].becomes.value_or("") : next;
    }
    if (const host::ListedPackage* told = listed(facts, package)) {
      next = told->becomes;
    }
    package = next;
    last = next.empty() ? last : next;
  }
  return last;
}

} // namespace cudasetup::resolve
