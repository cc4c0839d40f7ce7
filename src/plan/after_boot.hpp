#pragma once

#include <string>
#include <string_view>

/// What is left to be done after the reboot that loads a driver.
namespace cudasetup::plan {

/// A one-shot unit of systemd that runs `cudasetup resume --after-boot`, which verifies and then removes the unit; the
/// link has it started by the next boot.
inline constexpr std::string_view k_after_boot_unit = "/etc/systemd/system/cudasetup-after-boot.service";
inline constexpr std::string_view k_after_boot_link =
    "/etc/systemd/system/multi-user.target.wants/cudasetup-after-boot.service";

/// The unit's text for this program. Empty for a path that systemd would have to be told how to read (blanks, %, …).
std::string after_boot_unit(std::string_view program);

} // namespace cudasetup::plan
