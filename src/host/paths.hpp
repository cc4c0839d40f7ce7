#pragma once

#include <string_view>

/// Places on the target system that a plan writes and a probe reads back (HostFacts::files), so that what is already
/// so is not planned again.
namespace cudasetup::host {

/// NVIDIA's own name for its pin: its packages at 600 go before Ubuntu's at 500.
inline constexpr std::string_view k_pin_file = "/etc/apt/preferences.d/cuda-repository-pin-600";
/// Keeps the driver packages of the archive that the driver did not come from out.
inline constexpr std::string_view k_driver_pin_file = "/etc/apt/preferences.d/cudasetup-driver";
/// Pins what cudasetup holds to the version that is installed (plan/holds.hpp).
inline constexpr std::string_view k_holds_file = "/etc/apt/preferences.d/cudasetup-holds";
/// Keeps unattended-upgrades from what is held of the driver: after Ubuntu's own 50unattended-upgrades, whose lists a
/// later file adds to.
inline constexpr std::string_view k_block_list_file = "/etc/apt/apt.conf.d/52cudasetup-unattended-upgrades";
/// Keeps Linux's own drivers (nouveau, nova_core) from the GPU.
inline constexpr std::string_view k_nouveau_file = "/etc/modprobe.d/cudasetup-nouveau.conf";
/// Adds components of Ubuntu's archive to those that apt uses.
inline constexpr std::string_view k_component_file = "/etc/apt/sources.list.d/cudasetup-ubuntu.list";
inline constexpr std::string_view k_sources_directory = "/etc/apt/sources.list.d";
inline constexpr std::string_view k_keyrings_directory = "/usr/share/keyrings";
inline constexpr std::string_view k_archive_keyring = "/usr/share/keyrings/cuda-archive-keyring.gpg";
inline constexpr std::string_view k_environment_file = "/etc/profile.d/cudasetup.sh";
inline constexpr std::string_view k_loader_directory = "/etc/ld.so.conf.d";
/// Sorts after the system's own entries: for a library of the same name the system's copy goes first, and LibTorch's
/// libraries find their own by RPATH.
inline constexpr std::string_view k_libtorch_loader_file = "/etc/ld.so.conf.d/zz-cudasetup-libtorch.conf";
/// The loader's entry of a runfile's toolkit: this, then "11.1.conf".
inline constexpr std::string_view k_cuda_loader_prefix = "/etc/ld.so.conf.d/cudasetup-cuda-";
/// The entry that NVIDIA's runfile itself makes, in some releases: this, then "11-1.conf".
inline constexpr std::string_view k_runfile_loader_prefix = "/etc/ld.so.conf.d/cuda-";
inline constexpr std::string_view k_pkg_config_file = "/usr/local/lib/pkgconfig/libtorch.pc";
/// In a virtual environment of ours: the requirements that pip met there.
inline constexpr std::string_view k_python_record_name = "cudasetup-requirements.txt";
inline constexpr std::string_view k_current_libtorch = "/opt/libtorch/current";
/// The key that Ubuntu's DKMS signs modules with (2.8.7 of 22.04, 3.0.11 and 3.2.2 alike), as the firmware is told it,
/// and its secret half; `update-secureboot-policy --new-key` makes both.
inline constexpr std::string_view k_module_key = "/var/lib/shim-signed/mok/MOK.der";
inline constexpr std::string_view k_module_key_secret = "/var/lib/shim-signed/mok/MOK.priv";

} // namespace cudasetup::host
