#include "base/text.hpp"
#include "cli/past.hpp"
#include "cli/pipeline.hpp"
#include "cli/typed.hpp"
#include "cli/verbs.hpp"
#include "journal/transaction.hpp"

#include <fmt/format.h>

namespace cudasetup::cli {

namespace {

base::Result<journal::Transaction> read(effects::Files& target, const std::string& id, const Options& options)
{
  auto transaction = journal::load_transaction(target, id);
  if (transaction || transaction.error().kind != base::ErrorKind::needs_root) {
    return transaction;
  }
  std::vector<std::string> words = {"sudo", "cudasetup", "history"};
  if (!options.subject.empty()) {
    words.push_back(options.subject);
  }
  base::Error error = std::move(transaction).error();
  error.hints = {{"the journal is root's", at_place(words, options)}};
  return base::fail(std::move(error));
}

json::Value to_json(const journal::Transaction& transaction)
{
  json::Array steps;
  for (const journal::StepRecord& step : transaction.steps) {
    steps.emplace_back(json::Object{{"id", step.id},
                                    {"title", step.title},
                                    {"outcome", outcome_of(step.outcome)},
                                    {"seconds", step.seconds},
                                    {"message", step.message}});
  }
  return json::Object{
      {"id", transaction.id},
      {"started", transaction.started},
      {"verb", journal::name_of(transaction.verb)},
      {"arguments", json::Array(transaction.arguments.begin(), transaction.arguments.end())},
      {"of", transaction.of.empty() ? json::Value() : json::Value(transaction.of)},
      {"outcome", outcome_of(transaction.outcome)},
      {"verified_after_reboot", transaction.verdict.empty() ? json::Value() : json::Value(transaction.verdict)},
      {"needs_reboot", transaction.awaits_boot() && transaction.verdict.empty()},
      {"torn", transaction.torn},
      {"steps", std::move(steps)}};
}

std::string summary(const journal::Transaction& transaction)
{
  return fmt::format("{}  {}  {:<11}  {}{}\n",
                     transaction.id,
                     transaction.started,
                     outcome_of(transaction.outcome),
                     words_of(transaction),
                     transaction.awaits_boot() && transaction.verdict.empty() ? " (awaits a reboot)" : "");
}

std::string details(const journal::Transaction& transaction)
{
  std::string text = summary(transaction);
  for (const journal::StepRecord& step : transaction.steps) {
    text += fmt::format("  {:<11} {} ({:.1f} s)\n", outcome_of(step.outcome), step.title, step.seconds);
    if (!step.message.empty()) {
      text += "              " + step.message + "\n";
    }
  }
  if (const std::string reboot = reboot_of(transaction); !reboot.empty()) {
    text += "  " + reboot + "\n";
  }
  return text + (transaction.torn ? "  (the last record was cut off)\n" : "");
}

} // namespace

base::Result<int> run_history(const Options& options, Outside& outside)
{
  const effects::Effects effects = outside.effects_for(options.host.root);
  CUDASETUP_TRY(check_places(options.host, effects.files));
  std::vector<std::string> ids = journal::transaction_ids(effects.target);
  if (!options.subject.empty()) {
    if (std::find(ids.begin(), ids.end(), options.subject) == ids.end()) {
      return base::fail(base::make_error(base::ErrorKind::refused, "no transaction " + base::quote(options.subject))
                            .with_hint("see which there are", at_place({"cudasetup", "history"}, options)));
    }
    ids = {options.subject};
  }
  std::string text;
  json::Array items;
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    CUDASETUP_TRY_ASSIGN(const journal::Transaction transaction, read(effects.target, *id, options));
    items.push_back(to_json(transaction));
    text += options.subject.empty() ? summary(transaction) : details(transaction);
  }
  if (options.json == Switch::on) {
    outside.print(json::write(json::Object{{"schema", "cudasetup.history/1"}, {"transactions", std::move(items)}},
                              json::Layout::indented));
  } else {
    outside.print(text.empty() ? "Nothing was done by cudasetup on this machine.\n" : base::printable(text));
  }
  return 0;
}

} // namespace cudasetup::cli
