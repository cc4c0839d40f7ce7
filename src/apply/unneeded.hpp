#pragma once

#include "journal/system_state.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What packages need each other. apt has the last word: what comes out of here is simulated before it is done.
namespace cudasetup::apply {

/// What a package says of others, without versions and architectures.
struct Relations {
  /// Of each group any one will do.
  std::vector<std::vector<std::string>> depends; ///< with those needed before
  std::vector<std::vector<std::string>> recommends;
  std::vector<std::string> provides;
};

/// The relations in /var/lib/dpkg/status, by name without architecture. Pure; any text gives a value.
std::map<std::string, Relations> parse_relations(std::string_view status);

/// Those of the installed @p candidates that no other installed package needs. One that depends on them keeps them, and
/// of those in @p also_for_recommends one that only recommends them, too; unless something that is no candidate serves
/// as well. Pure.
std::set<std::string> unneeded(const journal::Packages& installed,
                               const std::map<std::string, Relations>& relations,
                               const std::set<std::string>& candidates,
                               const std::set<std::string>& also_for_recommends);

/// What @p seeds depend on and recommend, as far as it came only because something needed it; without the seeds. Pure.
std::set<std::string> pulled_in(const journal::Packages& installed,
                                const std::map<std::string, Relations>& relations,
                                const std::set<std::string>& seeds);

} // namespace cudasetup::apply
