#include "resolve/secure_boot.hpp"

namespace cudasetup::resolve {

std::string console_need(const DriverSelection& driver, const host::HostFacts& facts)
{
  const host::Ground& ground = facts.ground;
  const bool is_built_here = driver.action == DriverAction::install && driver.origin != DriverOrigin::ubuntu_prebuilt &&
                             !driver.packages.empty();
  if (!is_built_here || ground.secure_boot != host::SecureBoot::on || ground.key_is_enrolled.value_or(false)) {
    return {};
  }
  const std::string why = "Secure Boot is on, and the firmware does not know the key that DKMS signs this driver's "
                          "module with: the kernel would refuse it (Key was rejected by service)";
  return ground.key_is_pending ? why + "; the key waits for the next boot, where \"Enroll MOK\" and its password are "
                                       "to be given at the console"
                               : why + " until the key is enrolled at the console, where a blue screen asks for the "
                                       "password after a reboot";
}

std::string console_steps()
{
  return "after the reboot a blue screen (\"Press any key to perform MOK management\") waits for 10 seconds: press a "
         "key, "
         "then choose \"Enroll MOK\", \"Continue\", \"Yes\", type the password, and choose \"Reboot\"";
}

} // namespace cudasetup::resolve
