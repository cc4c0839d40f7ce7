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
  add_flag(words, "--toolkit-only", texts.toolkit_only);
  add(words, "--profile", texts.profile, usual.profile);
  add(words, "--method", texts.method, usual.method);
  add(words, "--python", texts.python);
  add(words, "--libtorch-dir", texts.libtorch_dir);
  add_flag(words, "--require-digests", texts.require_digests);
  return words;
}

} // namespace

Typed typed_of(const OptionTexts& texts)
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
  add(typed.how, "--lock-timeout", texts.lock_timeout, OptionTexts().lock_timeout);
  add_flag(typed.manner, "--dry-run", texts.dry_run);
  add_flag(typed.manner, "--yes", texts.yes);
  add_flag(typed.manner, "--json", texts.json);
  if (texts.verb == "plan") {
    add(typed.manner, "--format", texts.format);
    add(typed.manner, "--output", texts.output_file);
    add_flag(typed.manner, "--detailed-exitcode", texts.detailed_exitcode);
  }
  return typed;
}

bool can_be_installed(const HostOptions& host)
{
  return !host.os && !host.arch && !host.driver_present && host.wsl == Switch::off;
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

report::NextCommands next_commands(const Options& options)
{
  const Typed& typed = options.typed;
  report::NextCommands next;
  next.instead = {"cudasetup", options.verb};
  append(next.instead_more, {&typed.os, &typed.machine, &typed.place, &typed.how, &typed.manifest});
  if (options.verb == "why-not") {
    next.instead.back() = can_be_installed(options.host) ? "install" : "plan";
  } else {
    append(next.instead_more, {&typed.manner});
  }
  append(next.ask, {&typed.selection});
  append(next.ask_more, {&typed.os, &typed.machine, &typed.place, &typed.manifest});
  append(next.list_more, {&typed.manifest});
  append(next.plan_more, {&typed.selection, &typed.machine, &typed.place, &typed.how, &typed.manifest});
  return next;
}

} // namespace cudasetup::cli
