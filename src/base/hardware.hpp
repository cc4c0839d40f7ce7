#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cudasetup::base {

/// CPU architecture, by dpkg's name.
enum class Arch { amd64, arm64 };

std::string_view name_of(Arch arch);
/// The directory of NVIDIA's archive: `x86_64`, or `sbsa` (server arm64; `arm64` there is Jetson's).
std::string_view nvidia_directory(Arch arch);
/// dpkg's names, and `x86_64` and `aarch64`.
std::optional<Arch> parse_arch(std::string_view text);

/// A GPU's compute capability, e.g. 8.6 (sm_86).
struct ComputeCapability {
  std::uint16_t major_part = 0;
  std::uint16_t minor_part = 0;

  /// "8.6", "12.0"; nullopt otherwise.
  static std::optional<ComputeCapability> parse(std::string_view dotted);
  /// "sm_86" or "compute_86", the last digit being the minor; letters after it (sm_90a) are not taken.
  static std::optional<ComputeCapability> parse_sm(std::string_view sm);
  std::string text() const; ///< "8.6"
  std::string sm() const;   ///< "sm_86"

  auto operator<=>(const ComputeCapability&) const = default;
};

/// A PCI vendor:device pair, e.g. 10de:1eb8.
struct PciId {
  std::uint16_t vendor = 0;
  std::uint16_t device = 0;

  /// "10de:1eb8"; nullopt otherwise.
  static std::optional<PciId> parse(std::string_view text);
  std::string text() const;

  auto operator<=>(const PciId&) const = default;
};

/// NVIDIA's PCI vendor number.
inline constexpr std::uint16_t k_nvidia_vendor = 0x10de;

} // namespace cudasetup::base
