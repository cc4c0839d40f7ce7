#include "apply/unneeded.hpp"

#include "base/text.hpp"
#include "host/stanzas.hpp"

#include <algorithm>

namespace cudasetup::apply {

namespace {

using Groups = std::vector<std::vector<std::string>>;

/// "libc6" of " libc6:any (>= 2.31)".
std::string bare_name(std::string_view text)
{
  const std::string_view trimmed = base::trim(text);
  return std::string(trimmed.substr(0, trimmed.find_first_of(" (:[<\n\t")));
}

/// "a (>= 1), b | c": two groups.
Groups groups_of(std::string_view text)
{
  Groups groups;
  for (const std::string_view part : base::split(text, ',')) {
    std::vector<std::string> group;
    for (const std::string_view alternative : base::split(part, '|')) {
      if (std::string name = bare_name(alternative); !name.empty()) {
        group.push_back(std::move(name));
      }
    }
    if (!group.empty()) {
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

void append(Groups& groups, Groups more)
{
  groups.insert(groups.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// The installed packages, and who serves a name that is asked for.
class Installed {
public:
  Installed(const journal::Packages& packages, const std::map<std::string, Relations>& relations)
      : m_relations(relations)
  {
    for (const auto& [name, state] : packages) {
      if (state.is_installed()) {
        m_servers[bare_name(name)].insert(name);
        for (const std::string& other : of(name).provides) {
          m_servers[other].insert(name);
        }
      }
    }
  }

  const Relations& of(const std::string& package) const
  {
    static const Relations nothing;
    const auto found = m_relations.find(bare_name(package));
    return found == m_relations.end() ? nothing : found->second;
  }

  std::set<std::string> servers_of(const std::vector<std::string>& group) const
  {
    std::set<std::string> all;
    for (const std::string& name : group) {
      if (const auto found = m_servers.find(name); found != m_servers.end()) {
        all.insert(found->second.begin(), found->second.end());
      }
    }
    return all;
  }

private:
  const std::map<std::string, Relations>& m_relations;
  std::map<std::string, std::set<std::string>> m_servers;
};

} // namespace

std::map<std::string, Relations> parse_relations(std::string_view status)
{
  std::map<std::string, Relations> all;
  for (const host::Stanza& stanza : host::parse_stanzas(status)) {
    const std::string name(host::field(stanza, "package"));
    if (name.empty()) {
      continue;
    }
    Relations& relations = all[name];
    append(relations.depends, groups_of(host::field(stanza, "depends")));
    append(relations.depends, groups_of(host::field(stanza, "pre-depends")));
    append(relations.recommends, groups_of(host::field(stanza, "recommends")));
    for (const std::vector<std::string>& group : groups_of(host::field(stanza, "provides"))) {
      relations.provides.push_back(group.front());
    }
  }
  return all;
}

std::set<std::string> unneeded(const journal::Packages& installed,
                               const std::map<std::string, Relations>& relations,
                               const std::set<std::string>& candidates,
                               const std::set<std::string>& also_for_recommends)
{
  const Installed there(installed, relations);
  std::set<std::string> free = candidates;
  std::vector<std::string> stay;
  for (const auto& [name, state] : installed) {
    if (state.is_installed() && !candidates.contains(name)) {
      stay.push_back(name);
    }
  }
  const auto need = [&](const Groups& groups, const auto& may_count) {
    for (const std::vector<std::string>& group : groups) {
      const std::set<std::string> servers = there.servers_of(group);
      const bool served = std::any_of(
          servers.begin(), servers.end(), [&](const std::string& name) { return !candidates.contains(name); });
      for (const std::string& name : servers) {
        if (!served && may_count(name) && free.erase(name) > 0) {
          stay.push_back(name);
        }
      }
    }
  };
  while (!stay.empty()) {
    const Relations& relation = there.of(stay.back());
    stay.pop_back();
    need(relation.depends, [](const std::string&) { return true; });
    need(relation.recommends, [&](const std::string& name) { return also_for_recommends.contains(name); });
  }
  std::erase_if(free, [&](const std::string& name) {
    const auto found = installed.find(name);
    return found == installed.end() || !found->second.is_installed();
  });
  return free;
}

std::set<std::string> pulled_in(const journal::Packages& installed,
                                const std::map<std::string, Relations>& relations,
                                const std::set<std::string>& seeds)
{
  const Installed there(installed, relations);
  std::set<std::string> found;
  std::vector<std::string> open(seeds.begin(), seeds.end());
  while (!open.empty()) {
    const Relations& relation = there.of(open.back());
    open.pop_back();
    for (const Groups* groups : {&relation.depends, &relation.recommends}) {
      for (const std::vector<std::string>& group : *groups) {
        for (const std::string& name : there.servers_of(group)) {
          const bool automatic = installed.at(name).mark == journal::Mark::automatic;
          if (automatic && !seeds.contains(name) && found.insert(name).second) {
            open.push_back(name);
          }
        }
      }
    }
  }
  return found;
}

} // namespace cudasetup::apply
