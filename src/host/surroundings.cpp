#include "host/surroundings.hpp"

#include "base/text.hpp"

namespace cudasetup::host {

namespace {

/// Number of the kernel's first process number namespace: PROC_PID_INIT_INO of linux/proc_ns.h (0xEFFFFFFC).
constexpr std::string_view k_first_pid_namespace = "pid:[4026531836]";

Container container_by_name(std::string_view name)
{
  if (name == "docker") {
    return Container::docker;
  }
  if (name == "podman") {
    return Container::podman;
  }
  if (name == "lxc" || name == "lxc-libvirt") {
    return Container::lxc;
  }
  return name == "systemd-nspawn" ? Container::systemd_nspawn : Container::other;
}

/// The value of a variable in zero-separated `NAME=value` pairs.
std::string_view variable(std::string_view environment, std::string_view name)
{
  for (const std::string_view pair : base::split(environment, '\0')) {
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

} // namespace

std::string parse_kernel_release(std::string_view text)
{
  return base::printable(base::trim(text));
}

std::optional<std::int64_t> parse_boot_time(std::string_view text)
{
  constexpr std::string_view k_field = "btime ";
  for (const std::string_view line : base::lines(text)) {
    const auto seconds = line.starts_with(k_field) ? base::parse_number(line.substr(k_field.size())) : std::nullopt;
    if (seconds) {
      return static_cast<std::int64_t>(*seconds);
    }
  }
  return std::nullopt;
}

bool is_wsl_kernel(std::string_view release)
{
  return release.find("Microsoft") != std::string_view::npos || release.find("WSL") != std::string_view::npos ||
         release.find("microsoft") != std::string_view::npos;
}

Container container_of(const ContainerSigns& signs)
{
  for (const auto* text : {&signs.systemd_container, &signs.container_manager}) {
    if (const std::string_view name = *text ? base::trim(**text) : std::string_view{}; !name.empty()) {
      return container_by_name(name);
    }
  }
  if (signs.first_environment) {
    if (const std::string_view name = variable(*signs.first_environment, "container"); !name.empty()) {
      // Podman calls itself "oci" here when it follows the interface of other managers.
      return name == "oci" && signs.has_containerenv ? Container::podman : container_by_name(name);
    }
  }
  if (signs.has_containerenv) {
    return Container::podman;
  }
  if (signs.has_dockerenv) {
    return Container::docker;
  }
  const bool own_namespace = signs.pid_namespace && *signs.pid_namespace != k_first_pid_namespace;
  return own_namespace ? Container::other : Container::none;
}

bool is_jetson(const JetsonSigns& signs)
{
  return signs.has_tegra_release || signs.kernel.ends_with("-tegra") ||
         (signs.compatible && signs.compatible->find("nvidia,tegra") != std::string::npos);
}

} // namespace cudasetup::host
