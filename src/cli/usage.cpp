#include "cli/usage.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace cudasetup::cli {

namespace {

base::Error wrong(std::string message)
{
  return base::make_error(base::ErrorKind::usage, std::move(message));
}

void add_nearest(base::Error& error, const std::string& word, const std::vector<std::string>& known)
{
  if (const auto near = base::nearest(word, known)) {
    error.hints.push_back(base::Hint{"did you mean " + *near + "?", std::nullopt});
  }
}

std::vector<std::string> verb_names(const CLI::App& app)
{
  std::vector<std::string> names = {"help"};
  for (const CLI::App* verb : app.get_subcommands({})) {
    names.push_back(verb->get_name());
  }
  return names;
}

std::vector<std::string> option_names(const CLI::App& verb)
{
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

/// The first word that the parser had no place for.
std::string leftover(const CLI::App& app, const std::vector<std::string>& arguments)
{
  const std::vector<std::string> left = app.remaining(true);
  const auto first = std::find_first_of(arguments.begin(), arguments.end(), left.begin(), left.end());
  const std::string word = first != arguments.end() ? *first : left.empty() ? "" : left.front();
  return word.starts_with("--") ? word.substr(0, word.find('=')) : word;
}

base::Error unknown_word(const CLI::App& app, const CLI::App& verb, const std::vector<std::string>& arguments)
{
  const std::string word = leftover(app, arguments);
  base::Error error = wrong(word.starts_with("-") ? verb.get_name() + " has no option " + base::quote(word)
                                                  : verb.get_name() + " takes no word " + base::quote(word));
  if (word.starts_with("--")) {
    add_nearest(error, word, option_names(verb));
  }
  return error;
}

/// An option with too few or too many values: the parser's text begins with its name.
base::Error wrong_count(const std::vector<std::string>& arguments, const std::string& complaint)
{
  const std::string name = complaint.substr(0, complaint.find(':'));
  const auto times = std::count_if(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return argument == name || argument.starts_with(name + "=");
  });
  return wrong(times > 1 ? name + " was given more than once" : name + " needs a value");
}

/// "WORDS is required", of a verb that was given without.
base::Error missing_word(const std::vector<std::string>& arguments, const std::string& complaint)
{
  const auto is_word = [](const std::string& argument) { return !argument.starts_with("-"); };
  const auto end = std::find_if_not(arguments.begin(), arguments.end(), is_word);
  return wrong(base::join(std::vector<std::string>(arguments.begin(), end), " ") + " needs " +
               complaint.substr(0, complaint.find(" is required")));
}

} // namespace

const CLI::App* find_verb(const CLI::App& app, const std::string& word)
{
  const auto verbs = app.get_subcommands({});
  const auto found =
      std::find_if(verbs.begin(), verbs.end(), [&](const CLI::App* verb) { return verb->get_name() == word; });
  return found == verbs.end() ? nullptr : *found;
}

base::Error unknown_verb(const CLI::App& app, const std::string& word)
{
  base::Error error = wrong("there is no verb " + base::quote(word));
  add_nearest(error, word, verb_names(app));
  return std::move(error).with_hint("see the verbs", base::Command{{"cudasetup", "--help"}});
}

base::Error usage_error(const CLI::App& app, const std::vector<std::string>& arguments, const CLI::Error& complaint)
{
  const std::string& first = arguments.front();
  const CLI::App* verb = find_verb(app, first);
  if (verb == nullptr) {
    return first.starts_with("-") ? wrong("a verb must come first, not " + base::quote(first))
                                        .with_hint("see the verbs", base::Command{{"cudasetup", "--help"}})
                                  : unknown_verb(app, first);
  }
  const std::string text = base::printable(complaint.what());
  base::Error error = dynamic_cast<const CLI::ExtrasError*>(&complaint) != nullptr ? unknown_word(app, *verb, arguments)
                      : dynamic_cast<const CLI::ArgumentMismatch*>(&complaint) != nullptr ? wrong_count(arguments, text)
                      : dynamic_cast<const CLI::RequiredError*>(&complaint) != nullptr ? missing_word(arguments, text)
                                                                                       : wrong(text);
  return std::move(error).with_hint("see its options", base::Command{{"cudasetup", first, "--help"}});
}

} // namespace cudasetup::cli
