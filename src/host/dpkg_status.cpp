#include "host/dpkg_status.hpp"

#include "base/text.hpp"
#include "host/package_names.hpp"

#include <algorithm>
#include <array>

namespace cudasetup::host {

namespace {

struct Entry {
  std::string_view name;
  std::string_view status;
  std::string_view arch;
  std::string_view version;
};

/// The fields we want stand before the long ones, so that the rest of a stanza is not looked at.
Entry parse_stanza(std::string_view stanza)
{
  Entry entry;
  while (!stanza.empty() &&
         (entry.name.empty() || entry.status.empty() || entry.arch.empty() || entry.version.empty())) {
    const std::size_t end = std::min(stanza.find('\n'), stanza.size());
    const std::string_view line = stanza.substr(0, end);
    stanza.remove_prefix(std::min(end + 1, stanza.size()));
    const auto take = [&](std::string_view field, std::string_view& value) {
      if (line.starts_with(field)) {
        value = base::trim(line.substr(field.size()));
      }
    };
    take("Package:", entry.name);
    take("Status:", entry.status);
    take("Architecture:", entry.arch);
    take("Version:", entry.version);
  }
  return entry;
}

/// The architecture of the system: that of dpkg, which is never a foreign one.
std::string_view native_architecture(const std::vector<Entry>& entries)
{
  const auto dpkg =
      std::find_if(entries.begin(), entries.end(), [](const Entry& entry) { return entry.name == "dpkg"; });
  return dpkg == entries.end() ? std::string_view{} : dpkg->arch;
}

void add(const Entry& entry, std::string_view native, DpkgStatus& result)
{
  // "want flag state", e.g. "hold ok installed"
  const std::vector<std::string_view> words = base::words(entry.status);
  if (words.size() != 3) {
    return;
  }
  const std::string_view want = words[0];
  const std::string_view state = words[2];
  if (state == "not-installed" || state == "config-files") {
    return;
  }
  const bool is_foreign = !native.empty() && entry.arch != native && entry.arch != "all";
  std::string name(entry.name);
  if (is_foreign) {
    name += ":" + std::string(entry.arch);
  }
  static constexpr std::array<std::string_view, 3> k_settled = {"installed", "triggers-awaited", "triggers-pending"};
  const bool configured = std::find(k_settled.begin(), k_settled.end(), state) != k_settled.end();
  if (words[1] == "reinstreq") {
    result.unfinished.push_back(name + ": " + std::string(state) + ", must be installed again");
    if (want == "install" || want == "hold") {
      result.cut_off.push_back(name);
    }
  } else if (state != "installed") {
    result.unfinished.push_back(name + ": " + std::string(state));
  }
  if (!is_relevant_package(entry.name)) {
    return;
  }
  if (want == "hold") {
    result.holds.push_back(name);
  }
  result.packages.insert_or_assign(std::move(name), InstalledPackage{std::string(entry.version), configured});
}

std::vector<Entry> parse_entries(std::string_view text)
{
  std::vector<Entry> entries;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    if (const Entry entry = parse_stanza(text.substr(0, end)); !entry.name.empty() && !entry.status.empty()) {
      entries.push_back(entry);
    }
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return entries;
}

} // namespace

std::vector<std::string> update_names(std::vector<std::string> names)
{
  std::erase_if(names, [](const std::string& name) { return !base::parse_number(name); });
  return names;
}

DpkgStatus parse_dpkg_status(std::string_view text, const std::vector<std::string>& updates)
{
  std::vector<Entry> entries = parse_entries(text);
  for (const std::string& update : updates) {
    for (const Entry& entry : parse_entries(update)) {
      std::erase_if(entries,
                    [&](const Entry& former) { return former.name == entry.name && former.arch == entry.arch; });
      entries.push_back(entry);
    }
  }
  const std::string_view native = native_architecture(entries);
  DpkgStatus result;
  result.arch = base::parse_arch(native);
  for (const Entry& entry : entries) {
    add(entry, native, result);
  }
  std::sort(result.holds.begin(), result.holds.end());
  std::sort(result.unfinished.begin(), result.unfinished.end());
  return result;
}

} // namespace cudasetup::host
