#include "matrix/rules.hpp"

namespace cudasetup::matrix {

using base::Version;

std::vector<UbuntuOffer> ubuntus_of(const Machine& machine)
{
  std::vector<UbuntuOffer> offers;
  const host::UbuntuArchive& archive = machine.facts->ubuntu_archive;
  const bool is_unused = archive.is_known && archive.sources.empty();
  if (machine.ubuntu == nullptr || machine.arch != base::Arch::amd64 || is_unused) {
    return offers;
  }
  for (const manifest::DriverBranch& branch : machine.manifest->drivers) {
    const auto packages = branch.ubuntu_packages.find(machine.ubuntu->version.text());
    for (std::size_t i = 0; packages != branch.ubuntu_packages.end() && i < packages->second.size(); ++i) {
      const manifest::UbuntuPackage& package = packages->second[i];
      if (!package.becomes) {
        const std::string number = package.version.substr(0, package.version.find('-'));
        const bool open = package.name.find("-open") != std::string::npos;
        offers.push_back({package.name,
                          *Version::parse(number),
                          open ? host::ModuleFlavour::open : host::ModuleFlavour::proprietary,
                          package.prebuilt});
      }
    }
  }
  return offers;
}

bool ubuntus_fits(const UbuntuOffer& offer, const Machine& machine, const resolve::Request& request)
{
  const bool open = offer.module == host::ModuleFlavour::open;
  const bool other = request.module == (open ? resolve::ModuleChoice::proprietary : resolve::ModuleChoice::open);
  const bool asked =
      request.driver.choice != resolve::DriverChoice::exact || offer.version.begins_with(*request.driver.version);
  return asked && !other && drives_all(offer.version, offer.module, machine);
}

} // namespace cudasetup::matrix
