#include "cli/enrolment.hpp"

#include "base/text.hpp"
#include "cli/agreement.hpp"
#include "host/paths.hpp"
#include "resolve/secure_boot.hpp"

#include <algorithm>
#include <limits>

namespace cudasetup::cli {

namespace {

using base::ErrorKind;

/// Lengths that Ubuntu's update-secureboot-policy takes.
constexpr std::size_t k_shortest = 8;
constexpr std::size_t k_longest = 16;
constexpr int k_tries = 3;

bool has_step(const Prepared& prepared, std::string_view id)
{
  const auto& steps = prepared.plan.steps;
  return std::any_of(steps.begin(), steps.end(), [&](const plan::Step& step) { return step.id == id; });
}

/// Why the driver of the plan waits for somebody at the console; empty where it does not.
std::string need_of(const Prepared& prepared)
{
  return has_step(prepared, "apt-install-driver") || has_step(prepared, plan::k_enrol_step)
             ? resolve::console_need(prepared.plan.resolution.driver, prepared.facts)
             : "";
}

base::Command import_command()
{
  return base::Command{{"sudo", "mokutil", "--import", std::string(host::k_module_key)}};
}

/// That somebody has to enrol the key first, and how.
base::Error needs_person(const Options& options, const Outside& outside, const Prepared& prepared)
{
  base::Error error = base::make_error(ErrorKind::needs_person, need_of(prepared) + "; nothing was changed");
  if (!prepared.facts.ground.key_is_pending) {
    if (prepared.facts.ubuntu_archive.listed.empty()) {
      error.hints = {
          {"apt has no lists of Ubuntu's modules yet, which need no key: read them, and give the same command again",
           base::Command{{"sudo", "apt-get", "update"}}}};
    }
    const std::vector<base::Hint> enrolling = {
        {"have the tools", base::Command{{"sudo", "apt-get", "install", "dkms", "mokutil", "shim-signed"}}},
        {"make the key, unless there is one", base::Command{{"sudo", "update-secureboot-policy", "--new-key"}}},
        {"have it enrolled; the password that it asks for is needed once, after the reboot", import_command()}};
    error.hints.insert(error.hints.end(), enrolling.begin(), enrolling.end());
  }
  return std::move(error)
      .with_hint("reboot, choose \"Enroll MOK\" at the console, and give that password",
                 base::Command{{"sudo", "reboot"}})
      .with_hint("then give the same command again", again(options, outside, {}));
}

/// Whether who sits at the terminal is elsewhere. sudo drops ssh's variables, and su and login may.
bool is_remote(const Outside& outside, effects::Files& files)
{
  constexpr int k_most_ancestors = 64;
  for (const char* name : {"SSH_CONNECTION", "SSH_TTY"}) {
    if (!outside.environment(name).value_or("").empty()) {
      return true;
    }
  }
  std::string process = "self";
  for (int i = 0; i < k_most_ancestors && process != "0"; ++i) {
    const std::string text = files.read("/proc/" + process + "/status").value_or("");
    process = "0";
    for (const std::string_view line : base::split(text, '\n')) {
      const auto words = base::words(line);
      if (words.size() == 2 && words[0] == "Name:" && words[1].starts_with("sshd")) {
        return true;
      }
      if (words.size() == 2 && words[0] == "PPid:") {
        process = words[1];
      }
    }
  }
  return false;
}

/// Why it cannot be the password; empty where it can. Shim's console knows no other characters than these.
std::string fault_of(const std::string& password)
{
  if (password.size() < k_shortest || password.size() > k_longest) {
    return "it has to have " + std::to_string(k_shortest) + " to " + std::to_string(k_longest) + " characters";
  }
  const bool is_plain = std::all_of(password.begin(), password.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return is_plain ? "" : "it may have letters without accents, digits, blanks and punctuation only";
}

base::Result<std::string> password_from(const Outside& outside, int descriptor)
{
  const std::string option = "--mok-password-fd " + std::to_string(descriptor);
  // One more than can be, so that one that is too long is seen to be.
  const auto line = outside.read_line(descriptor, k_longest + 1);
  if (!line) {
    return base::fail(base::make_error(ErrorKind::usage, option + ": this descriptor cannot be read")
                          .with_hint("sudo closes all but standard input: give it the line there, with "
                                     "--mok-password-fd 0 and --yes"));
  }
  if (const std::string fault = fault_of(*line); !fault.empty()) {
    return base::fail(base::make_error(ErrorKind::usage, option + ": that is no password for the console: " + fault)
                          .with_hint("give another one there, in one line"));
  }
  return *line;
}

base::Result<std::string> password_asked(const Options& options, Outside& outside, effects::Interrupts& interrupts)
{
  const auto stopped = [&] {
    const ErrorKind kind = interrupts.count() > 0 ? ErrorKind::interrupted : ErrorKind::refused;
    return base::fail(base::make_error(kind, "no password was given; nothing was changed")
                          .with_hint("see what would be done", again(options, outside, {"--dry-run"})));
  };
  for (int i = 0; i < k_tries; ++i) {
    const auto password = outside.ask_hidden("A new password for the console:");
    if (!password) {
      return stopped();
    }
    if (const std::string fault = fault_of(*password); !fault.empty()) {
      outside.console.insist("That cannot be: " + fault + ".");
      continue;
    }
    const auto repeated = outside.ask_hidden("The same again:");
    if (!repeated) {
      return stopped();
    }
    if (*repeated == *password) {
      return *password;
    }
    outside.console.insist("These were two different ones.");
  }
  return stopped();
}

/// Said before the password is asked for.
std::string announcement()
{
  return "Secure Boot is on, and the driver's module is signed with a key that the firmware does not know yet: "
         "somebody "
         "has to be at this machine's console during the next boot.\n"
         "  now     a new password of 8 to 16 characters, needed once\n"
         "  then    " +
         resolve::console_steps() +
         "\n"
         "  there   the keyboard is a US one: choose characters that you find on it\n"
         "  missed  the system starts without the driver, and forgets the request; it is made again by `" +
         base::to_shell(import_command()) + "`";
}

} // namespace

base::Result<EnrolmentOptions> parse_enrolment(Switch no_mok, const std::string& password_fd)
{
  EnrolmentOptions enrolment;
  enrolment.allowed = no_mok == Switch::on ? Switch::off : Switch::on;
  if (password_fd.empty()) {
    return enrolment;
  }
  const auto number = base::parse_number(password_fd);
  if (!number || *number > static_cast<std::uint64_t>(std::numeric_limits<int>::max())) {
    return base::fail(base::make_error(ErrorKind::usage,
                                       "--mok-password-fd " + base::quote(password_fd) +
                                           ": expected the number of an open descriptor")
                          .with_hint("0 is standard input; the password itself is never an argument, which others can "
                                     "read"));
  }
  if (no_mok == Switch::on) {
    return base::fail(base::make_error(ErrorKind::usage, "--no-mok contradicts --mok-password-fd")
                          .with_hint("leave one of them out"));
  }
  enrolment.password_fd = static_cast<int>(*number);
  return enrolment;
}

std::string console_note(const Prepared& prepared)
{
  return need_of(prepared).empty() ? "" : "somebody has to be at the console: " + resolve::console_steps();
}

base::Result<void> check_may_enrol(const Options& options, const Outside& outside, const Prepared& prepared)
{
  if (options.how.enrolment.allowed == Switch::on || need_of(prepared).empty()) {
    return {};
  }
  base::Error error = needs_person(options, outside, prepared);
  error.message += ", as --no-mok asks";
  return base::fail(std::move(error));
}

base::Result<void>
check_can_enrol(const Options& options, const Outside& outside, effects::Files& files, const Prepared& prepared)
{
  const bool can_ask = outside.input_terminal == Terminal::yes && !is_remote(outside, files);
  if (!has_step(prepared, plan::k_enrol_step) || options.how.enrolment.password_fd || can_ask) {
    return {};
  }
  std::vector<std::string> more = {"--mok-password-fd", "0"};
  if (options.how.yes == Switch::off) {
    more.emplace_back("--yes");
  }
  return base::fail(needs_person(options, outside, prepared)
                        .with_hint("or, where somebody will be at the console then, have it all done now: give a "
                                   "password of 8 to 16 characters on standard input",
                                   again(options, outside, more)));
}

base::Result<std::string>
enrolment_password(const Options& options, Outside& outside, effects::Interrupts& interrupts, const Prepared& prepared)
{
  if (!has_step(prepared, plan::k_enrol_step)) {
    return "";
  }
  outside.console.say(announcement());
  const auto descriptor = options.how.enrolment.password_fd;
  return descriptor ? password_from(outside, *descriptor) : password_asked(options, outside, interrupts);
}

} // namespace cudasetup::cli
