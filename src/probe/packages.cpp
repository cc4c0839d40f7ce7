#include "probe/packages.hpp"

#include "base/text.hpp"
#include "host/apt_preferences.hpp"
#include "host/apt_sources.hpp"
#include "host/dpkg_status.hpp"
#include "host/stanzas.hpp"
#include "host/tool_version.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <set>

namespace cudasetup::probe {

namespace {

/// No keyring is larger: all of Ubuntu's and Debian's together have less than a tenth of it.
constexpr std::uint64_t k_most_keyring_bytes = std::uint64_t{4} << 20U;

std::optional<base::Version> version_of(const host::HostFacts& facts, const std::string& package)
{
  const auto found = facts.packages.find(package);
  return found == facts.packages.end() ? std::nullopt : host::upstream_version(found->second.version);
}

std::optional<base::Version> probe_glibc(effects::Files& target, const host::HostFacts& facts)
{
  if (auto version = version_of(facts, "libc6")) {
    return version;
  }
  for (const char* directory : {"/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu"}) {
    const auto library = target.resolve(std::string(directory) + "/libc.so.6");
    if (auto version = library ? host::parse_glibc_file_name(library->substr(library->rfind('/') + 1)) : std::nullopt) {
      return version;
    }
  }
  return std::nullopt;
}

/// dpkg keeps what it was doing in numbered files until it is done: any left means that it was interrupted.
/// What dpkg had not yet written into its status when it was cut off.
std::vector<std::string> read_updates(effects::Files& target)
{
  const std::string directory = "/var/lib/dpkg/updates";
  std::vector<std::string> texts;
  for (const std::string& name : host::update_names(target.list(directory))) {
    texts.push_back(target.read(directory + "/" + name).value_or(""));
  }
  return texts;
}

/// Apt's marks of these packages, which are read for them alone.
std::vector<host::CutOffPackage> with_marks(effects::Files& target, const std::vector<std::string>& names)
{
  std::vector<host::CutOffPackage> packages;
  if (names.empty()) {
    return packages;
  }
  const std::string extended = target.read("/var/lib/apt/extended_states").value_or("");
  const std::vector<host::Stanza> marks = host::parse_stanzas(extended);
  for (const std::string& name : names) {
    const std::size_t colon = name.find(':');
    const bool automatic = std::any_of(marks.begin(), marks.end(), [&](const host::Stanza& mark) {
      const bool fits = colon == std::string::npos || host::field(mark, "architecture") == name.substr(colon + 1);
      return fits && host::field(mark, "package") == name.substr(0, colon) &&
             host::field(mark, "auto-installed") == "1";
    });
    packages.push_back({name, automatic});
  }
  return packages;
}

void probe_sources(effects::Files& target, host::HostFacts& facts)
{
  facts.ubuntu_archive.is_known = true;
  const auto add = [&](const std::string& path, auto parse, auto parse_ubuntus) {
    if (const auto text = target.read(path)) {
      auto sources = parse(*text, path);
      std::move(sources.begin(), sources.end(), std::back_inserter(facts.nvidia_sources));
      auto ubuntus = parse_ubuntus(*text, facts.os.ubuntu_codename);
      std::move(ubuntus.begin(), ubuntus.end(), std::back_inserter(facts.ubuntu_archive.sources));
    }
  };
  add("/etc/apt/sources.list", host::parse_one_line_sources, host::parse_ubuntu_lines);
  const std::string directory = "/etc/apt/sources.list.d/";
  for (const std::string& name : target.list(directory)) {
    if (name.ends_with(".list")) {
      add(directory + name, host::parse_one_line_sources, host::parse_ubuntu_lines);
    } else if (name.ends_with(".sources")) {
      add(directory + name, host::parse_deb822_sources, host::parse_ubuntu_stanzas);
    }
  }
}

/// apt reads files there without an ending or with `.pref` only.
bool is_preferences_name(const std::string& name)
{
  return name.find('.') == std::string::npos || name.ends_with(".pref");
}

/// Whether apt's local sources lead somewhere.
void probe_local_archives(effects::Files& target, host::HostFacts& facts)
{
  for (host::AptSource& source : facts.nvidia_sources) {
    const std::string directory = host::local_directory(source.uri);
    const auto status = directory.empty() ? std::nullopt : target.status(directory, effects::FollowLinks::yes);
    source.is_gone = !directory.empty() && !(status && status->type == effects::FileType::directory);
  }
}

/// What is trusted for sources of NVIDIA's, by name or for being trusted for all.
void probe_trusted_keys(effects::Files& target, host::HostFacts& facts)
{
  const std::string global = "/etc/apt/trusted.gpg.d/";
  std::set<std::string> paths = {"/etc/apt/trusted.gpg"};
  for (const std::string& name : target.list(global)) {
    if (name.ends_with(".gpg") || name.ends_with(".asc")) {
      paths.insert(global + name);
    }
  }
  for (const host::AptSource& source : facts.nvidia_sources) {
    if (source.signed_by.starts_with('/')) {
      paths.insert(source.signed_by);
    }
  }
  for (const std::string& path : paths) {
    const auto status = target.status(path, effects::FollowLinks::yes);
    if (!status || status->type != effects::FileType::regular || status->bytes > k_most_keyring_bytes) {
      continue;
    }
    if (const auto bytes = target.read(path)) {
      facts.keyrings.push_back({path, base::public_keys(*bytes)});
    }
  }
  // The policy of apt's own Sequoia, and what a person puts in its place (Debian/apt, methods/sqv.cc).
  const auto is_there = [&](const std::string& path) {
    return target.status(path, effects::FollowLinks::yes).has_value();
  };
  facts.apt_refuses_sha1 = is_there("/usr/lib/apt/methods/sqv") && is_there("/usr/bin/sqv") &&
                           !is_there("/etc/crypto-policies/back-ends/apt-sequoia.config") &&
                           !is_there("/var/lib/crypto-config/profiles/current/apt-sequoia.config");
}

void probe_switched_off(effects::Files& target, host::HostFacts& facts)
{
  for (const std::string directory : {"/etc/apt/", "/etc/apt/sources.list.d/", "/etc/apt/trusted.gpg.d/"}) {
    for (const std::string& name : target.list(directory)) {
      if (name.ends_with(".disabled")) {
        facts.switched_off.push_back(directory + name);
      }
    }
  }
}

void probe_pins(effects::Files& target, host::HostFacts& facts)
{
  const auto add = [&](const std::string& path) {
    for (host::Pin& pin : host::parse_apt_preferences(target.read(path).value_or(""), path)) {
      if (host::touches_nvidia(pin)) {
        facts.pins.push_back(std::move(pin));
      }
    }
  };
  add("/etc/apt/preferences");
  const std::string directory = "/etc/apt/preferences.d/";
  for (const std::string& name : target.list(directory)) {
    if (is_preferences_name(name)) {
      add(directory + name);
    }
  }
}

void probe_keyrings(effects::Files& target, host::HostFacts& facts)
{
  // Names that NVIDIA's packages and guides use; the numbers are those of its old and its present key.
  static constexpr std::array<std::string_view, 4> k_marks = {"cuda", "nvidia", "7fa2af80", "3bf863cc"};
  for (const std::string directory : {"/usr/share/keyrings/", "/etc/apt/keyrings/", "/etc/apt/trusted.gpg.d/"}) {
    for (const std::string& name : target.list(directory)) {
      const std::string lowered = base::lower(name);
      if (std::any_of(k_marks.begin(), k_marks.end(), [&](std::string_view mark) {
            return lowered.find(mark) != std::string::npos;
          })) {
        facts.nvidia_keyrings.push_back(directory + name);
      }
    }
  }
}

} // namespace

void probe_packages(effects::Files& target, host::HostFacts& facts)
{
  const auto text = target.read("/var/lib/dpkg/status");
  const std::vector<std::string> updates = read_updates(target);
  host::DpkgStatus status = host::parse_dpkg_status(text ? *text : std::string_view{}, updates);
  facts.packages = std::move(status.packages);
  facts.holds = std::move(status.holds);
  facts.dpkg_audit = std::move(status.unfinished);
  facts.cut_off_packages = with_marks(target, status.cut_off);
  if (!updates.empty()) {
    facts.dpkg_audit.insert(facts.dpkg_audit.begin(), std::string(host::k_dpkg_interrupted));
  }
  facts.arch = status.arch;
  facts.apt = version_of(facts, "apt");
  facts.dpkg = version_of(facts, "dpkg");
  facts.glibc = probe_glibc(target, facts);
}

void probe_apt(effects::Files& target, host::HostFacts& facts)
{
  probe_sources(target, facts);
  probe_local_archives(target, facts);
  probe_keyrings(target, facts);
  probe_trusted_keys(target, facts);
  probe_switched_off(target, facts);
  probe_pins(target, facts);
}

void probe_ubuntu_archive(effects::Files& target, host::HostFacts& facts)
{
  const std::string directory = "/var/lib/apt/lists/";
  if (!facts.arch || facts.ubuntu_archive.sources.empty()) {
    return;
  }
  std::vector<std::string> kernels;
  for (const host::Kernel& kernel : facts.ground.kernels) {
    kernels.push_back(kernel.release);
  }
  if (!facts.kernel.empty()) {
    kernels.push_back(facts.kernel);
  }
  // The one that boots next is the one to be followed.
  const std::string& next = facts.ground.kernels.empty() ? facts.kernel : facts.ground.kernels.back().release;
  if (const auto flavour = host::kernel_flavour(facts.packages, next)) {
    kernels.push_back(*flavour);
  }
  for (const std::string& name : target.list(directory)) {
    const std::string component = host::listed_component(name, facts.os.ubuntu_codename, *facts.arch);
    const auto view = component.empty() ? nullptr : target.view(directory + name).value_or(nullptr);
    if (view != nullptr) {
      const auto bytes = view->bytes();
      host::add_listed({bytes.data(), bytes.size()}, component, kernels, facts.ubuntu_archive.packages);
      facts.ubuntu_archive.listed.insert(component);
    }
  }
}

} // namespace cudasetup::probe
