#pragma once

#include "base/command.hpp"
#include "base/error.hpp"
#include "cli/option_texts.hpp"
#include "cli/options.hpp"
#include "report/refusal.hpp"

#include <string>
#include <vector>

/// What the user typed, put into the commands that we tell them to give next: pasted, these must speak of the same
/// machine and places.
namespace cudasetup::cli {

/// The options that were typed, sorted by what they are about, and those that the environment stands for.
Typed typed_of(const OptionTexts& texts, Environment environment);

/// A command of ours with what was typed and is not in it yet, as far as its verb takes it: where the system is, what
/// was selected, where things come from. Other commands stay as they are.
base::Command with_typed(base::Command command, const Options& options);
/// The same for all that is to be done next.
base::Error with_typed(base::Error error, const Options& options);
verify::Verification with_typed(verify::Verification verification, const Options& options);

/// Whether install takes these options: the others speak of another machine, for which things are only planned.
bool can_be_installed(const HostOptions& host);

/// Adds what was typed to every `cudasetup plan --os X` among the hints, which come from where the command line is not
/// known.
base::Error with_typed_plan(base::Error error, const Options& options);

/// The commands of a refusal, with what was typed.
report::NextCommands next_commands(const Options& options);

/// Whether `list` is asked about a machine: by --here, or by HOST options.
bool names_a_machine(const Options& options);

/// `cudasetup why-not` with @p arguments on the machine that was named; a --gpu among them stands for those typed.
base::Command why_not_here(const Options& options, const std::vector<std::string>& arguments);

/// @p words with the options that say where the system is: `--root` and what goes with it.
base::Command at_place(std::vector<std::string> words, const Options& options);

/// The options that ask for the same again from anywhere, without those that only show or agree: what a transaction is
/// recorded with, and resumed by. Mirrors that came from the environment are among them.
std::vector<std::string> arguments_of(const Options& options);

} // namespace cudasetup::cli
