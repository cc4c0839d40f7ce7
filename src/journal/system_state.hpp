#pragma once

#include "json/reader.hpp"
#include "json/value.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What dpkg, apt and update-alternatives know of a machine, as far as a transaction may change it.
namespace cudasetup::journal {

/// Whether apt may remove a package as soon as nothing needs it.
enum class Mark { manual, automatic };

struct PackageState {
  /// dpkg's letters without blanks: what is wanted (i install, h hold, r remove, p purge), what is (i installed, c
  /// configuration files only, n nothing, others half-way), and R where it must be installed again.
  std::string state;
  std::string version; ///< empty where nothing of it is there
  Mark mark = Mark::manual;

  /// Whether it has files of its own on the machine, configured or not.
  bool is_installed() const { return state.size() > 1 && state[1] != 'n' && state[1] != 'c'; }
  /// Whether all its files are there and its scripts have run.
  bool is_configured() const
  {
    return state.size() == 2 && std::string_view("iWt").find(state[1]) != std::string_view::npos;
  }
  /// Whether its unpacking or its removal was cut off: some of its files may be missing.
  bool is_half_installed() const { return state.size() > 1 && state[1] == 'H'; }
  /// Whether its unpacking was cut off.
  bool must_be_reinstalled() const { return state.size() > 2 && state[2] == 'R'; }
  bool is_held() const { return state.starts_with('h'); }
  /// Whether dpkg was told to keep it.
  bool is_wanted() const { return state.starts_with('i') || is_held(); }
  /// Whether triggers are to run before it is in use: its own, or those of others that it waits for.
  bool has_triggers() const { return state.size() > 1 && (state[1] == 't' || state[1] == 'W'); }
  bool operator==(const PackageState&) const = default;
};

/// A group of update-alternatives.
struct Alternative {
  std::string mode;  ///< auto or manual
  std::string value; ///< what the link points to
  bool operator==(const Alternative&) const = default;
};

/// By name; a package of a foreign architecture has it in its name (libc6:i386), as dpkg takes it.
using Packages = std::map<std::string, PackageState>;
using Alternatives = std::map<std::string, Alternative>;

struct SystemState {
  Packages packages;
  Alternatives alternatives;
  bool operator==(const SystemState&) const = default;
};

/// What differs between two states; nullopt: it is not there any more.
struct StateChanges {
  std::map<std::string, std::optional<PackageState>> packages;
  std::map<std::string, std::optional<Alternative>> alternatives;
  bool empty() const { return packages.empty() && alternatives.empty(); }
};

StateChanges changes_between(const SystemState& before, const SystemState& after);

/// The member of that name, or nullopt.
template<typename T> std::optional<T> find_in(const std::map<std::string, T>& all, const std::string& name)
{
  const auto found = all.find(name);
  return found == all.end() ? std::nullopt : std::optional<T>(found->second);
}

json::Object to_json(const SystemState& state);
json::Object to_json(const StateChanges& changes);
/// Read the members `packages` and `alternatives` of @p reader.
SystemState read_state(json::Reader& reader);
StateChanges read_changes(json::Reader& reader);

} // namespace cudasetup::journal
