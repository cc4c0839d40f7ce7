#include "host/package_names.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace cudasetup::host {

namespace {

// NVIDIA's package names by their beginnings: the component lists of its archive and Ubuntu's driver packages.
constexpr std::array<std::string_view, 38> k_nvidia_prefixes = {
    "cuda",
    "cudnn",
    "gds-tools",
    "libcublas",
    "libcuda",
    "libcudla",
    "libcudnn",
    "libcudart",
    "libcudss",
    "libcufft",
    "libcufile",
    "libcuinj",
    "libcuobjclient",
    "libcupti",
    "libcurand",
    "libcusolver",
    "libcusparse",
    "libcutensor",
    "libnccl",
    "libnpp",
    "libnvfatbin",
    "libnvidia",
    "libnvinfer",
    "libnvjitlink",
    "libnvjpeg",
    "libnvml",
    "libnvonnx",
    "libnvparsers",
    "libnvptxcompiler",
    "libnvrtc",
    "libnvsdm",
    "libnvtoolsext",
    "libnvvm",
    "libnvvp",
    "nsight",
    "nvidia",
    "nccl",
    "xserver-xorg-video-nvidia",
};

// Modules and firmware of the driver inside kernel packages.
constexpr std::array<std::string_view, 3> k_kernel_module_prefixes = {
    "linux-modules-nvidia", "linux-objects-nvidia", "linux-signatures-nvidia"};

constexpr std::array<std::string_view, 6> k_other_prefixes = {
    "linux-headers", "linux-image", "python3.", "gcc-", "g++-", "ubuntu-desktop"};

constexpr std::array<std::string_view, 47> k_names = {"apt",
                                                      "binutils",
                                                      "build-essential",
                                                      "ca-certificates",
                                                      "cmake",
                                                      "cmake-data",
                                                      "curl",
                                                      "dkms",
                                                      "dpkg",
                                                      "g++",
                                                      "gcc",
                                                      "gdm3",
                                                      "gnome-shell",
                                                      "gpgv",
                                                      "initramfs-tools",
                                                      "kubuntu-desktop",
                                                      "libc6",
                                                      "libc6-dev",
                                                      "libgomp1",
                                                      "libstdc++6",
                                                      "libtinfo5",
                                                      "libtinfo6",
                                                      "libxml2",
                                                      "libxml2-16",
                                                      "lightdm",
                                                      "linux-libc-dev",
                                                      "make",
                                                      "mokutil",
                                                      "ninja-build",
                                                      "pkg-config",
                                                      "pkgconf",
                                                      "python3",
                                                      "python3-dev",
                                                      "python3-distutils",
                                                      "python3-minimal",
                                                      "python3-pip",
                                                      "python3-venv",
                                                      "sddm",
                                                      "shim-signed",
                                                      "ubuntu-drivers-common",
                                                      "ubuntu-server",
                                                      "ubuntu-server-minimal",
                                                      "unattended-upgrades",
                                                      "unzip",
                                                      "wget",
                                                      "xserver-xorg-core",
                                                      "zstd"};

/// The part of a pattern before its first wildcard; whole names stay as they are.
std::string_view before_wildcard(std::string_view pattern)
{
  return pattern.substr(0, pattern.find_first_of("*?["));
}

template<std::size_t Count>
bool begins_with_one_of(std::string_view pattern, const std::array<std::string_view, Count>& prefixes)
{
  const std::string_view fixed = before_wildcard(pattern);
  const bool is_pattern = fixed.size() < pattern.size();
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
    // "libnv*" could match what begins with "libnvidia", but "lib*" is about libraries at large.
    return fixed.starts_with(prefix) || (is_pattern && fixed.size() >= 4 && prefix.starts_with(fixed));
  });
}

} // namespace

bool is_nvidia_package(std::string_view name)
{
  return name.find("nvidia") != std::string_view::npos || begins_with_one_of(name, k_nvidia_prefixes) ||
         begins_with_one_of(name, k_kernel_module_prefixes);
}

bool is_of_minor(std::string_view name, std::string_view dashed_minor)
{
  const std::string dashed = "-" + std::string(dashed_minor);
  return name.ends_with(dashed) || name.find(dashed + "-") != std::string_view::npos;
}

bool is_local_installer(std::string_view name)
{
  return name.starts_with("cuda-repo-");
}

bool is_kernel_package(std::string_view name)
{
  return name.starts_with("linux-image-") || name.starts_with("linux-headers-") ||
         (name.starts_with("linux-modules-") && !name.starts_with("linux-modules-nvidia-"));
}

bool is_driver_package(std::string_view name)
{
  static constexpr std::array<std::string_view, 14> k_driver_prefixes = {"cuda-drivers",
                                                                         "libnvidia-",
                                                                         "nvidia-compute",
                                                                         "nvidia-dkms",
                                                                         "nvidia-driver",
                                                                         "nvidia-fabricmanager",
                                                                         "nvidia-firmware",
                                                                         "nvidia-headless",
                                                                         "nvidia-kernel",
                                                                         "nvidia-modprobe",
                                                                         "nvidia-open",
                                                                         "nvidia-settings",
                                                                         "nvidia-utils",
                                                                         "xserver-xorg-video-nvidia"};
  return (!name.starts_with("libnvidia-container") && begins_with_one_of(name, k_driver_prefixes)) ||
         begins_with_one_of(name, k_kernel_module_prefixes);
}

bool is_relevant_package(std::string_view name)
{
  if (name.ends_with("-base") && name.starts_with("gcc-")) {
    return false;
  }
  return std::find(k_names.begin(), k_names.end(), name) != k_names.end() ||
         begins_with_one_of(name, k_other_prefixes) || is_nvidia_package(name);
}

} // namespace cudasetup::host
