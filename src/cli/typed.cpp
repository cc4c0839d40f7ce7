#include "cli/typed.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace cudasetup::cli {

namespace {

using Words = std::vector<std::string>;

void add(Words& words, std::string_view option, const std::string& value, std::string_view by_default = "")
{
  if (value != by_default) {
    words.emplace_back(option);
    words.push_back(value);
  }
}

void add_flag(Words& words, std::string_view option, bool given)
{
  if (given) {
    words.emplace_back(option);
  }
}

void append(Words& words, std::initializer_list<const Words*> parts)
{
  for (const Words* part : parts) {
    words.insert(words.end(), part->begin(), part->end());
  }
}

Words selection_of(const OptionTexts& texts)
{
  const OptionTexts usual;
  Words words;
  add(words, "--cuda", texts.cuda, usual.cuda);
  add(words, "--torch", texts.torch, usual.torch);
  add(words, "--abi", texts.abi, usual.abi);
  add(words, "--driver", texts.driver, usual.driver);
  add(words, "--module", texts.module, usual.module);
  add(words, "--flavour", texts.flavour, usual.flavour);
  add_flag(words, "--toolkit-only", texts.toolkit_only);
  add(words, "--profile", texts.profile, usual.profile);
  add(words, "--method", texts.method, usual.method);
  add(words, "--python", texts.python);
  add(words, "--libtorch-dir", texts.libtorch_dir);
  add_flag(words, "--require-digests", texts.require_digests);
  add(words, "--cuda", texts.gone_cuda);
  add(words, "--torch", texts.gone_torch);
  add_flag(words, "--driver", texts.gone_driver);
  add_flag(words, "--no-undo", texts.no_undo);
  return words;
}

Words environment_of(const OptionTexts& texts, Environment environment)
{
  Words words;
  for (const auto& [name, variable] :
       {std::pair{"nvidia=", "CUDASETUP_MIRROR_NVIDIA"}, std::pair{"pytorch=", "CUDASETUP_MIRROR_PYTORCH"}}) {
    const bool typed = std::any_of(texts.mirrors.begin(), texts.mirrors.end(), [&](const std::string& mirror) {
      return mirror.starts_with(name);
    });
    if (const auto value = environment(variable); value && !value->empty() && !typed) {
      add(words, "--mirror", name + *value);
    }
  }
  if (texts.manifest.empty()) {
    add(words, "--manifest", environment("CUDASETUP_MANIFEST").value_or(""));
  }
  return words;
}

Words checks_of(const OptionTexts& texts)
{
  Words words;
  for (const std::string& level : texts.levels) {
    add(words, "--level", level);
  }
  add(words, "--torch-dir", texts.torch_dir);
  add(words, "--cuda-dir", texts.cuda_dir);
  add(words, "--python-dir", texts.python_dir);
  add(words, "--expect-gpu", texts.expect_gpu, OptionTexts().expect_gpu);
  return words;
}

bool names(const Words& words, const std::string& option)
{
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return word == option || word.starts_with(option + "=");
  });
}

/// Adds the options, each with its value, that @p had does not name.
void add_missing(Words& words, const Words& had, const Words& options)
{
  bool taken = false;
  for (const std::string& word : options) {
    if (word.starts_with("--")) {
      taken = !names(had, word);
    }
    if (taken) {
      words.push_back(word);
    }
  }
}

/// Where a LibTorch of the user's own place was looked at, that is where another one is to go.
Words libtorch_place(const Options& options)
{
  const auto& directory = options.verification.torch_dir;
  const bool own = options.verb == "verify" && directory && !directory->starts_with("/opt/libtorch/");
  return own ? Words{"--libtorch-dir", *directory} : Words{};
}

} // namespace

Typed typed_of(const OptionTexts& texts, Environment environment)
{
  Typed typed;
  typed.selection = selection_of(texts);
  add(typed.os, "--os", texts.os);
  add(typed.machine, "--arch", texts.arch);
  for (const std::string& gpu : texts.gpus) {
    add(typed.machine, "--gpu", gpu);
  }
  add(typed.machine, "--driver-present", texts.driver_present);
  add_flag(typed.machine, "--container", texts.container);
  add_flag(typed.machine, "--wsl", texts.wsl);
  add(typed.place, "--root", texts.root);
  add(typed.place, "--os-release", texts.os_release_file);
  add(typed.place, "--sys-path", texts.sys_path);
  for (const std::string& mirror : texts.mirrors) {
    add(typed.how, "--mirror", mirror);
  }
  add(typed.manifest, "--manifest", texts.manifest);
  add_flag(typed.how, "--keep-downloads", texts.keep_downloads);
  add_flag(typed.how, "--hold", texts.hold);
  add_flag(typed.how, "--no-hold", texts.no_hold);
  add(typed.how, "--lock-timeout", texts.lock_timeout, OptionTexts().lock_timeout);
  add(typed.how, "--jobs", texts.jobs, "");
  add(typed.how, "--limit-rate", texts.limit_rate);
  add_flag(typed.enrolment, "--no-mok", texts.no_mok);
  add_flag(typed.manner, "--dry-run", texts.dry_run);
  add_flag(typed.manner, "--yes", texts.yes);
  add_flag(typed.manner, "--json", texts.json);
  add(typed.manner, "--reboot", texts.reboot, OptionTexts().reboot);
  if (texts.verb == "plan") {
    add(typed.manner, "--format", texts.format);
    add(typed.manner, "--output", texts.output_file);
    add_flag(typed.manner, "--detailed-exitcode", texts.detailed_exitcode);
  }
  typed.check = checks_of(texts);
  typed.set = environment_of(texts, environment);
  return typed;
}

bool can_be_installed(const HostOptions& host)
{
  return !host.os && !host.arch && !host.driver_present && host.wsl == Switch::off;
}

base::Command with_typed(base::Command command, const Options& options)
{
  const std::size_t verb_at = command.argv.front() == "sudo" ? 2 : 1;
  if (command.argv.size() <= verb_at || command.argv[verb_at - 1] != "cudasetup") {
    return command;
  }
  const Typed& typed = options.typed;
  const std::string verb = command.argv[verb_at];
  const Words had = command.argv;
  const auto add_all = [&](std::initializer_list<const Words*> parts) {
    for (const Words* part : parts) {
      add_missing(command.argv, had, *part);
    }
  };
  if (verb == "install" || verb == "plan") {
    const Words place = libtorch_place(options);
    add_all({&typed.selection, &place, &typed.os, &typed.machine, &typed.place});
    add_all({&typed.how, &typed.enrolment, &typed.manifest});
  } else if (verb == "verify") {
    add_all({&typed.check, &typed.place});
  } else if (verb == "doctor") {
    add_all({&typed.os, &typed.machine, &typed.place, &typed.how, &typed.manifest});
  } else if (verb == "repair") {
    add_all({&typed.place, &typed.how, &typed.manifest});
  } else if (verb == "list") {
    add_all({&typed.manifest});
    if (names(had, "--here")) {
      add_all({&typed.os, &typed.machine, &typed.place});
    }
  } else if (verb == "why-not") {
    add_all({&typed.os, &typed.machine, &typed.place, &typed.manifest});
  } else if (verb == "resume" || verb == "undo" || verb == "uninstall" || verb == "history") {
    add_all({&typed.place});
  }
  if (verb_at == 2 && (verb == "install" || verb == "plan" || verb == "repair" || verb == "doctor")) {
    // Of mirrors there may be two, of which one was typed.
    command.argv.insert(command.argv.end(), typed.set.begin(), typed.set.end());
  }
  return command;
}

base::Error with_typed(base::Error error, const Options& options)
{
  for (base::Hint& hint : error.hints) {
    if (hint.command) {
      hint.command = with_typed(*std::move(hint.command), options);
    }
  }
  return error;
}

verify::Verification with_typed(verify::Verification verification, const Options& options)
{
  for (verify::Check& check : verification.checks) {
    for (base::Hint& hint : check.hints) {
      if (hint.command) {
        hint.command = with_typed(*std::move(hint.command), options);
      }
    }
  }
  return verification;
}

base::Error with_typed_plan(base::Error error, const Options& options)
{
  const Typed& typed = options.typed;
  for (base::Hint& hint : error.hints) {
    if (!hint.command || hint.command->argv.size() != 4 || hint.command->argv[1] != "plan" ||
        hint.command->argv[2] != "--os") {
      continue;
    }
    Words words = {"cudasetup", "plan"};
    append(words, {&typed.selection});
    add(words, "--os", hint.command->argv[3]);
    append(words, {&typed.machine, &typed.place, &typed.how, &typed.manifest});
    hint.command->argv = std::move(words);
  }
  return error;
}

bool names_a_machine(const Options& options)
{
  const Typed& typed = options.typed;
  return options.here == Switch::on || !typed.os.empty() || !typed.machine.empty() || !typed.place.empty();
}

base::Command why_not_here(const Options& options, const std::vector<std::string>& arguments)
{
  const Typed& typed = options.typed;
  Words words = {"cudasetup", "why-not"};
  append(words, {&arguments, &typed.os});
  const bool other_gpu = std::find(arguments.begin(), arguments.end(), "--gpu") != arguments.end();
  for (std::size_t i = 0; i < typed.machine.size(); ++i) {
    if (other_gpu && typed.machine[i] == "--gpu") {
      ++i;
    } else {
      words.push_back(typed.machine[i]);
    }
  }
  append(words, {&typed.place, &typed.manifest});
  return base::Command{std::move(words)};
}

base::Command at_place(std::vector<std::string> words, const Options& options)
{
  append(words, {&options.typed.place});
  return base::Command{std::move(words)};
}

std::vector<std::string> arguments_of(const Options& options)
{
  const Typed& typed = options.typed;
  Words words;
  add_flag(words, options.subject, options.verb == "repair");
  append(words, {&typed.selection, &typed.os, &typed.machine, &typed.how, &typed.enrolment});
  // Absolute, unlike what was typed.
  add(words, "--root", options.host.root == "/" ? "" : options.host.root);
  add(words, "--os-release", options.host.os_release_file.value_or(""));
  add(words, "--sys-path", options.host.sys_path.value_or(""));
  add(words, "--manifest", options.how.manifest_directory.value_or(""));
  const auto add_mirror = [&](const std::string& name, const std::optional<base::Url>& mirror) {
    const bool is_typed = std::any_of(
        typed.how.begin(), typed.how.end(), [&](const std::string& word) { return word.starts_with(name + "="); });
    if (mirror && !is_typed) {
      add(words, "--mirror", name + "=" + mirror->text());
    }
  };
  add_mirror("nvidia", options.how.nvidia_mirror);
  add_mirror("pytorch", options.how.pytorch_mirror);
  return words;
}

report::NextCommands next_commands(const Options& options)
{
  const Typed& typed = options.typed;
  report::NextCommands next;
  next.instead = {"cudasetup", options.verb};
  append(next.instead_more, {&typed.os, &typed.machine, &typed.place, &typed.how, &typed.enrolment, &typed.manifest});
  if (options.verb == "why-not") {
    next.instead.back() = can_be_installed(options.host) ? "install" : "plan";
  } else {
    append(next.instead_more, {&typed.manner});
  }
  append(next.ask, {&typed.selection});
  append(next.ask_more, {&typed.os, &typed.machine, &typed.place, &typed.manifest});
  append(next.list_more, {&typed.manifest});
  append(next.plan_more,
         {&typed.selection, &typed.machine, &typed.place, &typed.how, &typed.enrolment, &typed.manifest});
  return next;
}

} // namespace cudasetup::cli
