#include "apply/superseded.hpp"

#include "journal/transaction.hpp"

#include <map>
#include <set>

namespace cudasetup::apply {

namespace {

bool keeps_tree(const journal::Original& original)
{
  return original.extent == journal::Extent::tree && original.before.exists &&
         original.before.status.type == effects::FileType::directory && !original.saved.empty();
}

} // namespace

void drop_superseded(const effects::Effects& effects, const std::string& id)
{
  const auto newest = journal::load_transaction(effects.target, id);
  std::set<std::string> places;
  if (newest) {
    for (const journal::Original& original : newest->originals) {
      if (keeps_tree(original) && effects.target.status(original.saved, effects::FollowLinks::no)) {
        places.insert(original.path);
      }
    }
  }
  if (places.empty()) {
    return;
  }
  // What was made of each place by the transactions so far: what is kept of anything else is somebody's own.
  std::map<std::string, journal::PathState> made;
  for (const std::string& earlier : journal::transaction_ids(effects.target)) {
    if (earlier == id) {
      continue;
    }
    const auto transaction = journal::load_transaction(effects.target, earlier);
    if (!transaction) {
      effects.events.emit(effects::Notice{"a tree that it keeps may be left: " + transaction.error().message});
      continue;
    }
    const auto is_made = [&](const journal::Original& original) {
      const auto found = made.find(original.path);
      return found != made.end() && found->second == original.before;
    };
    for (const journal::Original& original : transaction->originals) {
      // Told from the journal, and so only believed where it is a name of our own.
      if (!keeps_tree(original) || !places.contains(original.path) ||
          original.saved != journal::kept_tree(original.path, earlier) || !is_made(original)) {
        continue;
      }
      if (auto removed = effects.target.remove(original.saved); !removed) {
        effects.events.emit(effects::Notice{original.saved + " is left: " + removed.error().message});
      }
    }
    for (const auto& [path, result] : transaction->results) {
      made[path] = result;
    }
  }
}

} // namespace cudasetup::apply
