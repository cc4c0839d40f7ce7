#include "apply/system_state.hpp"

#include "base/text.hpp"
#include "host/dpkg_status.hpp"
#include "host/stanzas.hpp"

#include <algorithm>
#include <set>

namespace cudasetup::apply {

namespace {

constexpr std::string_view k_updates = "/var/lib/dpkg/updates";
constexpr std::string_view k_alternatives = "/var/lib/dpkg/alternatives";

/// dpkg(1), "Package states": its words and the letters that dpkg-query shows for them.
std::string letter_of(std::string_view word)
{
  static const std::map<std::string_view, std::string_view> letters = {{"unknown", "u"},
                                                                       {"install", "i"},
                                                                       {"hold", "h"},
                                                                       {"deinstall", "r"},
                                                                       {"purge", "p"},
                                                                       {"not-installed", "n"},
                                                                       {"config-files", "c"},
                                                                       {"half-installed", "H"},
                                                                       {"unpacked", "U"},
                                                                       {"half-configured", "F"},
                                                                       {"triggers-awaited", "W"},
                                                                       {"triggers-pending", "t"},
                                                                       {"installed", "i"},
                                                                       {"reinstreq", "R"},
                                                                       {"ok", ""}};
  const auto found = letters.find(word);
  return std::string(found == letters.end() ? "?" : found->second);
}

/// "ii" of "install ok installed"; empty for what is no status.
std::string state_of(std::string_view status)
{
  const std::vector<std::string_view> words = base::words(status);
  return words.size() == 3 ? letter_of(words[0]) + letter_of(words[2]) + letter_of(words[1]) : "";
}

/// A package with its architecture, before it is known which is the system's own.
using Key = std::pair<std::string, std::string>;

void add_packages(std::map<Key, journal::PackageState>& packages, std::string_view text)
{
  for (const host::Stanza& stanza : host::parse_stanzas(text)) {
    const std::string state = state_of(host::field(stanza, "status"));
    const std::string name(host::field(stanza, "package"));
    if (name.empty() || state.empty()) {
      continue;
    }
    const Key key{name, std::string(host::field(stanza, "architecture"))};
    // "not-installed" is dpkg's word for a package that it forgot.
    if (state[1] == 'n' && !state.starts_with('h')) {
      packages.erase(key);
    } else {
      packages[key] = {state, std::string(host::field(stanza, "version")), journal::Mark::manual};
    }
  }
}

std::string native_architecture(const std::map<Key, journal::PackageState>& packages)
{
  const auto dpkg = packages.lower_bound({"dpkg", ""});
  return dpkg != packages.end() && dpkg->first.first == "dpkg" ? dpkg->first.second : "";
}

std::vector<std::string> names_of_updates(effects::Files& target)
{
  return host::update_names(target.list(std::string(k_updates)));
}

} // namespace

journal::Packages
parse_packages(std::string_view status, const std::vector<std::string>& updates, std::string_view extended)
{
  std::map<Key, journal::PackageState> found;
  add_packages(found, status);
  for (const std::string& update : updates) {
    add_packages(found, update);
  }
  const std::string native = native_architecture(found);
  const auto name_of = [&](const std::string& package, const std::string& architecture) {
    return architecture == native || architecture == "all" ? package : package + ":" + architecture;
  };
  journal::Packages packages;
  for (const auto& [key, state] : found) {
    packages[name_of(key.first, key.second)] = state;
  }
  for (const host::Stanza& stanza : host::parse_stanzas(extended)) {
    const auto package = packages.find(
        name_of(std::string(host::field(stanza, "package")), std::string(host::field(stanza, "architecture"))));
    if (package != packages.end() && host::field(stanza, "auto-installed") == "1") {
      package->second.mark = journal::Mark::automatic;
    }
  }
  return packages;
}

journal::SystemState read_system_state(effects::Files& target)
{
  std::vector<std::string> updates;
  for (const std::string& name : names_of_updates(target)) {
    updates.push_back(target.read(std::string(k_updates) + "/" + name).value_or(""));
  }
  journal::SystemState state;
  state.packages = parse_packages(target.read("/var/lib/dpkg/status").value_or(""),
                                  updates,
                                  target.read("/var/lib/apt/extended_states").value_or(""));
  for (const std::string& name : target.list(std::string(k_alternatives))) {
    const std::string text = target.read(std::string(k_alternatives) + "/" + name).value_or("");
    const std::vector<std::string_view> lines = base::lines(text);
    if (!lines.empty()) {
      state.alternatives[name] = {lines.front() == "manual" ? "manual" : "auto",
                                  target.link_target("/etc/alternatives/" + name).value_or("")};
    }
  }
  return state;
}

bool dpkg_was_cut_off(effects::Files& target)
{
  return !names_of_updates(target).empty();
}

} // namespace cudasetup::apply
