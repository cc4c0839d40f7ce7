#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What apt is kept from moving: a file of its preferences that pins packages to the version that is installed, and the
/// names of those that are also held, as apt-mark shows them.
namespace cudasetup::plan {

/// Something that is held as a whole.
struct Held {
  std::string pattern;            ///< of package names, as apt takes it: "*-12-4 *-12-4-*", or the names
  std::vector<std::string> names; ///< those held by name

  bool operator==(const Held&) const = default;
};

/// Of a toolkit whose packages have this in their names ("12-4"): all of them.
std::string pattern_of_toolkit(std::string_view dashed_minor);

/// The file's text; empty where nothing is held, so that there is no file.
std::string write_holds(const std::vector<Held>& all);
/// What a text of ours says; stanzas of others are passed over.
std::vector<Held> read_holds(std::string_view text);

/// Whether it is a toolkit; else it is the driver.
bool is_of_toolkit(const Held& held);

/// What keeps unattended-upgrades from these packages, as a file of apt's configuration: its list of names that it
/// leaves alone, Python's regular expressions that match from a name's beginning (unattended-upgrades 2.9.1,
/// is_pkgname_in_blacklist). It keeps holds by itself, but those before 1.18 (its changelog; 18.04 has 1.1) go by no
/// pin.
std::string write_block_list(const Held& held);

} // namespace cudasetup::plan
