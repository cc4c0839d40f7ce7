#include "matrix/check.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::matrix {

namespace {

using base::Version;
using resolve::DriverAction;
using resolve::DriverChoice;
using resolve::Method;
using resolve::Resolution;

class Checker {
public:
  Checker(const Machine& machine, const resolve::Request& request, const Resolution& resolution)
      : m_machine(machine), m_request(request), m_resolution(resolution),
        m_release(resolution.cuda ? resolution.cuda->release : nullptr),
        m_build(resolution.torch ? resolution.torch->build : nullptr)
  {
  }

  std::vector<Breach> run()
  {
    require(m_machine.fit, "machine", "nothing may be installed on this machine");
    if (!m_machine.fit) {
      return std::move(m_breaches);
    }
    require(m_resolution.ubuntu == m_machine.ubuntu && m_resolution.arch == m_machine.arch,
            "machine",
            "settled for another Ubuntu or architecture");
    check_request();
    check_toolkit();
    check_packages();
    check_compiler();
    check_torch();
    check_pairing();
    check_driver();
    return std::move(m_breaches);
  }

private:
  void require(bool holds, const char* rule, std::string text)
  {
    if (!holds) {
      m_breaches.push_back({rule, std::move(text)});
    }
  }

  bool has_caution(std::string_view about) const
  {
    return std::any_of(m_resolution.cautions.begin(), m_resolution.cautions.end(), [&](const resolve::Reason& caution) {
      return caution.about == about;
    });
  }

  bool needs_driver() const { return m_release != nullptr || (m_build != nullptr && !m_build->is_cpu()); }

  void check_request();
  void check_toolkit();
  void check_packages();
  void check_compiler();
  void check_torch();
  void check_pairing();
  void check_driver();
  void check_no_driver();
  void check_kept_driver();
  void check_new_driver();
  void check_driver_packages(const Version& driver, host::ModuleFlavour module);
  void check_ubuntus_packages(const Version& driver, host::ModuleFlavour module);
  bool ubuntus_would_do() const;
  void check_knowledge(const Version& driver);

  const Machine& m_machine;
  const resolve::Request& m_request;
  const Resolution& m_resolution;
  const manifest::CudaRelease* m_release;
  const manifest::TorchBuild* m_build;
  std::vector<Breach> m_breaches;
};

void Checker::check_request()
{
  using resolve::Choice;
  require(
      (m_request.cuda.choice == Choice::none) == (m_release == nullptr), "asked", "a toolkit, or none, was asked for");
  require(
      (m_request.torch.choice == Choice::none) == (m_build == nullptr), "asked", "LibTorch, or none, was asked for");
  if (m_release != nullptr && m_request.cuda.choice == Choice::exact) {
    require(m_release->version.begins_with(*m_request.cuda.version), "asked", "another CUDA was asked for");
  }
  if (m_build != nullptr) {
    const auto& torch = m_request.torch;
    require(torch.choice != Choice::exact || m_resolution.torch->release->version == *torch.version,
            "asked",
            "another torch was asked for");
    require(torch.platform ? m_build->platform == *torch.platform : !m_build->is_cpu(),
            "asked",
            "another platform was asked for");
  }
  if (m_release != nullptr && m_request.method != Method::automatic) {
    require(m_resolution.cuda->method == m_request.method, "asked", "another method was asked for");
  }
  if (m_request.driver.choice == DriverChoice::keep) {
    require(m_resolution.driver.action != DriverAction::install, "asked", "the driver was to be kept");
  }
  if (m_request.driver.choice == DriverChoice::none) {
    require(m_resolution.driver.action == DriverAction::none, "asked", "no driver was asked for");
  }
}

void Checker::check_toolkit()
{
  if (m_release == nullptr) {
    return;
  }
  for (const Card& card : m_machine.cards) {
    require(toolkit_serves(*m_release, card), "capability", "the toolkit makes no code for " + card.name);
    require(card.capability || !m_resolution.cautions.empty(), "unknown", "nothing is said of the unknown capability");
  }
  const bool compiles = m_request.profile != manifest::Profile::runtime;
  require(!compiles || headers_compile(*m_release, m_machine.glibc),
          "headers",
          "the headers do not compile with this glibc");
  const resolve::ToolkitChoice& choice = *m_resolution.cuda;
  require(
      !m_request.require_digests || has_digest(*m_release, choice.method, m_machine), "digest", "a file without one");
  require(choice.method != Method::automatic && method_serves(*m_release, choice.method, m_machine),
          "method",
          "the release does not come this way");
  if (choice.method == Method::local) {
    require(choice.local_installer == installer_for(*m_release, m_machine), "method", "another machine's installer");
  }
  if (choice.method == Method::runfile) {
    require(choice.runfile == runfile_for(*m_release, m_machine), "method", "another machine's runfile");
  }
  if (choice.method == Method::network) {
    require(m_resolution.archive == m_machine.archive, "method", "another machine's archive");
  }
}

/// The meta packages carry the release's version (cuda/packages.md 2), all else ends in the minor, or is of those that
/// carry none (cuBLAS of 10.x, the shared config-common ones).
void Checker::check_packages()
{
  if (m_release == nullptr) {
    return;
  }
  const auto& packages = m_resolution.cuda->packages;
  const bool by_apt = m_resolution.cuda->method != Method::runfile;
  require(packages.empty() != by_apt, "packages", "packages come by apt, and by apt alone");
  const std::string minor =
      "-" + std::to_string(m_release->version.major_part()) + "-" + std::to_string(m_release->version.minor_part());
  constexpr std::array k_metas = {"cuda-toolkit", "cuda-libraries", "cuda-libraries-dev", "cuda-minimal-build"};
  for (const manifest::AptPackage& package : packages) {
    require(!reaches_driver(package.name), "packages", package.name + " brings the driver");
    const bool shared = package.name.starts_with("libcublas") || package.name.ends_with("config-common") ||
                        package.name.starts_with("libcudnn");
    require(shared || package.name.ends_with(minor), "packages", package.name + " is of another minor");
    if (std::any_of(k_metas.begin(), k_metas.end(), [&](const char* meta) { return package.name == meta + minor; })) {
      require(package.version == m_release->version.text() + "-1", "packages", package.name + " of another release");
    }
  }
}

void Checker::check_compiler()
{
  const auto host_gcc = m_resolution.cuda ? m_resolution.cuda->host_gcc : std::nullopt;
  if (m_release == nullptr || m_request.profile == manifest::Profile::runtime) {
    return;
  }
  const std::uint64_t good = compilers_of(m_release, m_resolution.torch ? m_resolution.torch->release : nullptr);
  const auto has = [](std::uint64_t set, std::uint32_t major) { return (set >> major & 1) != 0; };
  if (host_gcc) {
    require(has(good, *host_gcc), "compiler", "gcc " + std::to_string(*host_gcc) + " does not compile it");
    require(has(packaged_compilers(m_machine.ubuntu->version), *host_gcc),
            "compiler",
            "this Ubuntu has no g++-" + std::to_string(*host_gcc));
    require(!m_machine.gcc || !has(good, *m_machine.gcc), "compiler", "the usual gcc would do");
  } else if (m_machine.gcc) {
    require(has(good, *m_machine.gcc), "compiler", "the usual gcc " + std::to_string(*m_machine.gcc) + " does not do");
  }
}

void Checker::check_torch()
{
  if (m_build == nullptr) {
    return;
  }
  const manifest::TorchRelease& torch = *m_resolution.torch->release;
  for (const Card& card : m_machine.cards) {
    if (m_build->is_cpu()) {
      break;
    }
    const Kernels kernels = card.capability ? kernels_of(*m_build, *card.capability, m_machine.arch) : Kernels::unknown;
    require(kernels != Kernels::none, "kernels", "no kernel image for " + card.name);
    require(kernels != Kernels::unknown || !m_resolution.cautions.empty(), "unknown", "nothing is said of the kernels");
  }
  require(
      !torch.glibc || !m_machine.glibc || *torch.glibc <= *m_machine.glibc, "glibc", "LibTorch needs a newer glibc");
  require(!m_resolution.python || python_serves(torch, m_machine), "wheel", "no wheels for this Python");
  const manifest::LibTorchZip* zip = m_resolution.torch->zip;
  if (m_machine.arch == base::Arch::amd64) {
    require(zip != nullptr && zip == zip_of(*m_build, m_request.abi, m_machine), "zip", "not the zip of the asked ABI");
    require(zip == nullptr || !m_request.require_digests || zip->file.digest(), "zip", "a zip without digest");
  } else {
    require(zip == nullptr, "zip", "there are no zips for arm64");
    require(m_resolution.python.has_value(), "wheel", "on arm64 torch comes as wheels alone");
    require(has_arm64_wheel(torch, *m_build), "wheel", "no wheels for arm64 so early");
  }
}

void Checker::check_pairing()
{
  if (m_build == nullptr || m_build->is_cpu()) {
    return;
  }
  if (m_release == nullptr) { // torch-releases.json cmake_needs_toolkit
    require(has_caution("torch") || has_caution("cuda"), "unknown", "nothing is said of the missing toolkit");
    return;
  }
  const manifest::TorchRelease& torch = *m_resolution.torch->release;
  require(platform_fits(*m_machine.manifest, *m_release, torch, *m_build),
          "pairing",
          m_build->platform + " does not go with CUDA " + m_release->version.text());
  require(cmake_finds_it(*m_release, torch), "pairing", "CMake does not find what torch asks of the toolkit");
}

void Checker::check_driver()
{
  switch (m_resolution.driver.action) {
  case DriverAction::none:
    check_no_driver();
    break;
  case DriverAction::keep:
    check_kept_driver();
    break;
  case DriverAction::install:
    check_new_driver();
    break;
  }
}

/// Nothing is installed where the driver is somebody else's (cuda/gotchas.md 29, 44, 46), where there is no GPU, where
/// nobody needs it or wants it, and with a runfile; but what is there already and too old is spoken of.
void Checker::check_no_driver()
{
  const bool wanted =
      m_machine.place == Place::machine && !m_machine.cards.empty() && m_request.driver.choice != DriverChoice::none;
  if (wanted && m_resolution.cuda && m_resolution.cuda->method == Method::runfile) {
    require(has_caution("driver"), "driver", "nothing is said of the missing driver");
    require(!ubuntus_would_do(), "driver", "the GPU is left without a driver, and Ubuntu has one");
  } else if (wanted && (needs_driver() || (m_release == nullptr && m_build == nullptr))) {
    require(false, "driver", "the GPU is left without a driver");
  }
  const auto need = least_driver(m_release, m_build);
  if (m_machine.driver && need && *m_machine.driver < *need) {
    require(has_caution("driver"), "driver", "nothing is said of the loaded driver, which is too old");
  }
  if (m_machine.driver && m_machine.place != Place::machine && m_request.driver.choice != DriverChoice::none) {
    require(false, "driver", "somebody else's driver is loaded, and not counted on");
  }
}

void Checker::check_kept_driver()
{
  require(m_machine.driver.has_value(), "driver", "there is none to keep");
  if (!m_machine.driver) {
    return;
  }
  const auto need = least_driver(m_release, m_build);
  require(!need || *need <= *m_machine.driver, "driver", "the kept driver is too old");
  require(drives_all(*m_machine.driver, m_machine), "driver", "the kept driver does not drive every GPU");
  check_knowledge(*m_machine.driver);
}

/// A driver that perhaps does not know a GPU is taken or kept with a caution.
void Checker::check_knowledge(const Version& driver)
{
  for (const Card& card : m_machine.cards) {
    require(knows(driver, card) == Knows::yes || has_caution("driver"),
            "unknown",
            "nothing is said of whether " + driver.text() + " knows " + card.name);
  }
}

void Checker::check_new_driver()
{
  const resolve::DriverSelection& driver = m_resolution.driver;
  require(m_machine.place == Place::machine, "driver", "a driver is installed where it is somebody else's");
  require(driver.version && driver.module, "driver", "which one is installed is not said");
  if (!driver.version || !driver.module) {
    return;
  }
  const auto need = least_driver(m_release, m_build);
  require(!need || *need <= *driver.version, "driver", "the new driver " + driver.version->text() + " is too old");
  for (const Card& card : m_machine.cards) {
    require(branch_drives(*driver.version, card), "driver", "its branch does not drive " + card.name);
    require(module_drives(*driver.module, card), "driver", "its module does not drive " + card.name);
  }
  if (m_request.module != resolve::ModuleChoice::automatic) {
    require((m_request.module == resolve::ModuleChoice::open) == (*driver.module == host::ModuleFlavour::open),
            "asked",
            "the other module was asked for");
  }
  if (m_request.driver.choice == DriverChoice::exact) {
    require(driver.version->begins_with(*m_request.driver.version), "asked", "another driver was asked for");
  } else {
    const bool enough =
        m_machine.driver && (!need || *need <= *m_machine.driver) && drives_all(*m_machine.driver, m_machine);
    require(!enough, "driver", "the loaded driver suffices and was to be kept");
  }
  check_knowledge(*driver.version);
  if (resolve::is_ubuntus(driver.origin)) {
    check_ubuntus_packages(*driver.version, *driver.module);
    return;
  }
  const bool has_own = m_release != nullptr && m_resolution.cuda->method == Method::local;
  require(m_request.driver.choice == DriverChoice::exact || has_own || !ubuntus_would_do(),
          "driver",
          "NVIDIA's is taken where one of Ubuntu's would do");
  require(module_packaged(*m_machine.manifest, driver.version->major_part(), *driver.module),
          "driver",
          "the branch has no such module");
  const Method method = m_resolution.cuda ? m_resolution.cuda->method : Method::network;
  const auto offered = drivers_of(m_release, method, m_machine);
  require(std::find(offered.begin(), offered.end(), *driver.version) != offered.end(),
          "driver",
          driver.version->text() + " does not come this way");
  check_driver_packages(*driver.version, *driver.module);
}

bool Checker::ubuntus_would_do() const
{
  const auto need = least_driver(m_release, m_build);
  const std::vector<UbuntuOffer> offers = ubuntus_of(m_machine);
  return std::any_of(offers.begin(), offers.end(), [&](const UbuntuOffer& offer) {
    return ubuntus_fits(offer, m_machine, m_request) && (!need || *need <= offer.version);
  });
}

/// Names without versions, as Ubuntu's change; modules that it has built go in the same transaction, where there are
/// any: gpu/drivers.json prebuilt_modules.
void Checker::check_ubuntus_packages(const Version& driver, host::ModuleFlavour module)
{
  const resolve::DriverSelection& chosen = m_resolution.driver;
  const std::vector<UbuntuOffer> offers = ubuntus_of(m_machine);
  const std::string& name = chosen.packages.front().name;
  const auto offer = std::find_if(offers.begin(), offers.end(), [&](const UbuntuOffer& each) {
    return each.package == name && each.version == driver && each.module == module;
  });
  require(offer != offers.end(), "driver", "Ubuntu has no " + name + " with driver " + driver.text());
  if (offer == offers.end()) {
    return;
  }
  const bool has_modules = std::any_of(chosen.packages.begin(), chosen.packages.end(), [](const auto& package) {
    return package.name.starts_with("linux-modules-nvidia-");
  });
  require(has_modules == offer->prebuilt, "driver", "modules that Ubuntu has built are taken where there are any");
  const bool better = std::any_of(offers.begin(), offers.end(), [&](const UbuntuOffer& each) {
    const auto need = least_driver(m_release, m_build);
    return each.prebuilt && ubuntus_fits(each, m_machine, m_request) && (!need || *need <= each.version);
  });
  require(offer->prebuilt || !better, "driver", "DKMS is to build a module where Ubuntu has one built");
}

/// NVIDIA's names: cuda/packages.md 1 and 4, gpu/drivers.json nvidia_repo_packages. There cuda-drivers-NNN has the
/// revision 1; of the others several revisions are shown, and no rule.
void Checker::check_driver_packages(const Version& driver, host::ModuleFlavour module)
{
  const std::string branch = driver.major_part() < 590 ? "-" + driver.prefix(1) : "";
  const std::string name = (module == host::ModuleFlavour::open ? "nvidia-open" : "cuda-drivers") + branch;
  const bool is_sure = module == host::ModuleFlavour::proprietary && !branch.empty();
  const std::string version = driver.text() + (is_sure ? "-1" : "-*");
  bool found = false;
  // A local installer has one driver only.
  bool pinned = !branch.empty() || (m_resolution.cuda && m_resolution.cuda->method == Method::local);
  for (const manifest::AptPackage& package : m_resolution.driver.packages) {
    // The pin goes first: cuda/packages.md 4.
    pinned = pinned || (!found && package.name == "nvidia-driver-pinning-" + driver.prefix(1));
    found = found || (package.name == name && package.version == version);
  }
  require(found, "driver", "its packages are not " + name + " " + version);
  require(pinned || (has_caution("driver") && !has_pin(driver.major_part())),
          "driver",
          "apt is not held to the branch, or nothing is said of it");
}

} // namespace

std::vector<Breach> check(const Machine& machine, const resolve::Request& request, const Resolution& resolution)
{
  return Checker(machine, request, resolution).run();
}

} // namespace cudasetup::matrix
