#include "diagnose/status.hpp"

#include "diagnose/rules.hpp"
#include "host/json.hpp"
#include "resolve/kernels.hpp"

#include <algorithm>

namespace cudasetup::diagnose {

namespace {

std::string place_of(const host::HostFacts& facts)
{
  if (facts.wsl) {
    return "WSL";
  }
  if (facts.container == host::Container::none) {
    return facts.jetson ? "a Jetson" : "";
  }
  return facts.container == host::Container::other
             ? "a container"
             : "a container (" + std::string(host::name_of(facts.container)) + ")";
}

std::vector<GpuStatus> gpus_of(const Case& at)
{
  std::vector<GpuStatus> gpus;
  for (const host::GpuDevice& device : at.facts.gpus) {
    const manifest::Gpu* record = device.id ? at.manifest.find_gpu(*device.id) : nullptr;
    gpus.push_back({device.address,
                    device.id ? device.id->text() : "",
                    record != nullptr ? record->name : "",
                    record != nullptr ? record->compute_capability : device.capability,
                    device.bound_driver});
  }
  return gpus;
}

DriverStatus driver_status(const Case& at)
{
  DriverStatus driver;
  if (at.facts.driver) {
    driver.loaded = at.facts.driver->version;
    driver.module = at.facts.driver->flavour;
  }
  driver.installed = installed_driver(at);
  driver.package = driver_package(at);
  const auto& counts = driver.loaded ? driver.loaded : driver.installed;
  const manifest::DriverBranch* branch = counts ? at.manifest.find_branch(counts->major_part()) : nullptr;
  if (branch != nullptr) {
    driver.ceiling = branch->cuda;
  }
  return driver;
}

std::vector<ToolkitStatus> toolkits_of(const Case& at)
{
  const host::Toolkit* active = active_toolkit(at);
  std::vector<ToolkitStatus> toolkits;
  for (const host::Toolkit& toolkit : at.facts.toolkits) {
    const bool is_active = &toolkit == active && at.facts.active_toolkit.has_value();
    toolkits.push_back({toolkit.directory, toolkit.version, is_active, toolkit.has_nvcc});
  }
  return toolkits;
}

std::string_view module_key(const host::Ground& ground)
{
  if (ground.secure_boot != host::SecureBoot::on || !ground.key_is_enrolled) {
    return "";
  }
  return *ground.key_is_enrolled ? "enrolled" : ground.key_is_pending ? "pending" : "not-enrolled";
}

std::string active_because(const Case& at)
{
  if (!at.facts.active_toolkit) {
    return at.details.has_cuda_link ? "/usr/local/cuda leads nowhere" : "there is no /usr/local/cuda";
  }
  const std::string& mode = at.details.cuda_alternative;
  return "/usr/local/cuda leads there" + std::string(mode == "auto" ? ", by update-alternatives: the highest priority"
                                                     : mode == "manual" ? ", by update-alternatives: somebody chose it"
                                                                        : "");
}

Code code_for(const Torch& torch, base::ComputeCapability gpu, base::Arch arch)
{
  if (torch.build->is_cpu()) {
    return Code::cpu;
  }
  switch (resolve::kernels_for(*torch.build, gpu, arch)) {
  case resolve::Kernels::machine_code:
    return Code::machine_code;
  case resolve::Kernels::compiled:
    return Code::compiled;
  case resolve::Kernels::missing:
    return Code::missing;
  case resolve::Kernels::unknown:
    break;
  }
  return Code::unknown;
}

TorchStatus torch_status(const Case& at, const std::string& directory, const std::string& text)
{
  TorchStatus status{directory, text};
  const auto torch = find_torch(at, directory, text);
  std::vector<base::ComputeCapability> told;
  for (const resolve::TargetGpu& gpu : at.target.gpus) {
    if (gpu.capability && std::find(told.begin(), told.end(), *gpu.capability) == told.end()) {
      told.push_back(*gpu.capability);
      const base::Arch arch = at.facts.arch.value_or(base::Arch::amd64);
      status.code.emplace_back(gpu.capability->sm(), torch ? code_for(*torch, *gpu.capability, arch) : Code::unknown);
    }
  }
  return status;
}

void add_torches(const Case& at, Status& status)
{
  const host::LibTorchTree* current = current_libtorch(at);
  for (const host::LibTorchTree& tree : at.facts.libtorch) {
    status.libtorch.push_back(torch_status(at, tree.directory, tree.build_version));
    status.libtorch.back().is_current = &tree == current && at.facts.current_libtorch.has_value();
  }
  for (const host::PythonEnvironment& python : at.details.python) {
    status.python.push_back(torch_status(at, python.directory, python.torch));
  }
}

/// What a reboot mends.
std::vector<std::string> reboot_because(const std::vector<Finding>& findings)
{
  std::vector<std::string> reasons;
  for (const Finding& finding : findings) {
    if (std::any_of(finding.remedies.begin(), finding.remedies.end(), [](const base::Hint& remedy) {
          return remedy.command && remedy.command->argv.back() == "reboot";
        })) {
      reasons.push_back(finding.evidence);
    }
  }
  return reasons;
}

} // namespace

std::string_view name_of(Code code)
{
  switch (code) {
  case Code::machine_code:
    return "machine-code";
  case Code::compiled:
    return "ptx";
  case Code::missing:
    return "missing";
  case Code::cpu:
    return "cpu";
  case Code::unknown:
    break;
  }
  return "unknown";
}

Status status_of(const Known& known, const std::vector<Finding>& findings, std::optional<LastTransaction> last)
{
  const Case at{known, known.facts, known.details, known.manifest, resolve::find_target(known.manifest, known.facts)};
  Status status;
  status.system = known.facts.os.name;
  status.arch = known.facts.arch ? std::string(base::name_of(*known.facts.arch)) : "";
  status.kernel = known.facts.kernel;
  status.place = place_of(known.facts);
  status.gpus_known = known.facts.pci_readable;
  status.modules_known = known.details.modules.has_value();
  status.gpus = gpus_of(at);
  status.other_displays = known.details.other_displays.size();
  status.driver = driver_status(at);
  status.driver.module_key = module_key(known.details);
  status.toolkits = toolkits_of(at);
  status.active_because = active_because(at);
  if (known.details.variables.contains("PATH")) {
    status.nvcc_in_path = known.details.nvcc_in_path.value_or("");
  }
  add_torches(at, status);
  status.pins = known.facts.pins;
  status.holds = known.facts.holds;
  status.last = std::move(last);
  status.reboot_because = reboot_because(findings);
  status.faults = findings.size();
  return status;
}

} // namespace cudasetup::diagnose
