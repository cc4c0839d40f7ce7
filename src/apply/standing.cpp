#include "apply/standing.hpp"

#include <algorithm>

namespace cudasetup::apply {

base::Result<std::vector<journal::Transaction>> standing_transactions(effects::Files& target)
{
  std::vector<journal::Transaction> all;
  std::set<std::string> taken_back;
  for (const std::string& id : journal::transaction_ids(target)) {
    CUDASETUP_TRY_ASSIGN(journal::Transaction transaction, journal::load_transaction(target, id));
    if (transaction.verb != journal::Verb::undo) {
      all.push_back(std::move(transaction));
    } else if (transaction.is_done()) {
      taken_back.insert(transaction.of);
    }
  }
  std::erase_if(all, [&](const journal::Transaction& transaction) { return taken_back.contains(transaction.id); });
  return all;
}

namespace {

void add_installed(const journal::Transaction& each, journal::Transaction& all)
{
  for (const auto& [name, after] : each.changed.packages) {
    const auto before = journal::find_in(each.before.packages, name);
    if (!all.changed.packages.contains(name) && before) {
      all.before.packages[name] = *before;
    }
    all.changed.packages[name] = after;
  }
  for (const journal::Original& original : each.originals) {
    const bool is_known = std::any_of(all.originals.begin(), all.originals.end(), [&](const journal::Original& known) {
      return known.path == original.path;
    });
    if (!is_known) {
      all.originals.push_back(original);
    }
  }
}

/// Packages that are gone are nobody's any more; whoever installs them again is whose they are then.
void forget_uninstalled(const journal::Transaction& each, journal::Transaction& all)
{
  for (const auto& [name, after] : each.changed.packages) {
    if (!after || !after->is_installed()) {
      all.changed.packages.erase(name);
      all.before.packages.erase(name);
    }
  }
}

} // namespace

journal::Transaction merged(const std::vector<journal::Transaction>& transactions)
{
  journal::Transaction all;
  for (const journal::Transaction& each : transactions) {
    if (each.verb == journal::Verb::uninstall) {
      forget_uninstalled(each, all);
    } else {
      add_installed(each, all);
    }
    for (const auto& [path, result] : each.results) {
      all.results[path] = result;
    }
  }
  return all;
}

} // namespace cudasetup::apply
