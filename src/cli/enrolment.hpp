#pragma once

#include "cli/options.hpp"
#include "cli/outside.hpp"
#include "cli/pipeline.hpp"

#include <string>

/// What Secure Boot asks of a person where a module is signed with a key that the firmware does not know.
namespace cudasetup::cli {

/// @p allowed: off for --no-mok; @p password_fd: of --mok-password-fd, empty where it was not said. Errors: usage.
base::Result<EnrolmentOptions> parse_enrolment(Switch no_mok, const std::string& password_fd);

/// What the next boot's console asks for once the plan is carried out; empty where nothing.
std::string console_note(const Prepared& prepared);

/// Errors: needs_person where the plan's driver would wait for somebody at the console, and --no-mok keeps it from
/// that.
base::Result<void> check_may_enrol(const Options& options, const Outside& outside, const Prepared& prepared);

/// Errors: needs_person where the plan asks for a password, and nobody can be asked who would be at the console: there
/// is no terminal, or one over ssh, and no descriptor to read it from.
base::Result<void>
check_can_enrol(const Options& options, const Outside& outside, effects::Files& files, const Prepared& prepared);

/// Says what will happen at the console, and gets the password for it; empty where the plan asks for none. Errors:
/// usage for a password that cannot be; interrupted; refused.
base::Result<std::string>
enrolment_password(const Options& options, Outside& outside, effects::Interrupts& interrupts, const Prepared& prepared);

} // namespace cudasetup::cli
