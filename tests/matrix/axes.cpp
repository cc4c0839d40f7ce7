#include "matrix/axes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace cudasetup::matrix {

namespace {

using resolve::Choice;
using resolve::Request;

Gpus named(const std::vector<std::string>& names)
{
  Gpus gpus;
  for (const std::string& name : names) {
    host::GpuDevice device;
    device.id = base::PciId::parse(name);
    device.capability = base::ComputeCapability::parse_sm(name);
    gpus.value.push_back(device);
    gpus.words += " --gpu " + name;
  }
  if (names.empty()) {
    gpus.words = " --gpu none";
  }
  return gpus;
}

/// No GPU; one for each capability, module and last branch, the first listed and the last listed of them.
std::vector<Gpus> gpus_of(const manifest::Manifest& manifest, Extent extent)
{
  std::map<std::tuple<std::optional<base::ComputeCapability>, int, std::uint32_t>, std::vector<const manifest::Gpu*>>
      kinds;
  std::map<std::string, std::string> architectures;
  for (const manifest::Gpu& gpu : manifest.gpus) {
    kinds[{gpu.compute_capability, static_cast<int>(gpu.module), gpu.last_branch.value_or(0)}].push_back(&gpu);
    architectures.emplace(gpu.architecture, gpu.id.text());
  }
  std::vector<Gpus> result = {named({})};
  for (auto& [kind, gpus] : kinds) {
    std::stable_sort(gpus.begin(), gpus.end(), [](const manifest::Gpu* a, const manifest::Gpu* b) {
      return a->first_branch.value_or(0) < b->first_branch.value_or(0);
    });
    const auto known =
        std::find_if(gpus.begin(), gpus.end(), [](const manifest::Gpu* gpu) { return gpu->first_branch; });
    result.push_back(named({(known == gpus.end() ? gpus.front() : *known)->id.text()}));
    if (extent == Extent::wide) {
      result.push_back(named({gpus.front()->id.text()}));
      result.push_back(named({gpus.back()->id.text()}));
    }
  }
  if (extent == Extent::whole) {
    return result;
  }
  for (auto one = architectures.begin(); one != architectures.end(); ++one) {
    for (auto other = std::next(one); other != architectures.end(); ++other) {
      result.push_back(named({one->second, other->second}));
    }
  }
  for (const char* sm :
       {"sm_30", "sm_35",  "sm_37",  "sm_52",  "sm_61",  "sm_70",  "sm_75", "sm_80", "sm_86", "sm_87", "sm_89",
        "sm_90", "sm_100", "sm_103", "sm_110", "sm_120", "sm_121", "sm_20", "sm_72", "sm_84", "sm_130"}) {
    result.push_back(named({sm}));
  }
  return result;
}

std::vector<Spelled<std::optional<base::Version>>> drivers_present(const manifest::Manifest& manifest)
{
  std::vector<Spelled<std::optional<base::Version>>> result = {{std::nullopt, " --driver-present none"}};
  std::map<std::uint32_t, base::Version> latest;
  for (const manifest::CudaRelease& release : manifest.cuda) { // branches whose latest nobody knows
    if (release.bundled_driver) {
      latest[release.bundled_driver->major_part()] = *release.bundled_driver;
    }
  }
  for (const manifest::DriverBranch& branch : manifest.drivers) {
    if (branch.latest) {
      latest[branch.branch] = *branch.latest;
    }
  }
  for (const auto& [branch, version] : latest) {
    result.push_back({version, " --driver-present " + version.text()});
  }
  return result;
}

/// A fresh machine of an Ubuntu release, as --os and --arch make it.
host::HostFacts fresh(const manifest::UbuntuRelease& release, base::Arch arch)
{
  host::HostFacts facts;
  facts.os.id = "ubuntu";
  facts.os.version_id = release.version.text();
  facts.os.name = "Ubuntu " + release.version.text();
  facts.os.ubuntu_codename = release.codename;
  facts.arch = arch;
  facts.glibc = release.glibc;
  facts.gcc = release.gcc;
  facts.apt = release.apt;
  facts.pci_readable = true;
  return facts;
}

std::vector<HostCell> systems_of(const manifest::Manifest& manifest, Extent extent)
{
  std::vector<HostCell> result;
  for (const manifest::UbuntuRelease& release : manifest.ubuntu) {
    if (release.version.major_part() == 0) {
      continue; // WSL's archive
    }
    for (const base::Arch arch : {base::Arch::amd64, base::Arch::arm64}) {
      HostCell cell{fresh(release, arch),
                    "--os ubuntu" + release.version.text() + " --arch " + std::string(base::name_of(arch))};
      result.push_back(cell);
      HostCell wsl = cell;
      wsl.facts.wsl = true;
      wsl.words += " --wsl";
      result.push_back(std::move(wsl));
      if (extent == Extent::wide) {
        cell.facts.container = host::Container::docker;
        cell.words += " --container";
        result.push_back(std::move(cell));
      }
    }
  }
  return result;
}

template<class T> const T& pick(const std::vector<T>& values, std::mt19937_64& random)
{
  return values[random() % values.size()];
}

std::vector<Spelled<resolve::CudaRequest>> cuda_axis(const Rows& rows)
{
  std::vector<Spelled<resolve::CudaRequest>> result = {{{Choice::automatic, std::nullopt}, " --cuda auto"},
                                                       {{Choice::latest, std::nullopt}, " --cuda latest"},
                                                       {{Choice::none, std::nullopt}, " --cuda none"}};
  for (const manifest::CudaRelease* release : rows.releases) {
    if (release != nullptr) {
      result.push_back({{Choice::exact, release->version}, " --cuda " + release->version.text()});
    }
  }
  return result;
}

std::vector<Spelled<resolve::TorchRequest>> torch_axis(const Rows& rows)
{
  std::vector<Spelled<resolve::TorchRequest>> result = {
      {{Choice::automatic, std::nullopt, std::nullopt}, " --torch auto"},
      {{Choice::latest, std::nullopt, std::nullopt}, " --torch latest"},
      {{Choice::none, std::nullopt, std::nullopt}, " --torch none"}};
  for (const manifest::TorchRelease& torch : rows.manifest->torch) {
    result.push_back({{Choice::exact, torch.version, std::nullopt}, " --torch " + torch.version.text()});
  }
  return result;
}

RequestCell
cell_of(const Rows& rows, const Spelled<resolve::CudaRequest>& cuda, const Spelled<resolve::TorchRequest>& torch)
{
  RequestCell cell;
  cell.request.cuda = cuda.value;
  cell.request.torch = torch.value;
  cell.words = cuda.words + torch.words;
  cell.asked = {releases_asked(rows, cuda.value), builds_asked(rows, torch.value)};
  return cell;
}

/// CUDA by a prefix ("11", "11.1") and torch by its platform.
void draw_selection(const Rows& rows, std::mt19937_64& random, RequestCell& cell)
{
  Spelled<resolve::CudaRequest> cuda = pick(cuda_axis(rows), random);
  Spelled<resolve::TorchRequest> torch = pick(torch_axis(rows), random);
  if (cuda.value.version && random() % 3 == 0) {
    cuda.value.version = *base::Version::parse(cuda.value.version->prefix(1 + random() % 2));
    cuda.words = " --cuda " + cuda.value.version->text();
  }
  if (torch.value.version && random() % 3 == 0) {
    const auto& row = rows.builds[1 + random() % (rows.builds.size() - 1)];
    torch.value = {Choice::exact, row.torch->version, row.build->platform};
    torch.words = " --torch " + row.torch->version.text() + "+" + row.build->platform;
  }
  cell = cell_of(rows, cuda, torch);
}

void draw_driver(const Rows& rows, std::mt19937_64& random, RequestCell& cell)
{
  using resolve::DriverChoice;
  const manifest::DriverBranch& branch = pick(rows.manifest->drivers, random);
  switch (random() % 7) {
  case 0:
    cell.request.driver.choice = DriverChoice::none;
    cell.words += " --driver none";
    break;
  case 1:
    cell.request.driver.choice = DriverChoice::keep;
    cell.words += " --driver keep";
    break;
  case 2:
    cell.request.driver = {DriverChoice::exact, base::Version::parse(std::to_string(branch.branch))};
    cell.words += " --driver " + std::to_string(branch.branch);
    break;
  default:
    break;
  }
  if (random() % 6 == 0) {
    cell.request.module = random() % 2 == 0 ? resolve::ModuleChoice::open : resolve::ModuleChoice::proprietary;
    cell.words += cell.request.module == resolve::ModuleChoice::open ? " --module open" : " --module proprietary";
  }
}

} // namespace

Hosts::Hosts(const manifest::Manifest& manifest, Extent extent, std::uint64_t seed)
    : m_systems(systems_of(manifest, extent)), m_gpus(gpus_of(manifest, extent)), m_drivers(drivers_present(manifest)),
      m_drivers_a_machine(extent == Extent::whole ? 3 : m_drivers.size()), m_seed(seed)
{
}

HostCell Hosts::at(std::size_t index) const
{
  const std::size_t machine = index / m_drivers_a_machine;
  std::size_t driver = index % m_drivers_a_machine;
  if (driver > 0 && m_drivers_a_machine < m_drivers.size()) {
    driver = 1 + std::mt19937_64(m_seed + index)() % (m_drivers.size() - 1);
  }
  const Gpus& gpus = m_gpus[machine % m_gpus.size()];
  HostCell host = m_systems[machine / m_gpus.size()];
  host.facts.gpus = gpus.value;
  if (m_drivers[driver].value) {
    host.facts.driver = host::LoadedDriver{*m_drivers[driver].value, std::nullopt};
  }
  host.words += gpus.words + m_drivers[driver].words;
  return host;
}

std::vector<RequestCell> requests_of(const Rows& rows)
{
  std::vector<RequestCell> result;
  for (const auto& cuda : cuda_axis(rows)) {
    for (const auto& torch : torch_axis(rows)) {
      result.push_back(cell_of(rows, cuda, torch));
    }
  }
  return result;
}

RequestCell draw_request(const Rows& rows, std::mt19937_64& random)
{
  RequestCell cell;
  draw_selection(rows, random, cell);
  draw_driver(rows, random, cell);
  const auto draw = [&](std::uint64_t chances, const char* words) {
    const bool drawn = random() % chances == 0;
    cell.words += drawn ? words : "";
    return drawn;
  };
  if (draw(6, " --method network")) {
    cell.request.method = resolve::Method::network;
  } else if (draw(6, " --method local")) {
    cell.request.method = resolve::Method::local;
  } else if (draw(6, " --method runfile")) {
    cell.request.method = resolve::Method::runfile;
  }
  if (draw(8, " --abi pre-cxx11")) {
    cell.request.abi = manifest::Abi::pre_cxx11;
  }
  if (draw(8, " --profile build")) {
    cell.request.profile = manifest::Profile::build;
  } else if (draw(8, " --profile runtime")) {
    cell.request.profile = manifest::Profile::runtime;
  }
  if (draw(8, " --python /opt/torch-venv")) {
    cell.request.python = "/opt/torch-venv";
  }
  if (draw(16, " --require-digests")) {
    cell.request.require_digests = true;
  }
  return cell;
}

} // namespace cudasetup::matrix
