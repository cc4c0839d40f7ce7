#include "matrix/possible.hpp"

#include <algorithm>

namespace cudasetup::matrix {

namespace {

using base::Version;
using resolve::Method;

constexpr Method k_methods[] = {Method::network, Method::local, Method::runfile};

std::vector<std::size_t> pairs_of(const Rows& rows, const manifest::CudaRelease* release)
{
  std::vector<std::size_t> result;
  const auto pairs =
      release != nullptr ? rows.manifest->pairs.find(release->version.text()) : rows.manifest->pairs.end();
  if (pairs == rows.manifest->pairs.end()) {
    return result;
  }
  for (const manifest::Pair& pair : pairs->second) {
    for (std::size_t build = 1; build < rows.builds.size(); ++build) {
      if (rows.builds[build].torch->version == pair.torch && rows.builds[build].build->platform == pair.platform) {
        result.push_back(build);
      }
    }
  }
  return result;
}

/// Whether the request allows the module and it drives every card, whatever the branch.
bool module_drives_all(host::ModuleFlavour module, const Machine& machine, resolve::ModuleChoice asked)
{
  const auto other =
      module == host::ModuleFlavour::open ? resolve::ModuleChoice::proprietary : resolve::ModuleChoice::open;
  return asked != other && std::all_of(machine.cards.begin(), machine.cards.end(), [&](const Card& card) {
           return module_drives(module, card);
         });
}

/// The newest of the drivers that the request allows and that drive every card with a module that it allows.
std::optional<Version>
newest_fit(const std::vector<Version>& drivers, const Machine& machine, const resolve::Request& request)
{
  std::optional<Version> newest;
  for (const Version& driver : drivers) {
    const bool asked =
        request.driver.choice != resolve::DriverChoice::exact || driver.begins_with(*request.driver.version);
    if (!asked || (newest && driver <= *newest)) {
      continue;
    }
    for (const auto module : {host::ModuleFlavour::open, host::ModuleFlavour::proprietary}) {
      if (module_drives_all(module, machine, request.module) && drives_all(driver, module, machine) &&
          module_packaged(*machine.manifest, driver.major_part(), module)) {
        newest = driver;
      }
    }
  }
  return newest;
}

} // namespace

std::size_t Rows::index_of(const manifest::CudaRelease* release) const
{
  return static_cast<std::size_t>(std::find(releases.begin(), releases.end(), release) - releases.begin());
}

std::size_t Rows::index_of(const manifest::TorchBuild* build) const
{
  return static_cast<std::size_t>(
      std::find_if(builds.begin(), builds.end(), [&](const Build& row) { return row.build == build; }) -
      builds.begin());
}

Rows rows_of(const manifest::Manifest& manifest)
{
  Rows rows;
  rows.manifest = &manifest;
  rows.releases.push_back(nullptr);
  rows.builds.emplace_back();
  for (const manifest::CudaRelease& release : manifest.cuda) {
    rows.releases.push_back(&release);
  }
  for (const manifest::TorchRelease& torch : manifest.torch) {
    for (const manifest::TorchBuild& build : torch.builds) {
      rows.builds.push_back({&torch, &build});
    }
  }
  for (const manifest::CudaRelease* release : rows.releases) {
    rows.pairs.push_back(pairs_of(rows, release));
    auto& row = rows.fits.emplace_back();
    for (const Rows::Build& build : rows.builds) {
      row.push_back(
          release == nullptr || build.build == nullptr || build.build->is_cpu() ||
          (platform_fits(manifest, *release, *build.torch, *build.build) && cmake_finds_it(*release, *build.torch)));
    }
  }
  return rows;
}

Possible::Possible(const Rows& rows, const Machine& machine, const resolve::Request& request)
    : m_rows(rows), m_machine(machine), m_releases(rows.releases.size()),
      m_works(rows.releases.size(), std::vector<char>(rows.builds.size()))
{
  if (!machine.fit) {
    return;
  }
  m_loaded_drives = machine.driver && drives_all(*machine.driver, machine);
  m_some_driver_drives = some_driver_drives_all(machine, request.module);
  m_newest_of_archive = newest_fit(drivers_of(nullptr, Method::network, machine), machine, request);
  for (const UbuntuOffer& offer : ubuntus_of(machine)) {
    if (ubuntus_fits(offer, machine, request) && (!m_newest_of_ubuntu || *m_newest_of_ubuntu < offer.version)) {
      m_newest_of_ubuntu = offer.version;
    }
  }
  std::uint64_t compilers = ~std::uint64_t{0};
  if (request.profile != manifest::Profile::runtime && machine.gcc) {
    compilers = packaged_compilers(machine.ubuntu->version) | std::uint64_t{1} << *machine.gcc;
  }
  std::vector<char> builds;
  for (const Rows::Build& row : rows.builds) {
    builds.push_back(serves(row, request));
  }
  for (std::size_t release = 0; release < rows.releases.size(); ++release) {
    const Release& own = m_releases[release] = look_at(rows.releases[release], request);
    for (std::size_t build = 0; own.serves && build < rows.builds.size(); ++build) {
      if (builds[build] == 0 || rows.fits[release][build] == 0 ||
          (compilers_of(rows.releases[release], rows.builds[build].torch) & compilers) == 0) {
        continue;
      }
      const auto need = least_driver(rows.releases[release], rows.builds[build].build);
      for (std::size_t method = 0; method < own.ways.size(); ++method) {
        const Way& way = own.ways[method];
        const bool driver = way.any_driver || (way.newest && (!need || *need <= *way.newest));
        m_works[release][build] = static_cast<char>(m_works[release][build] | (way.serves && driver ? 1 << method : 0));
      }
    }
  }
}

Possible::Release Possible::look_at(const manifest::CudaRelease* release, const resolve::Request& request) const
{
  Release result;
  if (release == nullptr) {
    result.serves = true;
    result.ways.front().serves = true;
    look_at_drivers(request, nullptr, Method::network, result.ways.front()); // where a driver alone comes from
    return result;
  }
  for (std::size_t index = 0; index < result.ways.size(); ++index) {
    const Method method = k_methods[index];
    const bool asked = request.method == Method::automatic || request.method == method;
    if (asked && method_serves(*release, method, m_machine) &&
        (!request.require_digests || has_digest(*release, method, m_machine))) {
      result.ways[index].serves = true;
      look_at_drivers(request, release, method, result.ways[index]);
    }
  }
  result.targets = std::all_of(m_machine.cards.begin(), m_machine.cards.end(), [&](const Card& card) {
    return !card.capability || !release->most_capability || *card.capability <= *release->most_capability;
  });
  result.by_apt =
      method_serves(*release, Method::network, m_machine) || method_serves(*release, Method::local, m_machine);
  const auto need = least_driver(*release);
  result.loaded_runs = m_loaded_drives && (!need || *need <= *m_machine.driver);
  // The runtime profile compiles nothing.
  const bool headers = request.profile == manifest::Profile::runtime || headers_compile(*release, m_machine.glibc);
  result.serves = headers && std::all_of(m_machine.cards.begin(), m_machine.cards.end(), [&](const Card& card) {
                    return toolkit_serves(*release, card);
                  });
  return result;
}

void Possible::look_at_drivers(const resolve::Request& request,
                               const manifest::CudaRelease* release,
                               Method method,
                               Way& way) const
{
  using resolve::DriverChoice;
  const DriverChoice choice = request.driver.choice;
  const bool foreign = m_machine.place != Place::machine;
  if (foreign && choice == DriverChoice::exact) {
    return; // none is ever installed there
  }
  // Somebody else's driver that cannot be seen, and the driver of the machine an image is made for, are not asked
  // about.
  const bool unseen = !m_machine.driver && (foreign || (m_machine.cards.empty() && choice == DriverChoice::automatic));
  way.any_driver = choice == DriverChoice::none || unseen;
  const auto offer = [&](const std::optional<Version>& driver) {
    if (driver && (!way.newest || *way.newest < *driver)) {
      way.newest = driver;
    }
  };
  // Which module is loaded may not be known, but one that was asked for must be able to drive the cards.
  if (choice != DriverChoice::exact && m_loaded_drives && m_some_driver_drives) {
    offer(m_machine.driver);
  }
  if (choice == DriverChoice::keep || foreign || (m_machine.cards.empty() && choice == DriverChoice::automatic)) {
    return;
  }
  offer(m_newest_of_ubuntu); // whatever brings the toolkit
  if (method == Method::network) {
    offer(m_newest_of_archive);
  } else if (method == Method::local) {
    offer(newest_fit(drivers_of(release, method, m_machine), m_machine, request));
  } else if (choice == DriverChoice::automatic && m_some_driver_drives) {
    way.any_driver = true; // a runfile's toolkit alone; which driver to get is said
  }
}

bool Possible::serves(const Rows::Build& row, const resolve::Request& request) const
{
  if (row.build == nullptr) {
    return !request.python; // which there is a torch build for, or nothing
  }
  const bool kernels =
      row.build->is_cpu() || std::all_of(m_machine.cards.begin(), m_machine.cards.end(), [&](const Card& card) {
        return !card.capability || kernels_of(*row.build, *card.capability, m_machine.arch) != Kernels::none;
      });
  const bool glibc = !row.torch->glibc || !m_machine.glibc || *row.torch->glibc <= *m_machine.glibc;
  const manifest::LibTorchZip* zip = zip_of(*row.build, request.abi, m_machine);
  const bool file = m_machine.arch == base::Arch::amd64
                        ? zip != nullptr && (!request.require_digests || zip->file.digest())
                        : request.python && has_arm64_wheel(*row.torch, *row.build);
  // Nobody publishes the wheels' digests.
  const bool wheels = !request.python || (!request.require_digests && python_serves(*row.torch, m_machine));
  return kernels && glibc && file && wheels;
}

bool Possible::has_anything() const
{
  for (std::size_t release = 0; release < m_works.size(); ++release) {
    for (std::size_t build = release == 0 ? 1 : 0; build < m_works[release].size(); ++build) {
      const bool cpu = build > 0 && m_rows.builds[build].build->is_cpu();
      if (!cpu && works(release, build)) {
        return true;
      }
    }
  }
  return false;
}

bool Possible::works(std::size_t release, std::size_t build, Method method) const
{
  const auto index =
      static_cast<std::size_t>(std::find(std::begin(k_methods), std::end(k_methods), method) - k_methods);
  return (m_works[release][build] >> index & 1) != 0;
}

bool Possible::works(std::size_t release, const std::vector<std::size_t>& builds, Method method) const
{
  return std::any_of(builds.begin(), builds.end(), [&](std::size_t build) { return works(release, build, method); });
}

bool Possible::works(std::size_t release, const std::vector<std::size_t>& builds) const
{
  return std::any_of(builds.begin(), builds.end(), [&](std::size_t build) { return works(release, build); });
}

std::vector<std::size_t> releases_asked(const Rows& rows, const resolve::CudaRequest& request)
{
  std::vector<std::size_t> result;
  if (request.choice == resolve::Choice::none) {
    return {0};
  }
  for (std::size_t index = 1; index < rows.releases.size(); ++index) {
    if (request.choice != resolve::Choice::exact || rows.releases[index]->version.begins_with(*request.version)) {
      result.push_back(index);
    }
  }
  return result;
}

std::vector<std::size_t> builds_asked(const Rows& rows, const resolve::TorchRequest& request)
{
  std::vector<std::size_t> result;
  if (request.choice == resolve::Choice::none) {
    return {0};
  }
  for (std::size_t index = 1; index < rows.builds.size(); ++index) {
    const Rows::Build& row = rows.builds[index];
    const bool release = request.choice != resolve::Choice::exact || row.torch->version == *request.version;
    const bool platform = request.platform ? row.build->platform == *request.platform : !row.build->is_cpu();
    if (release && platform) {
      result.push_back(index);
    }
  }
  return result;
}

std::string name_of(const Rows& rows, std::size_t release, std::size_t build)
{
  const std::string cuda = release == 0 ? "no toolkit" : "CUDA " + rows.releases[release]->version.text();
  if (build == 0) {
    return cuda + " without torch";
  }
  return cuda + " with torch " + rows.builds[build].torch->version.text() + "+" + rows.builds[build].build->platform;
}

} // namespace cudasetup::matrix
