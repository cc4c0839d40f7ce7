#include "diagnose/rules.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"
#include "host/tool_version.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::diagnose {

namespace {

/// The packages that hold the driver's files in every branch, by the beginnings of their names.
constexpr std::array<std::string_view, 11> k_parts = {"libnvidia-cfg1",
                                                      "libnvidia-compute",
                                                      "libnvidia-decode",
                                                      "libnvidia-encode",
                                                      "libnvidia-extra",
                                                      "libnvidia-fbc1",
                                                      "libnvidia-gl",
                                                      "nvidia-compute-utils",
                                                      "nvidia-dkms",
                                                      "nvidia-kernel-common",
                                                      "nvidia-utils"};

/// Packages that bring the driver's kernel module.
constexpr std::array<std::string_view, 7> k_drivers = {"nvidia-driver-",
                                                       "nvidia-headless-",
                                                       "nvidia-open",
                                                       "cuda-drivers",
                                                       "nvidia-dkms",
                                                       "linux-modules-nvidia",
                                                       "nvidia-kernel-source"};

bool is_meta_of_nobody(std::string_view name)
{
  return name.starts_with("nvidia-driver-pinning") || name.starts_with("nvidia-driver-assistant");
}

} // namespace

base::Hint hint(std::string text, std::initializer_list<std::string> command)
{
  base::Hint made{std::move(text), std::nullopt};
  if (command.size() > 0) {
    made.command = base::Command{std::vector<std::string>(command)};
  }
  return made;
}

base::Hint install_hint(std::string text, std::initializer_list<std::string> options)
{
  std::vector<std::string> words = {"sudo", "cudasetup", "install"};
  words.insert(words.end(), options);
  return {std::move(text), base::Command{std::move(words)}};
}

Signs sign(std::string evidence, std::string remedy, std::initializer_list<std::string> command)
{
  return {{std::move(evidence), {hint(std::move(remedy), command)}}};
}

bool owns_kernel(const Case& at)
{
  return !at.facts.wsl && at.facts.container == host::Container::none;
}

bool has_gpu(const Case& at)
{
  return std::any_of(at.facts.gpus.begin(), at.facts.gpus.end(), [](const host::GpuDevice& gpu) {
    return !gpu.address.empty() && gpu.bound_driver != "vfio-pci";
  });
}

std::string gpu_label(const Case& at, const host::GpuDevice& gpu)
{
  const manifest::Gpu* record = gpu.id ? at.manifest.find_gpu(*gpu.id) : nullptr;
  return gpu.address + (record != nullptr ? " (" + record->name + ")" : "");
}

bool has_package(const Case& at, std::string_view name)
{
  return at.facts.packages.contains(std::string(name));
}

std::string package_with(const Case& at, std::string_view prefix)
{
  const auto found = at.facts.packages.lower_bound(std::string(prefix));
  return found != at.facts.packages.end() && found->first.starts_with(prefix) ? found->first : "";
}

std::string driver_package(const Case& at)
{
  for (const std::string_view prefix : k_drivers) {
    for (auto package = at.facts.packages.lower_bound(std::string(prefix));
         package != at.facts.packages.end() && package->first.starts_with(prefix);
         ++package) {
      if (!is_meta_of_nobody(package->first)) {
        return package->first;
      }
    }
  }
  return "";
}

std::string modules_stem(const std::string& package)
{
  constexpr std::size_t k_branch_digits = 3;
  std::vector<std::string> kept;
  for (const std::string_view part : base::split(package, '-')) {
    const bool is_branch = part.size() == k_branch_digits && base::parse_number(part);
    if (!is_branch && part != "linux" && part != "modules" && part != "nvidia" && part != "server" && part != "open") {
      break;
    }
    kept.emplace_back(part);
  }
  return base::join(kept, "-");
}

bool holds_driver(const Case& at)
{
  return std::any_of(at.facts.holds.begin(), at.facts.holds.end(), host::is_driver_package);
}

std::vector<std::pair<std::string, std::string>> driver_parts(const Case& at)
{
  std::vector<std::pair<std::string, std::string>> parts;
  for (const auto& [name, package] : at.facts.packages) {
    const bool is_part =
        std::any_of(k_parts.begin(), k_parts.end(), [&](std::string_view prefix) { return name.starts_with(prefix); });
    if (is_part && !name.ends_with("-dev")) {
      parts.emplace_back(name, package.version);
    }
  }
  return parts;
}

std::optional<base::Version> installed_driver(const Case& at)
{
  std::vector<base::Version> versions;
  for (const host::DriverLibrary& library : at.details.libraries) {
    versions.push_back(library.version);
  }
  if (versions.empty()) {
    for (const auto& [name, version] : driver_parts(at)) {
      const auto upstream = host::upstream_version(version);
      if (name.starts_with("libnvidia-compute") && upstream) {
        versions.push_back(*upstream);
      }
    }
  }
  const bool is_one = !versions.empty() && std::all_of(versions.begin(), versions.end(), [&](const base::Version& one) {
    return one == versions.front();
  });
  return is_one ? std::optional(versions.front()) : std::nullopt;
}

bool has_driver(const Case& at)
{
  return at.details.has_runfile_driver || !driver_package(at).empty();
}

const host::Kernel* running_kernel(const Case& at)
{
  const auto found = std::find_if(at.details.kernels.begin(),
                                  at.details.kernels.end(),
                                  [&](const host::Kernel& kernel) { return kernel.release == at.facts.kernel; });
  return found == at.details.kernels.end() || !owns_kernel(at) ? nullptr : &*found;
}

const host::Kernel* next_kernel(const Case& at)
{
  return at.details.kernels.empty() || !owns_kernel(at) ? nullptr : &at.details.kernels.back();
}

const host::Toolkit* active_toolkit(const Case& at)
{
  const auto& toolkits = at.facts.toolkits;
  if (!at.facts.active_toolkit) {
    return toolkits.size() == 1 ? &toolkits.front() : nullptr;
  }
  const auto found = std::find_if(toolkits.begin(), toolkits.end(), [&](const host::Toolkit& toolkit) {
    return toolkit.directory == *at.facts.active_toolkit;
  });
  return found == toolkits.end() ? nullptr : &*found;
}

const manifest::CudaRelease* release_of(const Case& at, const host::Toolkit& toolkit)
{
  if (!toolkit.version) {
    return nullptr;
  }
  const manifest::CudaRelease* last = nullptr;
  for (const manifest::CudaRelease& release : at.manifest.cuda) {
    if (release.version.begins_with(*toolkit.version)) {
      last = &release;
    }
  }
  return last;
}

const host::LibTorchTree* current_libtorch(const Case& at)
{
  const auto& trees = at.facts.libtorch;
  if (!at.facts.current_libtorch) {
    return trees.size() == 1 ? &trees.front() : nullptr;
  }
  const auto found = std::find_if(trees.begin(), trees.end(), [&](const host::LibTorchTree& tree) {
    return tree.directory == *at.facts.current_libtorch;
  });
  return found == trees.end() ? nullptr : &*found;
}

std::optional<Torch> find_torch(const Case& at, const std::string& where, const std::string& text)
{
  const std::size_t plus = text.find('+');
  const auto version = base::Version::parse(text.substr(0, plus));
  const manifest::TorchRelease* release = version ? at.manifest.find_torch(*version) : nullptr;
  if (release == nullptr) {
    return std::nullopt;
  }
  const std::string platform =
      plus == std::string::npos ? release->unmarked_platform.value_or("") : text.substr(plus + 1);
  for (const manifest::TorchBuild& build : release->builds) {
    if (build.platform == platform) {
      return Torch{where, version->text() + "+" + platform, release, &build};
    }
  }
  return std::nullopt;
}

std::vector<Torch> torches(const Case& at)
{
  std::vector<Torch> all;
  const auto add = [&](const std::string& where, const std::string& text) {
    if (auto torch = find_torch(at, where, text)) {
      all.push_back(*std::move(torch));
    }
  };
  const host::LibTorchTree* current = current_libtorch(at);
  if (current != nullptr) {
    add(current->directory, current->build_version);
  }
  for (const host::LibTorchTree& tree : at.facts.libtorch) {
    if (&tree != current) {
      add(tree.directory, tree.build_version);
    }
  }
  for (const host::PythonEnvironment& python : at.details.python) {
    add(python.directory, python.torch);
  }
  return all;
}

} // namespace cudasetup::diagnose
