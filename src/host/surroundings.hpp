#pragma once

#include "host/facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::host {

/// /proc/sys/kernel/osrelease: what `uname -r` prints.
std::string parse_kernel_release(std::string_view text);

/// "btime" of /proc/stat: when the machine was started, in seconds since 1970.
std::optional<std::int64_t> parse_boot_time(std::string_view text);

/// WSL's kernels carry Microsoft's name (systemd looks for the same words).
bool is_wsl_kernel(std::string_view release);

/// The marks that container managers leave, as systemd-detect-virt looks for them. Texts are nullopt where the file is
/// missing or may not be read.
struct ContainerSigns {
  std::optional<std::string> systemd_container;  ///< /run/systemd/container
  std::optional<std::string> container_manager;  ///< /run/host/container-manager
  std::optional<std::string> first_environment;  ///< /proc/1/environ
  bool has_containerenv = false;                 ///< /run/.containerenv: podman, buildah
  bool has_dockerenv = false;                    ///< /.dockerenv
  std::optional<std::string> pid_namespace = {}; ///< where /proc/self/ns/pid points: "pid:[4026531836]"
};

/// Which container we are in, by the first sign that says so. A process number namespace that is not the kernel's first
/// is taken for a container of an unknown kind; leave it out under WSL, whose distributions all run in one.
Container container_of(const ContainerSigns& signs);

/// What tells NVIDIA's Jetson boards, which get their driver and toolkit from JetPack.
struct JetsonSigns {
  bool has_tegra_release = false;        ///< /etc/nv_tegra_release
  std::optional<std::string> compatible; ///< /proc/device-tree/compatible: words that end with a zero byte
  std::string kernel;                    ///< release
};

bool is_jetson(const JetsonSigns& signs);

} // namespace cudasetup::host
