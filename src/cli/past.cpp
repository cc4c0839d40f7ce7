#include "cli/past.hpp"

#include "base/command.hpp"

namespace cudasetup::cli {

std::string_view outcome_of(const std::optional<journal::Outcome>& outcome)
{
  return outcome ? journal::name_of(*outcome) : "unfinished";
}

std::string reboot_of(const journal::Transaction& transaction)
{
  return transaction.boot.empty() || !transaction.is_done() ? ""
         : transaction.verdict.empty()                      ? "a reboot loads its driver; it is not verified since"
                                                            : "verified after the reboot: " + transaction.verdict;
}

std::string words_of(const journal::Transaction& transaction)
{
  if (transaction.verb == journal::Verb::undo) {
    return "undo of " + transaction.of;
  }
  std::vector<std::string> words = {std::string(journal::name_of(transaction.verb))};
  words.insert(words.end(), transaction.arguments.begin(), transaction.arguments.end());
  return base::to_shell(base::Command{std::move(words)});
}

} // namespace cudasetup::cli
