#include "matrix/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace cudasetup::matrix {

namespace {

using base::ComputeCapability;
using base::Version;
using resolve::Method;

constexpr std::uint64_t bits(std::uint32_t least, std::uint32_t most)
{
  std::uint64_t result = 0;
  for (std::uint32_t major = least; major <= most && major < 64; ++major) {
    result |= std::uint64_t{1} << major;
  }
  return result;
}

bool between(const Version& version, const char* first, const char* end)
{
  return *Version::parse(first) <= version && version < *Version::parse(end);
}

/// Previews (13.4.0) were never in an archive: cuda-releases.json kind.
bool has_packages(const manifest::CudaRelease& release)
{
  const auto full = release.packages.find(manifest::Profile::full);
  return full != release.packages.end() && !full->second.empty();
}

/// cu118 is 11.8, cu92 is 9.2: the last digit is the minor.
Version cuda_of(const manifest::TorchBuild& build)
{
  const std::string digits = build.platform.substr(2);
  return *Version::parse(digits.substr(0, digits.size() - 1) + "." + digits.back());
}

} // namespace

bool toolkit_serves(const manifest::CudaRelease& release, const Card& card)
{
  if (!card.capability) {
    return true;
  }
  if (card.capability->major_part == 11 && release.version < *Version::parse("13.0")) {
    return false;
  }
  const ComputeCapability own_major{card.capability->major_part, 0};
  const ComputeCapability least = std::max(release.least_capability.value_or(own_major), own_major);
  const ComputeCapability most = std::min(release.most_capability.value_or(*card.capability), *card.capability);
  return least <= most;
}

bool headers_compile(const manifest::CudaRelease& release, const std::optional<Version>& glibc)
{
  return !release.glibc_below || !glibc || *glibc < *release.glibc_below;
}

bool archive_carries(const manifest::Archive* archive, const Version& cuda)
{
  if (archive == nullptr) {
    return false;
  }
  const Version minor = *Version::parse(cuda.prefix(2));
  return (!archive->oldest_cuda || *archive->oldest_cuda <= cuda) &&
         (!archive->newest_cuda || minor <= *archive->newest_cuda);
}

const manifest::LocalInstaller* installer_for(const manifest::CudaRelease& release, const Machine& machine)
{
  if (!release.local_repository || !has_packages(release)) {
    return nullptr; // nobody saw where it unpacks, or what
  }
  for (const manifest::LocalInstaller& installer : release.local_installers) {
    if (installer.os == machine.os && installer.arch == machine.arch) {
      return &installer;
    }
  }
  return nullptr;
}

const manifest::Runfile* runfile_for(const manifest::CudaRelease& release, const Machine& machine)
{
  for (const manifest::Runfile& runfile : release.runfiles) {
    if (runfile.arch == machine.arch) {
      return &runfile;
    }
  }
  return nullptr;
}

bool method_serves(const manifest::CudaRelease& release, Method method, const Machine& machine)
{
  switch (method) {
  case Method::network:
    return archive_carries(machine.archive, release.version) && has_packages(release);
  case Method::local:
    return installer_for(release, machine) != nullptr;
  case Method::runfile:
    return runfile_for(release, machine) != nullptr;
  case Method::automatic:
    break;
  }
  return false;
}

bool has_digest(const manifest::CudaRelease& release, Method method, const Machine& machine)
{
  if (method == Method::network) {
    return machine.archive != nullptr && machine.archive->keyring && machine.archive->keyring->digest();
  }
  if (release.md5_list) {
    return true;
  }
  if (method == Method::local) {
    const auto* installer = installer_for(release, machine);
    return installer != nullptr && installer->file.digest();
  }
  const auto* runfile = runfile_for(release, machine);
  return runfile != nullptr && runfile->file.digest();
}

std::uint64_t compilers_of(const manifest::CudaRelease* cuda, const manifest::TorchRelease* torch)
{
  std::uint64_t result = ~std::uint64_t{0};
  if (cuda != nullptr && cuda->gcc) {
    const bool until_11_1 = between(cuda->version, "11.4.1", "11.6");
    result &= bits(cuda->gcc->least, until_11_1 ? std::min(cuda->gcc->most, 10U) : cuda->gcc->most);
  }
  if (torch != nullptr && torch->gcc) {
    result &= bits(*torch->gcc, 63);
  }
  return result;
}

std::uint64_t packaged_compilers(const Version& ubuntu)
{
  switch (ubuntu.major_part()) {
  case 18:
    return bits(5, 8);
  case 20:
    return bits(7, 10);
  case 22:
    return bits(9, 12);
  case 24:
    return bits(9, 14);
  case 26:
    return bits(11, 15);
  default:
    return 0;
  }
}

Kernels kernels_of(const manifest::TorchBuild& build, ComputeCapability card, base::Arch arch)
{
  static const std::vector<ComputeCapability> k_nothing;
  const bool wheel = arch == base::Arch::arm64;
  const auto& sms = !wheel ? build.sm : (build.arm64_wheel ? build.arm64_wheel->sm : k_nothing);
  const auto& ptxs = !wheel ? build.ptx : (build.arm64_wheel ? build.arm64_wheel->ptx : k_nothing);
  const bool jetson = is_jetsons(card);
  if (sms.empty() && ptxs.empty()) {
    return Kernels::unknown;
  }
  const bool cubin = std::any_of(sms.begin(), sms.end(), [&](ComputeCapability sm) {
    return sm == card || (!jetson && sm.major_part == card.major_part && sm.minor_part <= card.minor_part);
  });
  if (cubin) {
    return Kernels::machine_code;
  }
  const bool ptx = std::any_of(ptxs.begin(), ptxs.end(), [&](ComputeCapability sm) { return sm <= card; });
  return ptx ? Kernels::compiled : Kernels::none;
}

bool platform_fits(const manifest::Manifest& manifest,
                   const manifest::CudaRelease& cuda,
                   const manifest::TorchRelease& torch,
                   const manifest::TorchBuild& build)
{
  if (build.is_cpu()) {
    return true;
  }
  const Version platform = cuda_of(build);
  if (platform.major_part() != cuda.version.major_part()) {
    return false;
  }
  if (platform.minor_part() <= cuda.version.minor_part()) {
    return true;
  }
  const auto pairs = manifest.pairs.find(cuda.version.text());
  return pairs != manifest.pairs.end() &&
         std::any_of(pairs->second.begin(), pairs->second.end(), [&](const manifest::Pair& pair) {
           return pair.torch == torch.version && pair.platform == build.platform;
         });
}

bool cmake_finds_it(const manifest::CudaRelease& cuda, const manifest::TorchRelease& torch)
{
  const bool links_nvtoolsext = torch.version < *Version::parse("2.8");
  const bool has_nvtoolsext = cuda.version < *Version::parse("12.9");
  const bool demands_12_1 = torch.version >= *Version::parse("2.13");
  return (!links_nvtoolsext || has_nvtoolsext) && (!demands_12_1 || cuda.version >= *Version::parse("12.1"));
}

const manifest::LibTorchZip* zip_of(const manifest::TorchBuild& build, manifest::Abi abi, const Machine& machine)
{
  if (machine.arch != base::Arch::amd64) {
    return nullptr;
  }
  for (const manifest::LibTorchZip& zip : build.zips) {
    if (zip.abi == abi) {
      return &zip;
    }
  }
  return nullptr;
}

bool has_arm64_wheel(const manifest::TorchRelease& torch, const manifest::TorchBuild& build)
{
  if (build.is_cpu()) {
    return true;
  }
  const bool none = build.arm64_wheel && build.arm64_wheel->exists == manifest::Arm64Wheel::Existence::no;
  return torch.version >= *Version::parse("2.4") && !none;
}

bool python_serves(const manifest::TorchRelease& torch, const Machine& machine)
{
  if (!machine.python) {
    return true;
  }
  const Version minor = *Version::parse(machine.python->prefix(2));
  return (!torch.least_python || *torch.least_python <= minor) && (!torch.most_python || minor <= *torch.most_python);
}

std::optional<Version> least_driver(const manifest::CudaRelease& release)
{
  const auto& documented = release.minimum_driver ? release.minimum_driver : release.bundled_driver;
  if (!release.compatible_driver) {
    return documented;
  }
  return documented ? std::min(*release.compatible_driver, *documented) : *release.compatible_driver;
}

std::optional<Version> least_driver(const manifest::CudaRelease* release, const manifest::TorchBuild* build)
{
  std::optional<Version> least = release != nullptr ? least_driver(*release) : std::nullopt;
  if (build != nullptr && build->minimum_driver && (!least || *least < *build->minimum_driver)) {
    least = build->minimum_driver;
  }
  return least;
}

Knows knows(const Version& driver, const Card& card)
{
  constexpr std::array<std::uint32_t, 16> k_lists = {
      390, 418, 450, 470, 510, 515, 525, 530, 535, 545, 550, 570, 580, 595, 610, 615};
  const std::uint32_t branch = driver.major_part();
  if (!card.first_branch) {
    return Knows::perhaps;
  }
  if (*card.first_branch <= branch) {
    return Knows::yes;
  }
  const bool lacks = std::any_of(
      k_lists.begin(), k_lists.end(), [&](std::uint32_t list) { return branch <= list && list < *card.first_branch; });
  return lacks ? Knows::no : Knows::perhaps;
}

bool branch_drives(const Version& driver, const Card& card)
{
  return knows(driver, card) != Knows::no && (!card.last_branch || driver.major_part() <= *card.last_branch);
}

bool is_too_old(const Card& card)
{
  return card.last_branch && *card.last_branch < 410;
}

bool module_exists(const manifest::Manifest& manifest, std::uint32_t branch, host::ModuleFlavour module)
{
  const std::string name = module == host::ModuleFlavour::open ? "open" : "proprietary";
  const auto known = std::find_if(manifest.drivers.begin(),
                                  manifest.drivers.end(),
                                  [&](const manifest::DriverBranch& record) { return record.branch == branch; });
  if (known == manifest.drivers.end()) {
    return module == host::ModuleFlavour::open ? branch >= 515 : branch < 615;
  }
  return std::find(known->modules.begin(), known->modules.end(), name) != known->modules.end();
}

bool module_packaged(const manifest::Manifest& manifest, std::uint32_t branch, host::ModuleFlavour module)
{
  return module_exists(manifest, branch, module) && (module != host::ModuleFlavour::open || branch >= 560);
}

bool module_drives(host::ModuleFlavour module, const Card& card)
{
  return card.module == manifest::KernelModule::either ||
         (card.module == manifest::KernelModule::open_only) == (module == host::ModuleFlavour::open);
}

bool drives_all(const Version& driver, host::ModuleFlavour module, const Machine& machine)
{
  return module_exists(*machine.manifest, driver.major_part(), module) &&
         std::all_of(machine.cards.begin(), machine.cards.end(), [&](const Card& card) {
           return branch_drives(driver, card) && module_drives(module, card);
         });
}

bool drives_all(const Version& driver, const Machine& machine)
{
  const auto& loaded = machine.facts->driver;
  if (loaded && loaded->flavour && loaded->version == driver) {
    return drives_all(driver, *loaded->flavour, machine);
  }
  return drives_all(driver, host::ModuleFlavour::open, machine) ||
         drives_all(driver, host::ModuleFlavour::proprietary, machine);
}

bool some_driver_drives_all(const Machine& machine, resolve::ModuleChoice asked)
{
  for (const auto module : {host::ModuleFlavour::open, host::ModuleFlavour::proprietary}) {
    const auto other =
        module == host::ModuleFlavour::open ? resolve::ModuleChoice::proprietary : resolve::ModuleChoice::open;
    for (std::uint32_t branch = 300; asked != other && branch < 1000; ++branch) {
      const Version driver = *Version::parse(std::to_string(branch));
      const bool all = std::all_of(machine.cards.begin(), machine.cards.end(), [&](const Card& card) {
        return module_drives(module, card) && branch_drives(driver, card);
      });
      if (all && module_exists(*machine.manifest, branch, module)) {
        return true;
      }
    }
  }
  return false;
}

bool has_pin(std::uint32_t branch)
{
  return branch == 590 || branch == 595 || branch == 610;
}

std::vector<Version> drivers_of(const manifest::CudaRelease* release, Method method, const Machine& machine)
{
  std::vector<Version> drivers;
  if (release != nullptr && method == Method::local) {
    if (release->bundled_driver) {
      drivers.push_back(*release->bundled_driver);
    }
    return drivers;
  }
  if ((release != nullptr && method == Method::runfile) || machine.archive == nullptr) {
    return drivers;
  }
  for (const manifest::CudaRelease& other : machine.manifest->cuda) {
    if (other.bundled_driver && archive_carries(machine.archive, other.version)) {
      drivers.push_back(*other.bundled_driver);
    }
  }
  if (drivers.empty()) {
    return drivers;
  }
  const auto [oldest, newest] = std::minmax_element(drivers.begin(), drivers.end());
  const std::uint32_t first = oldest->major_part();
  const std::uint32_t last = newest->major_part();
  for (const manifest::DriverBranch& branch : machine.manifest->drivers) {
    if (branch.latest && first <= branch.branch && branch.branch <= last) {
      drivers.push_back(*branch.latest);
    }
  }
  return drivers;
}

bool reaches_driver(std::string_view package)
{
  for (const std::string_view prefix : {"cuda-runtime", "cuda-demo-suite", "cuda-drivers", "nvidia-", "libnvidia-"}) {
    if (package.substr(0, prefix.size()) == prefix) {
      return true;
    }
  }
  const std::string_view rest = package.substr(0, 5) == "cuda-" ? package.substr(5) : std::string_view();
  const bool whole = !rest.empty() && std::all_of(rest.begin(), rest.end(), [](unsigned char c) {
    return std::isdigit(c) != 0 || c == '-';
  }); // cuda-11-1
  return package == "cuda" || whole;
}

} // namespace cudasetup::matrix
