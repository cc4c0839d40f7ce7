#include "host/nvidia_driver.hpp"

#include "base/text.hpp"

namespace cudasetup::host {

std::optional<LoadedDriver> parse_proc_driver_version(std::string_view text)
{
  for (const std::string_view line : base::lines(text)) {
    const std::size_t kind = line.find("Kernel Module");
    if (!line.starts_with("NVRM version:") || kind == std::string_view::npos) {
      continue;
    }
    const bool open = line.substr(0, kind).ends_with("Open ");
    for (const std::string_view word : base::words(line.substr(kind))) {
      const auto version = base::Version::parse(word);
      if (version && version->parts().size() >= 2) {
        return LoadedDriver{*version, open ? ModuleFlavour::open : ModuleFlavour::proprietary};
      }
    }
  }
  return std::nullopt;
}

namespace {

/// "580.95.05" of 580.95.05-0ubuntu0.22.04.1, or of 1:580.95.05-1.
std::optional<base::Version> upstream(std::string_view package_version)
{
  const std::size_t epoch = package_version.find(':');
  const std::string_view version = package_version.substr(epoch == std::string_view::npos ? 0 : epoch + 1);
  return parse_module_version(version.substr(0, version.find('-')));
}

/// Whether it is what a kernel module comes from: built here, or by Ubuntu for a kernel.
bool has_module(std::string_view package)
{
  return package.starts_with("nvidia-dkms") || package.starts_with("linux-modules-nvidia") ||
         package.starts_with("nvidia-kernel-dkms") || package.starts_with("nvidia-kernel-open-dkms");
}

} // namespace

std::optional<PackagedDriver> packaged_driver(const std::map<std::string, InstalledPackage>& packages)
{
  constexpr std::string_view k_libraries = "libnvidia-compute";
  std::optional<PackagedDriver> newest;
  std::optional<ModuleFlavour> flavour;
  for (const auto& [name, package] : packages) {
    if (!package.configured || name.find(':') != std::string::npos) {
      continue;
    }
    if (has_module(name)) {
      flavour = name.find("-open") != std::string::npos ? ModuleFlavour::open : ModuleFlavour::proprietary;
    }
    const auto version = name.starts_with(k_libraries) ? upstream(package.version) : std::nullopt;
    if (version && (!newest || newest->driver.version < *version)) {
      newest = PackagedDriver{name, {*version, std::nullopt}};
    }
  }
  if (!newest || !flavour) {
    return std::nullopt;
  }
  newest->driver.flavour = flavour;
  return newest;
}

std::optional<base::Version> parse_module_version(std::string_view text)
{
  auto version = base::Version::parse(base::trim(text));
  return version && version->parts().size() >= 2 ? version : std::nullopt;
}

} // namespace cudasetup::host
