#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cudasetup::host {

/// A vendor or device number of sysfs: "0x10de\n".
std::optional<std::uint16_t> parse_pci_number(std::string_view text);

/// A class code of sysfs: "0x030000\n" (base class, sub class, programming interface).
std::optional<std::uint32_t> parse_pci_class(std::string_view text);

/// Whether a class code is that of a VGA (0300), 3D (0302) or other display controller (0380). NVIDIA's audio, USB and
/// switch functions are none.
bool is_display_class(std::uint32_t class_code);

} // namespace cudasetup::host
