#include "plan/after_boot.hpp"

#include "plan/parts.hpp"
#include "resolve/driver_ground.hpp"

#include <algorithm>

namespace cudasetup::plan {

namespace {

bool is_plain(char c)
{
  constexpr std::string_view k_others = "/._+-";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         k_others.find(c) != std::string_view::npos;
}

} // namespace

std::string after_boot_unit(std::string_view program)
{
  if (!program.starts_with('/') || !std::all_of(program.begin(), program.end(), is_plain)) {
    return "";
  }
  const std::string path(program);
  // It comes after the target that wants it, so that no boot waits for a verification.
  return "# Written by cudasetup for the next boot alone: it verifies the driver, and removes this file.\n"
         "[Unit]\n"
         "Description=Verify the NVIDIA driver that cudasetup installed\n"
         "After=multi-user.target dkms.service nvidia-persistenced.service\n"
         "ConditionPathExists=" +
         path +
         "\n\n"
         "[Service]\n"
         "Type=oneshot\n"
         "ExecStart=" +
         path +
         " resume --after-boot\n"
         "TimeoutStartSec=15min\n\n"
         "[Install]\n"
         "WantedBy=multi-user.target\n";
}

std::vector<resolve::Reason> after_boot_cautions(const Input& input)
{
  if (input.settings.program.empty() || !needs_reboot(input) || !resolve::has_desktop(input.facts)) {
    return {};
  }
  return {{"driver",
           "should the screen stay black after the reboot: press Ctrl+Alt+F3, log in, and type `sudo cudasetup undo`, "
           "then `sudo reboot`"}};
}

std::vector<Step> after_boot_steps(const Input& input)
{
  const std::string text = after_boot_unit(input.settings.program);
  if (text.empty() || !needs_reboot(input)) {
    return {};
  }
  Step step;
  step.id = "after-boot";
  step.title = "Let the next boot verify the driver";
  step.because = "the driver is loaded by a reboot; what came of it is then in `cudasetup history`";
  step.actions = {WriteFile{std::string(k_after_boot_unit), text},
                  Link{std::string(k_after_boot_link), std::string(k_after_boot_unit)}};
  step.undo = "rm " + std::string(k_after_boot_link) + " " + std::string(k_after_boot_unit);
  return {step};
}

} // namespace cudasetup::plan
