#include "cli/options.hpp"

#include "cli/option_texts.hpp"
#include "cli/usage.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

namespace cudasetup::cli {

namespace {

/// Where --python without a directory puts the virtual environment.
constexpr const char* k_default_python = "/opt/torch-venv";

bool takes_selection(const std::string& verb)
{
  return verb == "install" || verb == "plan" || verb == "why-not";
}

void add_selection(CLI::App& app, OptionTexts& texts)
{
  app.add_option("--cuda", texts.cuda, "11 (newest 11.x), 11.1, 11.1.1, latest, auto or none")->group("Selection");
  app.add_option("--torch", texts.torch, "1.7.1, 1.7.1+cu110, latest, auto or none")->group("Selection");
  app.add_option("--abi", texts.abi, "cxx11 or pre-cxx11")->group("Selection");
  app.add_option("--driver", texts.driver, "auto, none, keep, a branch (455) or a version")->group("Selection");
  app.add_option("--module", texts.module, "kernel module: auto, open or proprietary")->group("Selection");
  app.add_option("--flavour", texts.flavour, "Ubuntu's driver packages: auto, desktop, headless or server")
      ->group("Selection");
  app.add_flag("--toolkit-only", texts.toolkit_only, "the same as --driver none --torch none")->group("Selection");
  app.add_option("--profile", texts.profile, "full, build or runtime")->group("Selection");
  app.add_option("--method", texts.method, "auto, network, local or runfile")->group("Selection");
  app.add_option_function<std::string>(
         "--python",
         [&texts](const std::string& directory) { texts.python = directory.empty() ? k_default_python : directory; },
         "also torch, torchvision and torchaudio in this virtual environment (/opt/torch-venv)")
      ->expected(0, 1)
      ->group("Selection");
  app.add_option("--libtorch-dir", texts.libtorch_dir, "where LibTorch goes (/opt/libtorch/<version>+<platform>)")
      ->group("Selection");
}

void add_host(CLI::App& app, OptionTexts& texts)
{
  app.add_option("--os", texts.os, "plan for another Ubuntu, e.g. ubuntu22.04")->group("Host");
  app.add_option("--arch", texts.arch, "plan for amd64 or arm64")->group("Host");
  app.add_option("--gpu", texts.gpus, "the GPU: 10de:1eb8, sm_75 or none (repeatable)")->group("Host");
  app.add_option("--driver-present", texts.driver_present, "plan for a loaded driver, or none")->group("Host");
  app.add_flag("--container", texts.container, "for a container: never a driver")->group("Host");
  app.add_flag("--wsl", texts.wsl, "plan for WSL: never a driver")->group("Host");
}

void add_root(CLI::App& app, OptionTexts& texts)
{
  app.add_option("--root", texts.root, "work in the system under this folder (an image, a chroot)")->group("Host");
}

void add_probing(CLI::App& app, OptionTexts& texts)
{
  app.add_option("--os-release", texts.os_release_file, "read this file for the release")->group("Host");
  app.add_option("--sys-path", texts.sys_path, "look for GPUs in this sysfs")->group("Host");
}

void add_manifest(CLI::App& app, OptionTexts& texts)
{
  app.add_option("--manifest", texts.manifest, "folder of records that replace or add to the built-in ones")
      ->group("How");
}

void add_digests(CLI::App& app, OptionTexts& texts)
{
  app.add_flag("--require-digests", texts.require_digests, "refuse files nobody published a digest for")->group("How");
}

void add_lock_timeout(CLI::App& app, OptionTexts& texts)
{
  app.add_option("--lock-timeout", texts.lock_timeout, "seconds to wait for apt's lock (300)")->group("How");
}

void add_network_limits(CLI::App& app, OptionTexts& texts)
{
  app.add_option("--jobs", texts.jobs, "connections at a time, at most, of our own downloads (16)")->group("How");
  app.add_option("--limit-rate", texts.limit_rate, "bytes a second of our own downloads: 500K, 20M (1024s)")
      ->group("How");
}

void add_how(CLI::App& app, OptionTexts& texts)
{
  app.add_option("--mirror", texts.mirrors, "nvidia=URL or pytorch=URL: stand for their download hosts")->group("How");
  add_manifest(app, texts);
  add_digests(app, texts);
  app.add_flag("--keep-downloads", texts.keep_downloads, "leave what was fetched in /var/cache/cudasetup")
      ->group("How");
  app.add_flag("--hold", texts.hold, "keep apt's upgrades from moving toolkit and driver")->group("How");
  app.add_flag("--no-hold", texts.no_hold, "hold nothing (by default, what was asked for to its last number)")
      ->group("How");
  add_lock_timeout(app, texts);
  add_network_limits(app, texts);
}

void add_no_mok(CLI::App& app, OptionTexts& texts)
{
  app.add_flag("--no-mok", texts.no_mok, "have Secure Boot's firmware enrol no key: refuse what needs one (status 11)")
      ->group("How");
}

void add_mok_password(CLI::App& app, OptionTexts& texts)
{
  app.add_option(
         "--mok-password-fd",
         texts.mok_password_fd,
         "read the password for a key's enrolment, one line, from this open descriptor; sudo leaves only 0 open")
      ->group("How");
}

void add_output(CLI::App& app, OptionTexts& texts)
{
  app.add_flag("--json", texts.json, "one JSON document on standard output")->group("Output");
  app.add_flag("-q,--quiet", texts.quiet, "errors only")->group("Output");
  app.add_flag("-v,--verbose", texts.verbose, "show what the tools print")->group("Output");
  app.add_option("--color", texts.color, "auto, always or never")->group("Output");
  app.add_option("--progress", texts.progress, "auto, tty, plain, json or none")->group("Output");
}

/// Which machine is meant.
void add_machine(CLI::App& app, OptionTexts& texts)
{
  add_host(app, texts);
  add_root(app, texts);
  add_probing(app, texts);
}

void add_install(CLI::App& install, OptionTexts& texts)
{
  install.add_flag("-n,--dry-run", texts.dry_run, "print the script that would do the same; change nothing");
  install.add_flag("-y,--yes", texts.yes, "do not ask");
  install.add_option("--reboot", texts.reboot, "where a driver needs one: ask, yes or no (no: status 10)");
  add_selection(install, texts);
  add_machine(install, texts);
  add_how(install, texts);
  add_no_mok(install, texts);
  add_mok_password(install, texts);
  add_output(install, texts);
}

void add_plan(CLI::App& plan, OptionTexts& texts)
{
  plan.add_option("--format", texts.format, "text, json or sh");
  plan.add_option("-o,--output", texts.output_file, "write to this file");
  plan.add_flag("--detailed-exitcode", texts.detailed_exitcode, "status 2 when there is something to do");
  add_selection(plan, texts);
  add_machine(plan, texts);
  add_how(plan, texts);
  add_no_mok(plan, texts);
  add_output(plan, texts);
}

void add_verify(CLI::App& verify, OptionTexts& texts)
{
  verify.add_option("--level", texts.levels, "driver, toolkit, torch or python (repeatable)");
  verify.add_option("--torch-dir", texts.torch_dir, "the LibTorch to check (/opt/libtorch/current)");
  verify.add_option("--cuda-dir", texts.cuda_dir, "the toolkit to check (/usr/local/cuda)");
  verify.add_option("--python-dir", texts.python_dir, "the virtual environment to check");
  verify.add_option("--expect-gpu", texts.expect_gpu, "auto, yes or no");
  add_root(verify, texts);
  add_probing(verify, texts);
  add_output(verify, texts);
}

void add_status(CLI::App& status, OptionTexts& texts)
{
  add_machine(status, texts);
  add_manifest(status, texts);
  add_output(status, texts);
}

void add_doctor(CLI::App& doctor, OptionTexts& texts)
{
  doctor.add_flag("--fix", texts.fix, "mend what can be mended and taken back: apt's sources and keys of NVIDIA's");
  doctor.add_flag("-n,--dry-run", texts.dry_run, "with --fix: print the script that would do it; change nothing");
  doctor.add_flag("-y,--yes", texts.yes, "with --fix: do not ask");
  add_machine(doctor, texts);
  add_how(doctor, texts);
  add_output(doctor, texts);
}

void add_explain(CLI::App& explain, OptionTexts& texts)
{
  explain.add_option("FILE", texts.words, "the text; standard input without it, or as -")->expected(0, 1);
  add_output(explain, texts);
}

void add_repair(CLI::App& repair, OptionTexts& texts)
{
  repair.add_option("WHAT", texts.subject, "repo")->required();
  repair.add_flag("-n,--dry-run", texts.dry_run, "print the script that would do the same; change nothing");
  repair.add_flag("-y,--yes", texts.yes, "do not ask");
  add_root(repair, texts);
  add_how(repair, texts);
  add_output(repair, texts);
}

void add_resume(CLI::App& resume, OptionTexts& texts)
{
  resume.add_flag("--after-boot",
                  texts.after_boot,
                  "only verify what a driver's reboot was awaited for, as its unit does; go on with nothing");
  resume.add_flag("-n,--dry-run", texts.dry_run, "print the script that would do the rest; change nothing");
  add_mok_password(resume, texts);
  add_network_limits(resume, texts);
  add_root(resume, texts);
  add_output(resume, texts);
}

void add_undo(CLI::App& undo, OptionTexts& texts)
{
  undo.add_option("ID", texts.subject, "a transaction, as `cudasetup history` names it");
  undo.add_flag("-n,--dry-run", texts.dry_run, "print the script that would do the same; change nothing");
  undo.add_flag("-y,--yes", texts.yes, "do not ask");
  undo.add_flag("--allow-inexact-undo",
                texts.allow_inexact_undo,
                "also where something cannot be brought back, or was changed since and is left");
  add_root(undo, texts);
  add_output(undo, texts);
  add_lock_timeout(undo, texts);
}

void add_uninstall(CLI::App& uninstall, OptionTexts& texts)
{
  uninstall.add_option("--cuda", texts.gone_cuda, "this toolkit, however it came: 12, 12.4 or 12.4.1")
      ->group("Selection");
  uninstall.add_option("--torch", texts.gone_torch, "this LibTorch of ours: 1.7.1 or 1.7.1+cu110")->group("Selection");
  uninstall.add_flag("--driver", texts.gone_driver, "the driver, where cudasetup installed it")->group("Selection");
  uninstall.add_flag("-n,--dry-run", texts.dry_run, "print the script that would do the same; change nothing");
  uninstall.add_flag("-y,--yes", texts.yes, "do not ask");
  uninstall.add_flag("--no-undo", texts.no_undo, "keep nothing for undo: the space is free at once");
  add_root(uninstall, texts);
  add_output(uninstall, texts);
  add_lock_timeout(uninstall, texts);
}

void add_history(CLI::App& history, OptionTexts& texts)
{
  history.add_option("ID", texts.subject, "one transaction, with its steps");
  add_root(history, texts);
  add_output(history, texts);
}

void add_why_not(CLI::App& why_not, OptionTexts& texts)
{
  add_selection(why_not, texts);
  add_machine(why_not, texts);
  add_manifest(why_not, texts);
  add_digests(why_not, texts);
  add_output(why_not, texts);
}

void add_list(CLI::App& list, OptionTexts& texts)
{
  list.add_option("KIND", texts.subject, "cuda, torch, drivers, gpus or pairs")->required();
  list.add_flag("--here", texts.here, "only what can run on this machine, or on the one that Host options name")
      ->group("Host");
  add_machine(list, texts);
  add_manifest(list, texts);
  add_output(list, texts);
}

void add_manifest_verb(CLI::App& manifest, OptionTexts& texts)
{
  manifest.add_option("ACTION", texts.subject, "lint or show")->required();
  manifest
      .add_option("WORDS",
                  texts.words,
                  "lint FILE... (or folders); show FILE..., or show KIND ID... (cuda 11.1.1, torch 1.7.1, drivers 455, "
                  "gpus 10de:1eb8, pairs 11.1.1, ubuntu 18.04, keys 3BF863CC)")
      ->required();
  add_manifest(manifest, texts);
  add_output(manifest, texts);
}

struct VerbOptions {
  const char* name;
  const char* does;
  void (*add)(CLI::App&, OptionTexts&);
};

/// The verbs in the order of help.
constexpr std::array k_verbs = {
    VerbOptions{"install", "install a toolkit, its driver and LibTorch, and verify them", add_install},
    VerbOptions{"plan", "print what install would do", add_plan},
    VerbOptions{"verify", "compute with what is installed, and compare the results", add_verify},
    VerbOptions{"status", "GPU, driver, toolkits, LibTorch, holds and what was done last", add_status},
    VerbOptions{"doctor", "what is wrong with this machine, why, and the command that mends it", add_doctor},
    VerbOptions{"explain", "what the text of a failed tool means, where that is known", add_explain},
    VerbOptions{"repair", "mend apt's sources and keys of NVIDIA's", add_repair},
    VerbOptions{"resume", "go on with a transaction that did not end well", add_resume},
    VerbOptions{"undo", "take a transaction back, the newest one without ID", add_undo},
    VerbOptions{"uninstall", "remove what cudasetup installed, or the toolkit that is named", add_uninstall},
    VerbOptions{"history", "what was done to this machine, newest first", add_history},
    VerbOptions{"why-not", "why a selection cannot be and what can; of what can be, why it is chosen so", add_why_not},
    VerbOptions{"list", "what is known, or what can run: cuda, torch, drivers, gpus or pairs", add_list},
    VerbOptions{"manifest", "check manifest files, or show records with their sources", add_manifest_verb}};

/// All verbs, and the options of those among @p arguments: the options of all of them take as long as all else that
/// `--version` does.
void add_verbs(CLI::App& app, OptionTexts& texts, const std::vector<std::string>& arguments)
{
  for (const VerbOptions& verb : k_verbs) {
    CLI::App* options = app.add_subcommand(verb.name, verb.does);
    if (std::find(arguments.begin(), arguments.end(), verb.name) != arguments.end()) {
      verb.add(*options, texts);
    }
  }
}

std::string help_text(CLI::App& app, const std::string& verb)
{
  if (verb.empty()) {
    return "cudasetup: NVIDIA driver, CUDA toolkit and LibTorch on Ubuntu\n\n"
           "  cudasetup install --cuda 11.1             install, and prove it with a computation\n"
           "  cudasetup install --cuda 11.1 --dry-run   print the script that would do the same\n"
           "  cudasetup install                         the newest that fits this machine\n"
           "  cudasetup why-not --cuda 11.1             why it cannot be here, and what can\n\n" +
           app.help();
  }
  return app.get_subcommand(verb)->help();
}

/// `help VERB` is `VERB --help`.
base::Result<Parsed> help_of(CLI::App& app, const std::vector<std::string>& arguments)
{
  const std::string verb = arguments.size() > 1 ? arguments[1] : "";
  if (!verb.empty() && find_verb(app, verb) == nullptr) {
    return base::fail(unknown_verb(app, verb));
  }
  return Parsed{std::nullopt, help_text(app, verb)};
}

} // namespace

base::Result<Parsed>
parse_options(const std::vector<std::string>& arguments, Environment environment, Terminal error_terminal)
{
  OptionTexts texts;
  CLI::App app{"", "cudasetup"};
  bool version = false;
  app.add_flag("--version", version, "print the version");
  add_verbs(app, texts, arguments);
  if (arguments.empty() || arguments[0] == "-h" || arguments[0] == "--help") {
    return Parsed{std::nullopt, help_text(app, "")};
  }
  if (arguments[0] == "help") {
    return help_of(app, arguments);
  }
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return Parsed{std::nullopt, help_text(app, arguments[0])};
  } catch (const CLI::ParseError& error) {
    return base::fail(usage_error(app, arguments, error));
  }
  if (version) {
    return Parsed{std::nullopt, "cudasetup " CUDASETUP_VERSION "\n"};
  }
  if (app.get_subcommands().empty()) {
    return base::fail(usage_error(app, arguments, CLI::RequiredError("a verb")));
  }
  texts.verb = app.get_subcommands().front()->get_name();
  texts.has_selection = takes_selection(texts.verb);
  auto options = options_of(texts, environment, error_terminal);
  if (!options) {
    base::Error error = std::move(options).error();
    const bool helps = !error.hints.empty();
    return base::fail(
        helps ? std::move(error)
              : std::move(error).with_hint("see its options", base::Command{{"cudasetup", texts.verb, "--help"}}));
  }
  return Parsed{*std::move(options), ""};
}

} // namespace cudasetup::cli
