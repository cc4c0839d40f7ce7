#pragma once

#include "base/version.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What a driver stands on: firmware, kernels, the devices beside the GPU, and what was there before it. A nullopt
/// could not be found out.
namespace cudasetup::host {

enum class SecureBoot { impossible, off, on };
std::string_view name_of(SecureBoot state);

enum class ModuleOrigin {
  dkms,     ///< built here
  prebuilt, ///< of a kernel's own package
  other     ///< put there by NVIDIA's installer, or by hand
};

/// A file that holds NVIDIA's kernel module.
struct ModuleFile {
  std::string path;
  ModuleOrigin origin = ModuleOrigin::other;
  /// Whether a signature is appended to it; nullopt where the file is compressed or may not be read.
  std::optional<bool> is_signed;
};

/// A kernel that can be booted: one with an image in /boot.
struct Kernel {
  std::string release;      ///< as `uname -r` prints it
  bool has_headers = false; ///< what modules are built with is there
  std::vector<ModuleFile> modules;
};

struct Ground {
  std::optional<std::set<std::string>> modules; ///< those that are loaded, of the few that matter here
  std::optional<SecureBoot> secure_boot;
  bool has_module_key = false;         ///< both halves of the key that DKMS signs with lie there
  std::optional<bool> key_is_enrolled; ///< the key that DKMS signs with, in the firmware's list
  /// That key was given to mokutil, and the next boot's console asks for it (MokNew of shim's variables).
  bool key_is_pending = false;
  std::vector<Kernel> kernels; ///< oldest first; the last is what boots next
  std::optional<std::uint32_t> kernel_gcc;
  std::vector<std::uint16_t> other_displays; ///< vendors of display devices that are not NVIDIA's
  std::size_t nvswitches = 0;
  bool is_laptop = false;
  bool has_runfile_driver = false; ///< NVIDIA's installer left its uninstaller
};

} // namespace cudasetup::host
