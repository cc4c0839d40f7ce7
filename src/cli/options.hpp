#pragma once

#include "base/hardware.hpp"
#include "base/result.hpp"
#include "base/url.hpp"
#include "effects/network.hpp"
#include "plan/uninstall.hpp"
#include "report/console.hpp"
#include "resolve/request.hpp"
#include "verify/verify.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cudasetup::cli {

enum class Switch { off, on };

/// HOST: what to take for the machine's facts instead of what is found.
struct HostOptions {
  std::optional<std::string> os; ///< ubuntu18.04
  std::optional<base::Arch> arch;
  std::vector<std::string> gpus;             ///< 10de:1eb8, sm_75, or the one word none
  std::optional<std::string> driver_present; ///< a version, or none
  Switch container = Switch::off;
  Switch wsl = Switch::off;
  std::string root; ///< "" or "/": the running system
  std::optional<std::string> os_release_file;
  std::optional<std::string> sys_path;
};

/// What is done when only a reboot loads what was installed. Where nobody can be asked, `ask` is `no`.
enum class Reboot { ask, yes, no };

/// What may be done about a key that Secure Boot asks for.
struct EnrolmentOptions {
  Switch allowed = Switch::on;    ///< off: --no-mok
  std::optional<int> password_fd; ///< where its password is read from; nullopt: the terminal
};

/// HOW: where things come from and how they are done.
struct HowOptions {
  std::optional<base::Url> nvidia_mirror;
  std::optional<base::Url> pytorch_mirror;
  std::optional<std::string> manifest_directory;
  Switch keep_downloads = Switch::off;
  plan::Holds holds = plan::Holds::automatic;
  unsigned lock_timeout_seconds = 300;
  effects::NetworkLimits network;
  Switch yes = Switch::off;
  Reboot reboot = Reboot::ask;
  EnrolmentOptions enrolment = {};
};

/// The options that were typed, as words of a command line.
struct Typed {
  std::vector<std::string> selection; ///< what resolve::Request holds
  std::vector<std::string> os;
  std::vector<std::string> machine;   ///< --arch, --gpu, --driver-present, --container, --wsl
  std::vector<std::string> place;     ///< --root, --os-release, --sys-path
  std::vector<std::string> how;       ///< --mirror, --keep-downloads, --lock-timeout, --jobs, …
  std::vector<std::string> manifest;  ///< --manifest
  std::vector<std::string> enrolment; ///< --no-mok
  std::vector<std::string> manner;    ///< whether it is only printed, how, and whether it is agreed to
  std::vector<std::string> check;     ///< of verify: --level, --torch-dir, --cuda-dir, --python-dir, --expect-gpu
  std::vector<std::string> set;       ///< what the environment stands for, as options; sudo drops it
};

enum class PlanFormat { text, json, sh };

/// The command line, understood.
struct Options {
  std::vector<std::string> arguments; ///< as typed, for messages
  std::string verb;
  Typed typed;
  resolve::Request request;
  HostOptions host;
  HowOptions how;
  Switch dry_run = Switch::off;
  Switch json = Switch::off;
  report::ConsoleStyle style;
  // plan
  PlanFormat format = PlanFormat::sh;
  std::optional<std::string> output_file;
  Switch detailed_exitcode = Switch::off;
  // resume
  Switch after_boot = Switch::off;
  // undo
  Switch allow_inexact_undo = Switch::off;
  // uninstall
  plan::UninstallRequest uninstall;
  Switch no_undo = Switch::off;
  // verify
  verify::VerifyRequest verification;
  // doctor
  Switch fix = Switch::off;
  // list, history, manifest
  std::string subject;
  Switch here = Switch::off;
  std::vector<std::string> words; ///< of manifest: files, or a kind and ids
  std::vector<std::string> files; ///< those words as absolute paths
};

/// What the parser found: options to run with, or a text to print (help, version).
struct Parsed {
  std::optional<Options> options;
  std::string text;
};

/// Looks up an environment variable; nullopt when it is not set.
using Environment = std::optional<std::string> (*)(const std::string& name);

enum class Terminal { no, yes };

/// Reads the command line and the documented environment variables. Errors: usage, with the nearest word for a
/// mistyped one and the help to read.
base::Result<Parsed>
parse_options(const std::vector<std::string>& arguments, Environment environment, Terminal error_terminal);

} // namespace cudasetup::cli
